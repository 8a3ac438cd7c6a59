"""What is checked of documents each night: their numbers and their files (law 8)."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from hemis.documents.models import Document
from hemis.documents.rendering import stored_path
from hemis.nightly import checks
from hemis.nightly.checks import Check


def without_file() -> Iterator[str]:
    """Drawn documents whose PDF is not on the disk; one not yet drawn has none to lose."""
    rows = Document.objects.exclude(sha256="").order_by("pk")
    for title, number, sha256 in rows.values_list("title", "number", "sha256").iterator(5000):
        if not stored_path(sha256).exists():
            yield f"{title} № {number}"


checks.register(
    Check("document_files", _("The PDF of an issued document is missing on the disk."), find=without_file)
)
checks.register(
    Check(
        "document_numbers",
        _("A document has a number that its series has not given out yet."),
        sql="""
        SELECT d.series || ' · ' || d.year FROM documents_document d
          JOIN documents_numberseries n ON n.series = d.series AND n.year = d.year
         GROUP BY d.series, d.year, n.last HAVING count(DISTINCT d.number) > n.last ORDER BY 1
        """,
    )
)
