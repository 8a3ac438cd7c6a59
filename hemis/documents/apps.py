from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DocumentsConfig(AppConfig):
    name = "hemis.documents"
    label = "documents"

    def ready(self) -> None:
        """Read the kinds of documents that the apps declare in their ``documents.py``, and the batch job."""
        from hemis.documents import jobs  # noqa: F401

        autodiscover_modules("documents")
