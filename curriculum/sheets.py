"""The base of subjects and whole curricula from Excel and into it (duties 3.2, 2.3).

The sheet that is exported is the one that is imported: every bad cell is named,
and a file that comes back unchanged changes nothing. Rows that a file does not
name stay as they are.
"""

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
    SubjectGroup,
)
from hemis.classifiers import queries as classifiers
from hemis.people.names import fold
from hemis.sheets import widgets, writing
from hemis.sheets.declaration import Bad, CellWidget, Fault, Saved, Sheet, SheetColumn, sheet
from hemis.sheets.reading import SheetRefused
from structure.models import Unit

YES, NO = "ha", "yoʻq"
HOURS, CONTROL = "hours_", "control_"
NO_CONTROL = "10"  # JN+ON: a sum on sheets, no control of its own


class YesNoWidget(CellWidget):
    """Yes or no in the three languages."""

    YES = frozenset({"ha", "да", "yes", "1", "+", "true"})
    NO = frozenset({"yoq", "нет", "no", "0", "-", "false"})

    def clean(self, value, row=None, **kwargs) -> bool:
        text = fold(widgets.as_text(value)).replace("'", "").strip() or "-"
        if text in self.YES:
            return True
        if text in self.NO or fold(NO) == text:
            return False
        raise Bad("bad_yes_no", _("Write yes or no."), f"{YES} / {NO}")

    def untidy(self, value, clean) -> str:
        return ""

    def shown(self, clean) -> str:
        return YES if clean else NO


class WholeWidget(widgets.DecimalWidget):
    """A whole number within bounds."""

    def clean(self, value, row=None, **kwargs) -> int:  # type: ignore[override]
        number = super().clean(value)
        if number != int(number):
            raise Bad(self.fault, _("Write a whole number."), self._bounds())
        return int(number)

    @classmethod
    def of(cls, low: int, high: int, fault: str) -> WholeWidget:
        return cls(low=Decimal(low), high=Decimal(high), fault=fault)


def _kafedras() -> dict[str, Unit]:
    return {one.code: one for one in Unit.objects.kafedras().filter(is_active=True)}


def _known_column(
    header: str, codes: list[str], what: str, message: str, *aliases: str, required=True
) -> SheetColumn:
    fault = f"unknown_{what}"
    return SheetColumn(
        header, widgets.KnownWidget(codes, fault=fault, message=message), aliases=aliases, required=required,
        missing=fault, choices=lambda: codes, example=codes[0] if codes else "",
    )  # fmt: skip


# --- the base of subjects


