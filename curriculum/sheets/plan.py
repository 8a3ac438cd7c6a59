"""Subjects of a draft of a curriculum from Excel (duty 2.3)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import actions, queries, rules
from curriculum.models import (
    Curriculum,
    CurriculumBlock,
    CurriculumSubject,
    RatingSheetKind,
    Subject,
)
from curriculum.sheets.columns import NO, YES, WholeWidget, YesNoWidget, kafedras, known_column
from hemis.classifiers import queries as classifiers
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, Fault, Saved, Sheet, SheetColumn, sheet
from hemis.sheets.reading import SheetRefused

HOURS, CONTROL = "hours_", "control_"
NO_CONTROL = "10"  # JN+ON: a sum on sheets, no control of its own


@sheet
class PlanSheet(Sheet):
    """Subjects of a draft with semesters, blocks, hours and controls. ``params``: ``plan``, its key."""

    code = "curriculum.plan"
    title = gettext_lazy("Curriculum from Excel")
    permission = "curriculum.edit"
    result_url_name = "curriculum_curricula_list"
    own_upload = "curriculum_curricula_list"
    asks_year = False

    def __init__(self, access, params):
        drafts = Curriculum.objects.for_scope(access.scope(self.permission)).filter(state=Curriculum.DRAFT)
        rows = drafts.select_related("speciality", "marking_system")
        self.curriculum = rows.filter(pk=params.get("plan") or 0).first()
        subjects = Subject.objects.filter(is_active=True)
        if self.curriculum is not None:
            subjects = subjects.filter(education_type=self.curriculum.speciality.education_type)
        self.subjects = {one.code: one for one in subjects}
        self.kafedras = kafedras()
        self.sheet_kinds = {one.code: one for one in RatingSheetKind.objects.filter(is_active=True)}
        super().__init__(access, params)

    @property
    def plan_(self) -> Curriculum:
        if self.curriculum is None:
            raise SheetRefused(_("The curriculum is no draft of your faculty; open it and import there."))
        return self.curriculum

    def check(self, table):
        """Only into a draft of the own faculty."""
        assert self.plan_  # noqa: S101 — raises otherwise
        return super().check(table)

    def columns(self) -> dict[str, SheetColumn]:
        count = self.curriculum.semester_count if self.curriculum else 12
        found = {
            "semester": SheetColumn("Semestr", WholeWidget.of(1, count, "bad_semester"), missing="bad_semester",
                                    aliases=("Семестр", "Semester"), example="1"),
            "subject": known_column("Fan kodi", sorted(self.subjects), "subject",
                                     _("No subject of this education type has the code %(value)s."),
                                     "Код предмета", "Subject code"),
            "name": SheetColumn("Fan nomi", widgets.TextWidget(256), aliases=("Предмет", "Subject"), required=False),
            "block": widgets.coded_column("Fanlar bloki", "h_subject_block", "block", "Blok", "Блок", "Block",
                                          required=False, example="11.01"),
            "kind": widgets.coded_column("Fan toifasi", "h_subject_type", "kind", "Toifa", "Kind", example="11"),
            "elective_group": SheetColumn("Tanlov guruhi", widgets.TextWidget(8), aliases=("Elective group",),
                                          required=False),
            "places": SheetColumn("Oʻrinlar", WholeWidget.of(1, 2000, "bad_places"), aliases=("Places",),
                                  required=False),
            "credit": SheetColumn("Kredit", widgets.DecimalWidget(low=Decimal("0.5"), high=Decimal(60),
                                  fault="bad_credit"), aliases=("Кредит", "Credits"), missing="bad_credit",
                                  example="6"),
            "in_semester": SheetColumn("Semestr fani", YesNoWidget(), aliases=("Counts to the semester",),
                                       required=False, choices=lambda: [YES, NO], example=YES),
            "sheet_kind": known_column("Qaydnoma turi", sorted(self.sheet_kinds), "sheet_kind",
                                        _("No kind of rating sheet has the code %(value)s."), "Rating sheet"),
            "final_form": widgets.coded_column("Yakuniy nazorat", "h_exam_finish", "final_form", "Final control",
                                               example="11"),
            "kafedra": known_column("Kafedra kodi", sorted(self.kafedras), "kafedra",
                                     _("No kafedra has the code %(value)s."), "Kafedra"),
        }  # fmt: skip
        for code, name in sorted(classifiers.choices("h_training_type")):
            found[HOURS + code] = SheetColumn(
                f"{code} {_uz('h_training_type', code, name)}, soat",
                WholeWidget.of(0, 999, "bad_hours"),
                required=False,
            )
        for code, name in sorted(classifiers.choices("h_exam_type")):
            if code != NO_CONTROL:
                found[CONTROL + code] = SheetColumn(
                    f"{code} {_uz('h_exam_type', code, name)}, ball",
                    WholeWidget.of(0, 100, "bad_maximum"),
                    required=False,
                )
        found["starts_on"] = SheetColumn("Semestr boshi", widgets.DateWidget(), required=False)
        found["ends_on"] = SheetColumn("Semestr oxiri", widgets.DateWidget(), required=False)
        return found

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """Rows by themselves, rows that say the same twice, and days of a semester that disagree."""
        faults: list[Fault] = []
        seen: dict[tuple, int] = {}
        days: dict[int, tuple] = {}
        for at, number in enumerate(numbers):
            row = {name: values[at] for name, values in columns.items()}
            if any(isinstance(value, Bad) for value in row.values()):
                continue
            faults += self._row_faults(number, row)
            key = (row["semester"], row["subject"])
            if key in seen:
                message = _("Row %(row)d says the same already.") % {"row": seen[key]}
                faults.append(self.fault(number, "subject", "repeated_row", message, row["subject"]))
            seen.setdefault(key, number)
            faults += self._day_faults(number, row, days)
        return faults

    def _row_faults(self, number: int, row: dict[str, Any]) -> list[Fault]:
        faults = []
        if row["elective_group"] and row["kind"] != "12":
            message = _("Only an elective subject is in an elective group.")
            faults.append(
                self.fault(number, "elective_group", "not_elective", message, row["elective_group"])
            )
        hours, controls = parts(row, HOURS), parts(row, CONTROL)
        wanted = row["credit"] * self.plan_.hours_per_credit
        if sum(hours.values()) != wanted:
            message = _("%(hours)d hours, but the credits ask for %(wanted)s.") % {
                "hours": sum(hours.values()), "wanted": f"{wanted.normalize():f}",
            }  # fmt: skip
            faults.append(self.fault(number, "credit", "hours_of_credit", message, row["credit"]))
        has_parts = self.sheet_kinds[row["sheet_kind"]].has_parts
        text = rules.control_fault(controls, has_parts=has_parts, highest=self.plan_.marking_system.highest)
        if text:
            name = CONTROL + (rules.FINAL if has_parts else rules.OVERALL)
            faults.append(self.fault(number, name, "bad_controls", text, row[name]))
        return faults

    def _day_faults(self, number: int, row: dict[str, Any], days: dict[int, tuple]) -> list[Fault]:
        told = (row["starts_on"], row["ends_on"])
        if not all(told):
            return []
        if told[1] <= told[0]:
            return [
                self.fault(number, "ends_on", "bad_days", _("The end lies before the beginning."), told[1])
            ]
        if days.setdefault(row["semester"], told) != told:
            message = _("Another row gives other days for this semester.")
            return [self.fault(number, "starts_on", "other_days", message, told[0])]
        return []

    # --- what is there and what the file wants

    def _stored(self) -> dict[tuple[int, str], CurriculumSubject]:
        return {(one.semester.number, one.subject.code): one for one in queries.subjects_of(self.plan_)}

    def _fields(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "kind": row["kind"], "elective_group": row["elective_group"], "places": row["places"] or None,
            "sheet_kind_id": self.sheet_kinds[row["sheet_kind"]].pk, "final_form": row["final_form"],
            "kafedra_id": self.kafedras[row["kafedra"]].pk, "credit": row["credit"],
            "in_semester": row["in_semester"] is not False,
        }  # fmt: skip

    def _differs(self, held: CurriculumSubject, row: dict[str, Any]) -> bool:
        return (
            any(getattr(held, name) != value for name, value in self._fields(row).items())
            or (held.block.block if held.block else "") != row["block"]
            or {one.training_type: one.hours for one in held.hours.all()} != parts(row, HOURS)
            or {one.control: one.max_points for one in held.controls.all()} != parts(row, CONTROL)
        )

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        stored = self._stored()
        added = changed = 0
        for row in rows:
            held = stored.get((row["semester"], row["subject"]))
            added += held is None
            changed += held is not None and self._differs(held, row)
        return Saved(added, changed, len(rows) - added - changed)

    @transaction.atomic
    def save(self, rows: list[dict[str, Any]]) -> Saved:
        """Into the draft: blocks that are new are made, days of semesters set, subjects added or changed."""
        planned, stored = self.plan(rows), self._stored()
        semesters = {one.number: one for one in self.plan_.semesters.all()}
        blocks = {one.block: one for one in self.plan_.blocks.order_by("-pk")}
        last = max((one.position for one in stored.values()), default=0)
        for place, row in enumerate(rows, start=1):
            block = self._block(row["block"], blocks)
            held = stored.get((row["semester"], row["subject"]))
            if held is not None and not self._differs(held, row):
                continue
            one = held or CurriculumSubject(
                curriculum=self.plan_, semester=semesters[row["semester"]], subject=self.subjects[row["subject"]],
                position=last + place,
            )  # fmt: skip
            for name, value in self._fields(row).items():
                setattr(one, name, value)
            one.block = block
            one.version += 1 if held else 0
            one.save()
            actions.set_parts(one, hours=parts(row, HOURS), controls=parts(row, CONTROL))
        self._set_days(rows, semesters)
        return planned

    def _block(self, code: str, blocks: dict[str, CurriculumBlock]) -> CurriculumBlock | None:
        if not code:
            return None
        if code not in blocks:
            blocks[code] = CurriculumBlock.objects.create(curriculum=self.plan_, code=code, block=code)
        return blocks[code]

    def _set_days(self, rows: list[dict[str, Any]], semesters) -> None:
        """Later semesters first when days move on, so that none meets its neighbour on the way."""
        wanted: dict[int, tuple[datetime.date, datetime.date]] = {
            row["semester"]: (row["starts_on"], row["ends_on"])
            for row in rows
            if row["starts_on"] and row["ends_on"]
        }
        changed = [
            (semesters[number], days)
            for number, days in sorted(wanted.items())
            if (semesters[number].starts_on, semesters[number].ends_on) != days
        ]
        later = [one for one in changed if one[1][0] >= one[0].starts_on]
        for semester, days in [*reversed(later), *(one for one in changed if one not in later)]:
            try:
                actions.set_semester_dates(semester, access=self.access, starts_on=days[0], ends_on=days[1])
            except actions.CurriculumError as error:
                raise SheetRefused(f"{semester}: {error}") from error


def _uz(list_code: str, code: str, shown: str) -> str:
    """Headers are Uzbek whoever reads them: the file of one is imported by another."""
    option = classifiers.options(list_code).get(code)
    return option.name_uz if option else shown


def parts(row: dict[str, Any], prefix: str) -> dict[str, int]:
    """Hours or controls of a row, without the empty ones."""
    return {
        name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix) and value
    }
