"""The three national lists of kinds of works as one: a kind is its sort and its code (``scientific:13``)."""

from __future__ import annotations

from hemis.classifiers import queries as classifiers
from research.models import Work

LISTS = {
    Work.PROPERTY: "h_patient_type",
    Work.METHODICAL: "h_methodical_publication_type",
    # Last: where a name stands in several lists (“other”), it is that of scientific works.
    Work.SCIENTIFIC: "h_scientific_publication_type",
}


def kinds() -> list[tuple[str, str]]:
    """Every kind with its name."""
    return [
        (f"{sort}:{code}", name)
        for sort, list_code in LISTS.items()
        for code, name in classifiers.choices(list_code)
    ]


def kind_name(kind: str) -> str:
    """The name of a kind; empty for none."""
    sort, _colon, code = kind.partition(":")
    return classifiers.label(LISTS[sort], code) if code and sort in LISTS else ""
