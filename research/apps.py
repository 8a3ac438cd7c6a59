from django.apps import AppConfig


class ResearchConfig(AppConfig):
    name = "research"

    def ready(self) -> None:
        """Make the notices known to web and worker alike."""
        from research import notices  # noqa: F401
