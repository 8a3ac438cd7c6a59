"""Candidates for the doctorate from Excel (duty 6.1): an order of admission on them follows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from doctorate.models import DoctoralSpeciality, DoctoralStudent
from doctorate.models.specialities import DSC, PHD
from doctorate.models.students import PHD_RESEARCHER, PHD_STUDENT
from hemis.people.models import Person
from hemis.people.names import fold
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, Fault, Saved, SheetColumn, sheet
from staff.importing import keep_person
from staff.person_sheet import PersonSheet
from structure.models import Unit

FACTS = ("kind", "theme", "payment_form", "entry_articles", "entry_theses")
MOST_WORKS = 500


class CountWidget(widgets.DecimalWidget):
    """A whole number of works."""

    def __init__(self) -> None:
        super().__init__(low=Decimal(0), high=Decimal(MOST_WORKS), fault="bad_count")

    def clean(self, value, row=None, **kwargs) -> int:  # type: ignore[override]
        number = super().clean(value)
        if number != int(number):
            raise Bad(self.fault, _("Works are a whole number."), self._bounds())
        return int(number)


@sheet
class DoctoralStudentsSheet(PersonSheet):
    """Candidates of all four kinds. Who is known stays one person; a known candidate is brought up to date."""

    code = "doctorate.students"
    title = gettext_lazy("Candidates for the doctorate")
    permission = "doctoral_student.edit"
    result_url_name = "doctorate_students_list"
    asks_year = False

    def __init__(self, access, params):
        self.specialities = {
            (one.code, one.level): one for one in DoctoralSpeciality.objects.filter(is_active=True)
        }
        kafedras = list(Unit.objects.kafedras().filter(is_active=True))
        self.kafedras = {one.name: one for one in kafedras} | {one.code: one for one in kafedras}
        super().__init__(access, params)

    def columns(self) -> dict[str, SheetColumn]:
        coded, codes = widgets.coded_column, sorted({code for code, _level in self.specialities})
        return {
            **self.person_columns(),
            "kind": coded("Toifasi", "h_doctoral_student_type", "kind", "Категория", "Kind", example="11"),
            "speciality": SheetColumn(
                "Ixtisoslik shifri",
                widgets.KnownWidget(
                    codes, fault="unknown_speciality", message=_("No speciality has the code %(value)s.")
                ),
                aliases=("Ixtisoslik", "Шифр специальности", "Speciality"), missing="unknown_speciality",
                choices=lambda: codes, example=codes[0] if codes else "05.01.07",
            ),
            "kafedra": SheetColumn(
                "Kafedra",
                widgets.KnownWidget(
                    self.kafedras, fault="unknown_kafedra",
                    message=_("There is no unit %(value)s. Write its code or its whole name."),
                ),
                aliases=("Kafedra kodi", "Кафедра"), missing="unknown_kafedra",
                choices=lambda: sorted({one.name for one in self.kafedras.values()}),
                example=min((one.name for one in self.kafedras.values()), default=""),
            ),
            "theme": SheetColumn(
                "Dissertatsiya mavzusi", widgets.TextWidget(500), aliases=("Mavzu", "Тема диссертации", "Theme"),
                missing="missing_theme", example="Sonli usullarning barqarorligi",
            ),
            "payment_form": coded(
                "Toʻlov shakli", "h_payment_form", "payment_form", "Форма оплаты", required=False, example="11"
            ),
            "entry_articles": SheetColumn(
                "Maqolalar soni", CountWidget(), aliases=("Статьи", "Articles"), required=False, example="1"
            ),
            "entry_theses": SheetColumn(
                "Tezislar soni", CountWidget(), aliases=("Тезисы", "Theses"), required=False, example="2"
            ),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """The person within the row, the level of the speciality, and nobody twice or studying already."""
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        faults: list[Fault] = []
        sound: list[tuple[int, dict]] = []
        for row, number in zip(rows, numbers, strict=True):
            found = [*self.faults_of_person(row, number), *self._of_studies(row, number)]
            faults += found
            if not found and all(type(value) is not Bad for value in row.values()):
                sound.append((number, row))
        return faults + list(self._of_people(sound))

    def _of_studies(self, row: dict, number: int) -> Iterator[Fault]:
        kind, code = row["kind"], row["speciality"]
        if type(kind) is Bad or type(code) is Bad:
            return
        if (code, _level_of(kind)) not in self.specialities:
            message = _("The speciality is not open at this level.")
            yield self.fault(number, "speciality", "speciality_of_other_level", message, code)

    def _of_people(self, rows: list[tuple[int, dict]]) -> Iterator[Fault]:
        seen: dict[tuple, int] = {}
        known = self._known([row for _number, row in rows])
        for number, row in rows:
            who = _who(row)
            if who in seen:
                message = _("Row %(row)d says the same already.") % {"row": seen[who]}
                yield self.fault(number, "last_name", "repeated_row", message, row["last_name"])
            seen.setdefault(who, number)
            person = known.get(who)
            if person is None:
                continue
            if fold(person.last_name) != fold(row["last_name"]):
                message = _("The person with this PINFL or passport has another surname.")
                yield self.fault(number, "last_name", "pinfl_of_another", message, row["last_name"])
            studying = [one for one in person.doctorates.all() if one.status in DoctoralStudent.HERE]
            if studying:
                message = _("This person is a doctoral student or candidate already.")
                yield self.fault(number, "last_name", "studies_already", message, row["last_name"])

    @staticmethod
    def _known(rows: list[dict]) -> dict[tuple, Person]:
        found: dict[tuple, Person] = {}
        people = Person.objects.prefetch_related("doctorates")
        for one in people.filter(pinfl__in={row["pinfl"] for row in rows if row["pinfl"]}):
            found[(one.pinfl,)] = one
        for one in people.filter(
            pinfl=None, passport__in={row["passport"] for row in rows if not row["pinfl"]}
        ):
            found[(one.country, one.passport)] = one
        return found

    # --- saving

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        with transaction.atomic():
            saved = self.save(rows)
            transaction.set_rollback(True)
        return saved

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        added = changed = 0
        for row in rows:
            person, is_changed = keep_person(row)
            facts = {name: row[name] for name in FACTS if row[name] != ""}
            facts["speciality"] = self.specialities[row["speciality"], _level_of(row["kind"])]
            facts["kafedra"] = self.kafedras[row["kafedra"]]
            known = person.doctorates.filter(status=DoctoralStudent.CANDIDATE).first()
            if known is None:
                DoctoralStudent.objects.create(person=person, **facts)
                added += 1
                continue
            different = {name: value for name, value in facts.items() if getattr(known, name) != value}
            for name, value in different.items():
                setattr(known, name, value)
            if different:
                known.version += 1
                known.save()
            changed += bool(different) or is_changed
        return Saved(added, changed, len(rows) - added - changed)


def _level_of(kind: str) -> str:
    return PHD if kind in (PHD_STUDENT, PHD_RESEARCHER) else DSC


def _who(row: dict) -> tuple:
    return (row["pinfl"],) if row["pinfl"] else (row["country"] or "UZ", row["passport"])
