from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "staff"

    def ready(self) -> None:
        """Say what the structure should know of posts; make sheets, documents and jobs known."""
        from staff import documents, jobs, sheets, unit_links  # noqa: F401