@sheet
class SubjectSheet(Sheet):
    """Subjects by their codes: new ones are added, known ones changed."""

    code = "curriculum.subjects"
    title = gettext_lazy("Subject base")
    permission = "subject.edit"
    result_url_name = "curriculum_subjects_list"
    asks_year = False

    def __init__(self, access, params):
        self.groups = {one.code: one for one in SubjectGroup.objects.filter(is_active=True)}
        self.kafedras = _kafedras()
        super().__init__(access, params)

    def columns(self) -> dict[str, SheetColumn]:
        text = widgets.TextWidget
        return {
            "code": SheetColumn("Kod", text(64), aliases=("Fan kodi", "Код", "Code"), missing="missing_code",
                                example="MAT.01"),
            "name": SheetColumn("Nomi", text(256), aliases=("Nomi (uz)", "Название", "Name"), missing="missing_name",
                                example="Oliy matematika"),
            "name_ru": SheetColumn("Nomi (ruscha)", text(256), aliases=("Nomi (ru)", "Name (Russian)"), required=False,
                                   example="Высшая математика"),
            "name_en": SheetColumn("Nomi (inglizcha)", text(256), aliases=("Nomi (en)", "Name (English)"),
                                   required=False, example="Higher mathematics"),
            "group": _known_column("Guruh kodi", sorted(self.groups), "group",
                                   _("No subject group has the code %(value)s."), "Fan guruhi", "Group"),
            "education_type": widgets.coded_column("Taʼlim turi", "h_education_type", "education_type",
                                                   "Тип образования", "Education type", example="11"),
            "kafedra": _known_column("Kafedra kodi", sorted(self.kafedras), "kafedra",
                                     _("No kafedra has the code %(value)s."), "Kafedra", required=False),
            "is_active": SheetColumn("Faol", YesNoWidget(), aliases=("Активен", "Active"), required=False,
                                     choices=lambda: [YES, NO], example=YES),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """A code stands once in the file."""
        faults: list[Fault] = []
        seen: dict[str, int] = {}
        for at, number in enumerate(numbers):
            code = columns["code"][at]
            if isinstance(code, Bad):
                continue
            if code in seen:
                message = _("Row %(row)d says the same already.") % {"row": seen[code]}
                faults.append(self.fault(number, "code", "repeated_row", message, code))
            seen.setdefault(code, number)
        return faults

    def wanted(self, row: dict[str, Any]) -> dict[str, Any]:
        """What the row says of its subject."""
        kafedra = self.kafedras.get(row["kafedra"])
        return {
            "name": row["name"], "name_ru": row["name_ru"], "name_en": row["name_en"],
            "group_id": self.groups[row["group"]].pk, "education_type": row["education_type"],
            "kafedra_id": kafedra.pk if kafedra else None, "is_active": row["is_active"] is not False,
        }  # fmt: skip

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        fresh, changed = self._sorted(rows)
        return Saved(len(fresh), len(changed), len(rows) - len(fresh) - len(changed))

    def _sorted(self, rows: list[dict[str, Any]]) -> tuple[list[Subject], list[Subject]]:
        stored = {one.code: one for one in Subject.objects.filter(code__in=[row["code"] for row in rows])}
        fresh, changed = [], []
        for row in rows:
            values, held = self.wanted(row), stored.get(row["code"])
            if held is None:
                fresh.append(Subject(code=row["code"], **values))
            elif any(getattr(held, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(held, name, value)
                held.version += 1
                changed.append(held)
        return fresh, changed

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        fresh, changed = self._sorted(rows)
        Subject.objects.bulk_create(fresh, batch_size=1000)
        names = ["name", "name_ru", "name_en", "group", "education_type", "kafedra", "is_active", "version"]
        Subject.objects.bulk_update(changed, names, batch_size=1000)
        return Saved(len(fresh), len(changed), len(rows) - len(fresh) - len(changed))


def subjects_book(rows, access) -> bytes:
    """The base of subjects as the sheet that is imported."""
    declared = SubjectSheet(access, {})
    lines = [
        [
            one.code, one.name, one.name_ru, one.name_en, one.group.code,
            classifiers.label("h_education_type", one.education_type), one.kafedra.code if one.kafedra else "",
            YES if one.is_active else NO,
        ]
        for one in rows.select_related("group", "kafedra")
    ]  # fmt: skip
    return writing.book([(str(_("Subjects")), [column.header for column in declared.fields.values()], lines)])


# --- a whole curriculum


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
        self.kafedras = _kafedras()
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
            "subject": _known_column("Fan kodi", sorted(self.subjects), "subject",
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
            "sheet_kind": _known_column("Qaydnoma turi", sorted(self.sheet_kinds), "sheet_kind",
                                        _("No kind of rating sheet has the code %(value)s."), "Rating sheet"),
            "final_form": widgets.coded_column("Yakuniy nazorat", "h_exam_finish", "final_form", "Final control",
                                               example="11"),
            "kafedra": _known_column("Kafedra kodi", sorted(self.kafedras), "kafedra",
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


@sheet
class WeekSheet(Sheet):
    """What the weeks of a plan are for, as the plan's workbook has them. ``params``: ``plan``, its key.

    An approved plan's too: holidays are decreed late. Days and semesters only tell
    the weeks apart; they are not changed here.
    """

    code = "curriculum.weeks"
    title = gettext_lazy("Weeks of a curriculum from Excel")
    permission = "curriculum.edit"
    result_url_name = "curriculum_curricula_list"
    own_upload = "curriculum_curricula_list"
    asks_year = False
    pages = ("Haftalar", "Недели", "Weeks")

    def __init__(self, access, params):
        rows = Curriculum.objects.for_scope(access.scope(self.permission)).exclude(state=Curriculum.RETIRED)
        self.curriculum = rows.filter(pk=params.get("plan") or 0).first()
        self.weeks = {one.number: one for one in self.curriculum.weeks.all()} if self.curriculum else {}
        super().__init__(access, params)

    def check(self, table):
        """Only for a plan of the own faculty that is in use."""
        if self.curriculum is None:
            raise SheetRefused(_("The curriculum is not in your scope."))
        return super().check(table)

    def columns(self) -> dict[str, SheetColumn]:
        highest = max(self.weeks, default=1)
        return {
            "number": SheetColumn("Hafta", WholeWidget.of(1, highest, "bad_week"), missing="bad_week",
                                  aliases=("Неделя", "Week"), example="1"),
            "starts_on": SheetColumn("Boshlanishi", widgets.DateWidget(), aliases=("Begins",), required=False),
            "ends_on": SheetColumn("Tugashi", widgets.DateWidget(), aliases=("Ends",), required=False),
            "semester": SheetColumn("Semestr", widgets.TextWidget(2), aliases=("Semester",), required=False),
            "kind": widgets.coded_column("Hafta turi", "h_education_week_type", "week_kind", "Вид недели",
                                         "Kind of week", example="11"),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """Weeks that the plan does not have, that stand twice, or whose first day is another."""
        faults, seen = [], set()
        for at, number in enumerate(numbers):
            week = columns["number"][at]
            if isinstance(week, Bad):
                continue
            if week not in self.weeks:
                text = _("The plan has no such week.")
                faults.append(self.fault(number, "number", "bad_week", text, week))
            elif week in seen:
                text = _("The week stands twice.")
                faults.append(self.fault(number, "number", "repeated_week", text, week))
            elif self._other_day(week, columns["starts_on"][at]):
                text = _("The week begins on %(day)s.") % {"day": f"{self.weeks[week].starts_on:%d.%m.%Y}"}
                faults.append(self.fault(number, "starts_on", "other_days", text, columns["starts_on"][at]))
            seen.add(week)
        return faults

    def _other_day(self, week: int, told: Any) -> bool:
        return isinstance(told, datetime.date) and told != self.weeks[week].starts_on

    def _changed(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if self.weeks[row["number"]].kind != row["kind"]]

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        changed = len(self._changed(rows))
        return Saved(0, changed, len(rows) - changed)

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        """Say what each changed week is for."""
        assert self.curriculum is not None  # checked before
        planned = self.plan(rows)
        for row in self._changed(rows):
            actions.set_weeks(
                self.curriculum, access=self.access, first=row["number"], last=row["number"], kind=row["kind"]
            )
        return planned


def _uz(list_code: str, code: str, shown: str) -> str:
    """Headers are Uzbek whoever reads them: the file of one is imported by another."""
    option = classifiers.options(list_code).get(code)
    return option.name_uz if option else shown


def parts(row: dict[str, Any], prefix: str) -> dict[str, int]:
    """Hours or controls of a row, without the empty ones."""
    return {
        name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix) and value
    }


def plan_book(curriculum: Curriculum, access) -> bytes:
    """The whole plan: subjects as the sheet that is imported, then semesters, weeks and the header."""
    declared = PlanSheet(access, {})
    names = list(declared.fields)
    lines = []
    for one in queries.subjects_of(curriculum):
        values: dict[str, Any] = {
            "semester": one.semester.number, "subject": one.subject.code, "name": one.subject.name,
            "block": classifiers.label("h_subject_block", one.block.block) if one.block else "",
            "kind": classifiers.label("h_subject_type", one.kind), "elective_group": one.elective_group,
            "places": one.places or "", "credit": one.credit, "in_semester": YES if one.in_semester else NO,
            "sheet_kind": one.sheet_kind.code, "final_form": classifiers.label("h_exam_finish", one.final_form),
            "kafedra": one.kafedra.code, "starts_on": one.semester.starts_on, "ends_on": one.semester.ends_on,
        }  # fmt: skip
        values |= {HOURS + part.training_type: part.hours for part in one.hours.all()}
        values |= {CONTROL + part.control: part.max_points for part in one.controls.all()}
        lines.append([values.get(name, "") for name in names])
    semesters = [
        [one.number, one.get_course_display(), str(one.academic_year), one.starts_on, one.ends_on]
        for one in curriculum.semesters.select_related("academic_year")
    ]
    weeks = [
        [week.number, week.starts_on, week.ends_on, week.semester.number if week.semester else "",
         week.get_kind_display()]
        for week in curriculum.weeks.select_related("semester")
    ]  # fmt: skip
    header = [
        [str(Curriculum._meta.get_field(name).verbose_name), str(value)]
        for name, value in (
            ("name", curriculum.name), ("speciality", curriculum.speciality),
            ("education_form", curriculum.get_education_form_display()),  # type: ignore[attr-defined]
            ("start_year", curriculum.start_year), ("semester_count", curriculum.semester_count),
            ("marking_system", curriculum.marking_system), ("release", curriculum.release),
            ("state", curriculum.get_state_display()),
        )
    ]  # fmt: skip
    return writing.book(
        [
            (_("Subjects"), [column.header for column in declared.fields.values()], lines),
            (
                _("Semesters"),
                [_("Semester"), _("Course"), _("Academic year"), _("Begins"), _("Ends")],
                semesters,
            ),
            (
                _("Weeks"),
                [column.header for column in WeekSheet(access, {}).fields.values()],
                weeks,
            ),
            (_("Curriculum"), [_("Field"), _("Value")], header),
        ]
    )
