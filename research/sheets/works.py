"""Works of a teacher from a file: BibTeX, RIS, the JSON of Crossref, Excel (issue 6, duty B6.1).

Whatever the file is, it becomes one table, so that faults, the preview, the mended workbook and the
confirmation are those of every sheet. What is there already is left as it is; what is new becomes a draft.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.classifiers import queries as classifiers
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, CellWidget, Fault, Preview, Saved, Sheet, SheetColumn, sheet
from hemis.sheets.keyed import ChoiceWidget
from hemis.sheets.reading import OLE, ZIP, SheetRefused, Table, decoded, read_table
from research import queries, rules
from research.exchange import bibtex, crossref, records, ris
from research.exchange.authors import SEVERAL, WORDS, Colleagues, Match
from research.exchange.records import Record
from research.forms.works import NOT_A_TEACHER
from research.models import Work, WorkAuthor
from research.models.works import DOI
from research.queries.kinds import kind_name, kinds
from staff.models import Employee
from students.models import AcademicYear
from students.queries import current_year

FIRST_YEAR, LAST_YEAR = Decimal(1950), Decimal(2100)
AUTHORS_MAX = 200
_SEPARATOR = re.compile(r"\s*;\s*")


class _NoteWidget(CellWidget):
    """Why an entry could not be read; whatever stands here is a fault."""

    def clean(self, value, row=None, **kwargs):
        raise Bad(
            "bad_entry", str(value)[:500], _("Mend the entry in the file, or write it in the workbook.")
        )


class _DoiWidget(widgets.TextWidget):
    def clean(self, value, row=None, **kwargs) -> str:
        doi = rules.clean_doi(str(value))
        try:
            DOI(doi)
        except ValidationError as error:
            raise Bad("bad_doi", " ".join(error.messages)) from error
        if len(doi) > self.max_length:
            raise Bad("too_long", _("Longer than %(length)d characters.") % {"length": self.max_length})
        return doi

    def untidy(self, value, clean) -> str:
        return ""


class _AuthorsWidget(CellWidget):
    """Names with semicolons between them, in the order of the work."""

    def clean(self, value, row=None, **kwargs) -> tuple[str, ...]:
        names = tuple(name for one in _SEPARATOR.split(str(value)) if (name := widgets.as_text(one)))
        if not names:
            raise Bad("missing_authors", _("Name the authors, with semicolons between them."))
        if len(names) > AUTHORS_MAX:
            raise Bad("too_many_authors", _("More than %(count)d authors.") % {"count": AUTHORS_MAX})
        if any(len(name) > 200 for name in names):
            raise Bad("long_author", _("A name has more than 200 letters; put semicolons between the names."))
        return names

    def untidy(self, value, clean) -> str:
        return ""


@dataclass(frozen=True)
class _Standing:
    """What a good row comes to: its authors, and the work that it is already."""

    authors: tuple[Match, ...]
    known: Work | None


@sheet
class WorksSheet(Sheet):
    """The works of who uploads; rows that another entered already are faults, as in the form."""

    code, title = "research.works", gettext_lazy("Works from a file")
    permission, result_url_name = "publication.edit", "research_scientific_list"
    asks_year = False
    accepts = ".bib,.ris,.json,.xlsx,.xls,.csv"

    def __init__(self, access, params):
        super().__init__(access, params)
        self.standing: dict[int, _Standing] = {}

    @cached_property
    def me(self):
        """Who uploads, and the kafedra."""
        return queries.who_enters(self.access)

    @cached_property
    def colleagues(self) -> Colleagues:
        employee, _kafedra = self.me
        return Colleagues(employee.pk if employee else None)

    def columns(self) -> dict[str, SheetColumn]:
        text, known_kinds = widgets.TextWidget, ChoiceWidget(kinds, "unknown_kind")
        years = widgets.WholeWidget(low=FIRST_YEAR, high=LAST_YEAR, fault="bad_year")
        return {
            "title": SheetColumn(
                "Ish nomi", text(500), aliases=("Nomi", "Название", "Название работы", "Title", "title"),
                missing="missing_title", example="Suv tejovchi sugʻorish usullari",
            ),
            "kind": SheetColumn(
                "Turi", known_kinds, aliases=("Ish turi", "Вид", "Вид работы", "Kind"), missing="unknown_kind",
                choices=lambda: [name for _kind, name in reversed(kinds())],
                example=kind_name(records.FOREIGN_ARTICLE),
            ),
            "authors": SheetColumn(
                "Mualliflar", _AuthorsWidget(), aliases=("Авторы", "Authors"), missing="missing_authors",
                example="Karimov A. B.; Smith J.",
            ),
            "issue_year": SheetColumn(
                "Nashr yili", years, aliases=("Год издания", "Year of issue", "Yil", "Год", "Year"), missing="bad_year",
                example=str(timezone.localdate().year),
            ),
            "academic_year": SheetColumn(
                "Oʻquv yili", text(9), aliases=("Учебный год", "Academic year"), required=False,
            ),
            "source_name": SheetColumn(
                "Jurnal yoki nashriyot", text(500), aliases=("Журнал или издательство", "Journal or publisher"),
                required=False, example="Irrigatsiya va melioratsiya",
            ),
            "pages": SheetColumn(
                "Jild, son, betlar", text(255), aliases=("Том, номер, страницы", "Volume, number, pages"),
                required=False, example="12(3), 5–9",
            ),
            "doi": SheetColumn("DOI", _DoiWidget(255), required=False, example="10.1234/abcd"),
            "database": self._coded("database", "Xalqaro baza", "h_publication_database",
                                    "Международная база", "International database"),
            "language": self._coded("language", "Til", "h_language", "Язык", "Language"),
            "country": self._coded("country", "Davlat", "h_country", "Страна", "Country"),
            "keywords": SheetColumn(
                "Kalit soʻzlar", text(500), aliases=("Ключевые слова", "Keywords"), required=False,
            ),
            "certificate_number": SheetColumn(
                "Guvohnoma raqami", text(255), aliases=("Номер свидетельства", "Certificate number"), required=False,
            ),
            "certificate_date": SheetColumn(
                "Guvohnoma sanasi", widgets.DateWidget(), aliases=("Дата свидетельства", "Certificate date"),
                required=False,
            ),
            "month": SheetColumn("Oy", widgets.WholeWidget(low=Decimal(1), high=Decimal(12), fault="bad_month"),
                                 aliases=("Месяц", "Month"), required=False),
            "fault": SheetColumn("Oʻqilmagan yozuv", _NoteWidget(), required=False),
        }  # fmt: skip

    def _coded(self, name: str, header: str, list_code: str, *aliases: str) -> SheetColumn:
        widget = widgets.CodedWidget(list_code, fault=f"unknown_{name}")
        return SheetColumn(header, widget, aliases=aliases, required=False, choices=widget.names)

    # --- reading

    def read(self, content: bytes) -> Table:
        """One table whatever the file is, told apart by its content; rows are numbered as the entries stand."""
        if not content.strip():
            raise SheetRefused(_("The file is empty."))
        if content.startswith((ZIP, OLE)):
            return read_table(content)
        records.check_size(content)
        text = decoded(content)
        start = text.lstrip("\ufeff \t\r\n")
        if start.startswith(("{", "[")):
            return self._table(crossref.read(start))
        if ris.LOOKS_LIKE.search(text):
            return self._table(ris.read(text))
        if bibtex.LOOKS_LIKE.search(text):
            return self._table(bibtex.read(text))
        return read_table(content)

    def _table(self, found: Sequence[Record]) -> Table:
        headers = {name: column.header for name, column in self.fields.items()}
        rows = [[_cells(one)[name] for name in headers] for one in found]
        return Table(list(headers.values()), rows, list(range(1, len(rows) + 1)))

    # --- checking

    def check(self, table: Table):
        employee, kafedra = self.me
        if employee is None or kafedra is None:
            raise SheetRefused(str(NOT_A_TEACHER))
        if len(table.rows) > records.ENTRIES_MAX:
            records.check_count(len(table.rows))
        checked = super().check(table)
        # Of an entry that could not be read it is said why, not also what is missing.
        unread = {one.row for one in checked.faults if one.fault == "bad_entry"}
        checked.faults = [one for one in checked.faults if one.row not in unread or one.fault == "bad_entry"]
        return checked

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        columns["number"] = list(numbers)
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        whole = [row for row in rows if not any(type(value) is Bad for value in row.values())]
        keys = dict(zip((row["number"] for row in whole), queries.title_keys([row["title"] for row in whole]),
                        strict=True))  # fmt: skip
        known = _Known(queries.known_works(list(keys.values()), [row["doi"] for row in whole if row["doi"]]))
        faults: list[Fault] = []
        first: dict[Any, int] = {}
        self.standing = {}
        for row in whole:
            number = row["number"]
            row["key"] = keys[number]
            fault = self._fault_of(row, known, first)
            if fault:
                faults.append(fault)
        by_number = {row["number"]: row for row in whole}
        columns["academic_year"] = [by_number.get(number, {}).get("academic_year", "") for number in numbers]
        return faults

    def _fault_of(self, row: dict[str, Any], known: _Known, first: dict[Any, int]) -> Fault | None:
        number = row["number"]
        if not row["key"]:
            return self.fault(number, "title", "bad_title", _("The title has no letters."), row["title"])
        same: list[tuple[Any, ...]] = [("doi", row["doi"])] if row["doi"] else []
        same.append(("title", _sort(row), row["key"], row["issue_year"]))
        before = next((first[one] for one in same if one in first), None)
        if before is not None:
            return self.fault(number, "title", "same_twice", _("The same stands in row %(row)d already.") % {
                "row": before}, row["title"])  # fmt: skip
        first |= dict.fromkeys(same, number)
        twin = known.find(row)
        employee = self.me[0]
        if twin is not None:
            if twin.entered_by_id == employee.pk or any(
                one.employee_id == employee.pk for one in twin.authors.all()
            ):
                self.standing[number] = _Standing((), twin)
                row["academic_year"] = twin.academic_year_id
                return None
            text = _(
                "This work is entered already: “%(title)s”, %(who)s, %(kafedra)s. Ask to be named as an author."
            ) % {"title": twin.title, "who": twin.entered_by, "kafedra": twin.kafedra}
            return self.fault(number, "title", "known_work", text, row["title"])
        return self._fault_of_new(row)

    def _fault_of_new(self, row: dict[str, Any]) -> Fault | None:
        number, year = row["number"], row["issue_year"]
        if year > timezone.localdate().year:
            return self.fault(number, "issue_year", "bad_year", _("This year has not come yet."), year)
        if _sort(row) == Work.PROPERTY and not (row["certificate_number"] and row["certificate_date"]):
            return self.fault(
                number, "certificate_number", "missing_certificate",
                _("Intellectual property has the number and the date of its certificate."), row["certificate_number"],
            )  # fmt: skip
        counted = self._academic_year(row)
        if counted is None:
            hint = _("Write one of these: %(years)s.") % {
                "years": ", ".join(str(one) for one in self.years[:12])
            }
            return self.fault(
                number, "academic_year", "unknown_year", _("There is no such academic year."), row["academic_year"],
                hint,
            )  # fmt: skip
        row["academic_year"] = counted
        return self._match(row)

    @cached_property
    def years(self) -> list[AcademicYear]:
        return list(AcademicYear.objects.all())

    @cached_property
    def current(self) -> int:
        return current_year()

    def _academic_year(self, row: dict[str, Any]) -> int | None:
        known = {one.pk for one in self.years}
        if text := row["academic_year"]:
            typed = re.match(r"\d{4}", text)
            year = int(typed[0]) if typed else 0
        else:
            year = rules.counted_in(row["issue_year"], row["month"] or None, self.current)
        return year if year in known else None

    def _match(self, row: dict[str, Any]) -> Fault | None:
        """Who of the university the authors are; who uploads is one of them."""
        found: list[Match] = []
        taken: set[int] = set()
        for name in row["authors"]:
            one = self.colleagues.find(name)
            if one.employee in taken:  # namesakes: the second is not the same human being
                one = Match(one.named, None, SEVERAL)
            taken |= {one.employee} if one.employee else set()
            found.append(one)
        self.standing[row["number"]] = _Standing(tuple(found), None)
        employee = self.me[0]
        if employee.pk in taken:
            return None
        hint = _("Write the name so that it is known: %(name)s.") % {"name": employee.person.full_name}
        return self.fault(
            row["number"], "authors", "not_an_author", _("You are not among the authors."),
            "; ".join(row["authors"])[:500], hint,
        )  # fmt: skip

    # --- what confirming does

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        new = sum(self.standing[row["number"]].known is None for row in rows)
        return Saved(new, 0, len(rows) - new)

    def preview(self, rows: list[dict[str, Any]]) -> Preview:
        headers = [_("No."), _("Work"), _("Kind"), _("Year of issue"), _("Authors"), _("What becomes of it")]
        employees = {pk for one in self.standing.values() for match in one.authors if (pk := match.employee)}
        names = {
            one.pk: str(one) for one in Employee.objects.filter(pk__in=employees).select_related("person")
        }
        return Preview([str(one) for one in headers], [self._line(row, names) for row in rows])

    def _line(self, row: dict[str, Any], names: dict[int, str]) -> list[str]:
        standing = self.standing[row["number"]]
        authors = [
            f"{one.named.text} → {names[one.employee]} ({WORDS[one.confidence]})" if one.employee
            else f"{one.named.text} ({WORDS[one.confidence]})"
            for one in standing.authors
        ] or list(row["authors"])  # fmt: skip
        outcome = _("a new draft, academic year %(year)s") % {"year": AcademicYear(year=row["academic_year"])}
        if known := standing.known:
            outcome = _("there already: %(state)s") % {"state": known.get_state_display()}  # type: ignore[attr-defined]
        source = ", ".join(filter(None, [row["source_name"], row["pages"], row["doi"]]))
        work = "\n".join(filter(None, [row["title"], source]))
        return [
            str(row["number"]),
            work,
            kind_name(row["kind"]),
            str(row["issue_year"]),
            "\n".join(authors),
            outcome,
        ]

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        employee, kafedra = self.me
        new = [row for row in rows if self.standing[row["number"]].known is None]
        works = Work.objects.bulk_create(
            [Work(entered_by=employee, kafedra=kafedra, **_said(row)) for row in new], batch_size=1000
        )
        matched = [self.standing[row["number"]].authors for row in new]
        kafedras = queries.kafedras_of(one.employee for line in matched for one in line if one.employee)
        WorkAuthor.objects.bulk_create(
            [
                WorkAuthor(
                    work=work, employee_id=one.employee, place=place,
                    kafedra_id=kafedras.get(one.employee) if one.employee else None,
                    outsider="" if one.employee else one.named.text,
                )
                for work, line in zip(works, matched, strict=True)
                for place, one in enumerate(line, start=1)
            ],
            batch_size=1000,
        )  # fmt: skip
        return Saved(len(works), 0, len(rows) - len(works))


class _Known:
    """Works that are there, found by DOI or by sort, title and year."""

    def __init__(self, works: Sequence[Work]):
        self.by_doi = {one.doi.lower(): one for one in works if one.doi}
        self.by_title = {(one.sort, one.title_key, one.issue_year): one for one in works}

    def find(self, row: dict[str, Any]) -> Work | None:
        by_title = self.by_title.get((_sort(row), row["key"], row["issue_year"]))
        return (self.by_doi.get(row["doi"]) if row["doi"] else None) or by_title


def _sort(row: dict[str, Any]) -> str:
    return row["kind"].partition(":")[0]


def _said(row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a work that a row gives."""
    sort, _colon, code = row["kind"].partition(":")
    names = ("title", "issue_year", "source_name", "pages", "doi", "database", "language", "country", "keywords",
             "certificate_number")  # fmt: skip
    return {name: row[name] for name in names} | {
        "sort": sort,
        f"{sort}_kind": code,
        "academic_year_id": row["academic_year"],
        "certificate_date": row["certificate_date"] or None,
    }


def _cells(one: Record) -> dict[str, str | int]:
    """A record as the cells of a row."""
    return {
        "title": one.title,
        "kind": kind_name(one.kind),
        "authors": "; ".join(name.replace(";", ",") for name in one.authors),
        "issue_year": int(one.year) if one.year else "",
        "academic_year": "",
        "source_name": one.source,
        "pages": one.pages,
        "doi": one.doi,
        "database": "",
        "language": classifiers.label("h_language", one.language) if one.language else "",
        "country": "",
        "keywords": one.keywords,
        "certificate_number": one.certificate_number,
        "certificate_date": one.certificate_date,
        "month": int(one.month) if one.month else "",
        "fault": one.fault,
    }
