"""The ministry's template of criteria, as it was shipped (people.md part 8): a beginning, which the council decides."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from hemis.classifiers import queries as classifiers
from research.rating.models import CriteriaSet, Criterion
from research.rating.sources import SOURCES

PLATFORMS = "h_scientific_platform"


@dataclass(frozen=True)
class Line:
    """One line: source, kind in its register, inside a database or with a certificate, marks a unit."""

    source: str
    kind: str
    marks: int
    in_database: bool | None = None
    has_certificate: bool | None = None

    @property
    def key(self) -> tuple:
        return self.source, self.kind, self.in_database, self.has_certificate

    @property
    def code(self) -> str:
        """The same in every year."""
        mark = {None: "", True: "-yes", False: "-no"}
        ending = mark[self.in_database] or mark[self.has_certificate]
        return f"{self.source.removeprefix('work_')}-{self.kind}{ending}"

    def criterion(self, criteria: CriteriaSet, position: int) -> Criterion:
        """The line as a criterion of a draft; each author has the whole, as the template has it."""
        source = SOURCES[self.source]
        return Criterion(
            criteria=criteria, code=self.code, title=self._title(), source=self.source, kind=self.kind,
            in_database=self.in_database, has_certificate=self.has_certificate, unit=str(source.unit),
            weight=Decimal(self.marks), position=position,
        )  # fmt: skip

    def _title(self) -> str:
        """The kind, and what tells it from the line beside it."""
        source = SOURCES[self.source]
        words = [classifiers.label(source.kinds, self.kind)]
        if self.in_database is not None:
            words.append(
                _("in an international database") if self.in_database else _("in no international database")
            )
        if self.has_certificate is not None:
            words.append(_("with a certificate") if self.has_certificate else _("without a certificate"))
        if source.kinds == PLATFORMS:
            words.append(str(source.title))
        return ", ".join(words)


def _pair(source: str, kind: str, without: int, inside: int, field: str) -> list[Line]:
    return [
        Line(source, kind, without, **{field: False}),
        Line(source, kind, inside, **{field: True}),
    ]


TEMPLATE: list[Line] = [
    line
    for kind, without, inside in (("11", 30, 60), ("12", 30, 60), ("13", 20, 40), ("14", 10, 20))
    for line in _pair("work_methodical", kind, without, inside, "has_certificate")
]
TEMPLATE += [
    line
    for kind, without, inside in (("11", 40, 80), ("13", 20, 40), ("12", 15, 30), ("14", 15, 30))
    for line in _pair("work_scientific", kind, without, inside, "in_database")
]
TEMPLATE += [Line("work_scientific", kind, 10, in_database=False) for kind in ("16", "15")]
TEMPLATE += [
    Line("work_property", kind, marks)
    for kind, marks in (("11", 100), ("12", 80), ("13", 80), ("14", 80), ("15", 20), ("16", 20), ("17", 20))
]
TEMPLATE += [
    Line(source, platform, 10) for platform in ("11", "12", "13") for source in ("h_index", "citations")
]
