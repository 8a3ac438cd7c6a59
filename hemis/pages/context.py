"""What the shell around every page needs."""


def shell(request) -> dict:
    """Navigation, languages and the role in use."""
    return {"access": getattr(request, "access", None)}
