from django.apps import AppConfig


class DoctorateConfig(AppConfig):
    name = "doctorate"

    def ready(self) -> None:
        """Make papers, notices and sheets known to web and worker alike."""
        from doctorate import documents, notices, sheets  # noqa: F401
