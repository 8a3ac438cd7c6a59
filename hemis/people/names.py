"""Names: see the text helper's work. Placeholder signatures, replaced at once."""


def search_text(*parts: str) -> str:
    return " ".join(parts).lower()


def sort_key(name: str) -> str:
    return name.lower()


def initial(part: str) -> str:
    return part[:1] + "."


def search_query(text: str):
    from django.contrib.postgres.search import SearchQuery

    return SearchQuery(text, config="simple")


def fold(text: str) -> str:
    return text.lower().strip()
