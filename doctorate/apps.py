from django.apps import AppConfig


class DoctorateConfig(AppConfig):
    name = "doctorate"

    def ready(self) -> None:
        """Make papers, notices, sheets and periodic work known to web and worker alike."""
        from doctorate import documents, notices, sheets, tasks  # noqa: F401
