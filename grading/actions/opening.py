"""Opening sheets: for whole groups at once, with exactly those whom the rules admit (duty 2.4)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum.models import ControlAudience, CurriculumSubject, RatingSheetKind
from grading import queries, rules
from grading.actions.base import GradingError, locked
from grading.models import GradeSheet, PersonalSchedule, SheetLine
from grading.rulebook import Rulebook
from hemis.access.scope import Access
from hemis.documents.actions import reserve_numbers
from hemis.explain import Explained
from students.models import Group

SERIES = "grade_sheet"
LECTURE = "11"
NOTE_LENGTH = 500


@dataclass
class Proposal:
    """A sheet that would be opened: for whom, by whom, and who may not sit it."""

    subject: CurriculumSubject
    group: Group
    control: str
    attempt: str
    candidates: list[queries.Candidate] = field(default_factory=list)
    examiner_id: int | None = None
    event_id: int | None = None
    held_on: datetime.date | None = None
    existing: int | None = None

    @property
    def admitted(self) -> list[queries.Candidate]:
        return [one for one in self.candidates if one.admitted]

    @property
    def refused(self) -> list[queries.Candidate]:
        return [one for one in self.candidates if not one.admitted]

    @property
    def can_be_opened(self) -> bool:
        return self.existing is None and bool(self.candidates)


def propose_sheets(
    subjects: Iterable[CurriculumSubject], groups: Iterable[Group], *, control: str, attempt: str = "11"
) -> list[Proposal]:
    """What would be opened; nothing is written. A fixed number of queries.

    ``subjects`` come with ``subject`` and ``curriculum``; those without the control, and
    those that a state attestation commission marks, are left out.
    """
    lines = {one.pk: one for one in subjects}
    by_group = {one.pk: one for one in groups}
    maxima = queries.maxima_of(lines)
    attested = set(
        RatingSheetKind.objects.filter(code__in=RatingSheetKind.ATTESTED).values_list("pk", flat=True)
    )
    lines = {
        pk: one for pk, one in lines.items()
        if control in maxima.get(pk, {}) and one.sheet_kind_id not in attested
    }  # fmt: skip
    book = Rulebook()
    lines = {
        pk: one for pk, one in lines.items()
        if int(attempt) - 10 <= book.scale(one.curriculum.marking_system_id).attempts
    }  # fmt: skip
    if control == rules.FINAL:
        found = queries.admissions(lines.values(), by_group, attempt=attempt, book=book)
    else:
        found = _everybody(lines, by_group, control, attempt, book, maxima)
    existing = {
        (subject, group): pk
        for pk, subject, group in GradeSheet.objects.valid()
        .filter(
            curriculum_subject__in=lines, group__in=by_group, control=control, attempt=attempt, schedule=None
        )
        .values_list("pk", "curriculum_subject", "group")
    }
    proposals = [
        Proposal(
            lines[subject], by_group[group], control, attempt, candidates,
            existing=existing.get((subject, group)),
        )
        for (subject, group), candidates in found.items()
    ]  # fmt: skip
    _name_examiners(proposals, book)
    return sorted(proposals, key=lambda one: (one.group.name, one.subject.position, one.subject.pk))


def _everybody(
    lines: dict[int, CurriculumSubject], groups: Collection[int], control: str, attempt: str, book: Rulebook,
    maxima: dict,
) -> dict[tuple[int, int], list[queries.Candidate]]:  # fmt: skip
    """Controls before the final one, and overall ones: all who are registered; a retake only who lacks points."""
    rows = list(queries.sitting(lines, groups))
    failed = queries.failed_by(lines, queries.previous(attempt)) if attempt != "11" else set()
    got = (
        queries.lines_of(lines, {row.student_id for row in rows}, states=[GradeSheet.CLOSED])
        if failed
        else {}
    )
    found: dict[tuple[int, int], list[queries.Candidate]] = {}
    for row in rows:
        key = (row.student_id, row.curriculum_subject_id)
        if attempt != "11":
            if key not in failed:
                continue
            scale = book.scale(lines[key[1]].curriculum.marking_system_id)
            before = queries.counted(scale, maxima[key[1]], got.get(key, {}), queries.previous(attempt))
            old = before.get(control)
            if control != rules.OVERALL and old and old.value >= scale.limit(maxima[key[1]][control]):
                continue
        candidate = queries.Candidate(row.student, Explained(True, []), None, None, None)
        found.setdefault((row.curriculum_subject_id, row.sits_with), []).append(candidate)
    return found


def _name_examiners(proposals: list[Proposal], book: Rulebook) -> None:
    """Who holds the control: the timetable says it; else the teacher of the classes it belongs to."""
    subjects, groups = {one.subject.pk for one in proposals}, {one.group.pk for one in proposals}
    if not proposals:
        return
    control, attempt = proposals[0].control, proposals[0].attempt
    events = {}
    planned = ControlAudience.objects.filter(
        curriculum_subject__in=subjects, group__in=groups, event__control=control, event__attempt=attempt,
        event__state="planned",
    )  # fmt: skip
    for subject, group, event, examiner, day in planned.values_list(
        "curriculum_subject", "group", "event", "event__examiner", "event__day"
    ):
        events[subject, group] = (event, examiner, day)
    teachers = queries.teachers_of(subjects, groups)
    apart = control == rules.FINAL and bool(book.number("final.other_examiner"))
    for one in proposals:
        key = (one.subject.pk, one.group.pk)
        taught = teachers.get(key, [])
        if key in events:
            one.event_id, one.examiner_id, one.held_on = events[key]
        elif not apart:
            one.examiner_id = _usual(control, taught, one.subject.teacher_id)
        elif one.subject.teacher_id:
            one.examiner_id = one.subject.teacher_id
        if apart and one.examiner_id in {teacher for _kind, teacher in taught}:
            one.examiner_id = None


def _usual(control: str, taught: list[tuple[str, int]], responsible: int | None) -> int | None:
    """Current controls are of whoever gives the practice, midterm ones of the lecturer."""
    practice = [teacher for kind, teacher in taught if kind != LECTURE]
    lecture = [teacher for kind, teacher in taught if kind == LECTURE]
    order = (practice + lecture) if control in rules.CURRENT_ALL else (lecture + practice)
    return order[0] if order else responsible


@transaction.atomic
def open_sheets(
    proposals: Iterable[Proposal], *, access: Access, schedule: PersonalSchedule | None = None
) -> list[GradeSheet]:
    """Open what may be opened: numbers without gaps, sheets, and their lines in one statement each.

    Who is not admitted stands on the sheet with the reason and gets no points.

    Raises:
        PermissionDenied: without the duty, or a group out of scope.
        DatabaseError: the database refuses (a student stands on another sheet of the control).
    """
    chosen = [one for one in proposals if one.can_be_opened]
    access.require("grade_sheet.open")
    allowed = set(
        Group.objects.for_scope(access.scope("grade_sheet.open"))
        .filter(pk__in={one.group.pk for one in chosen})
        .values_list("pk", flat=True)
    )
    chosen = [one for one in chosen if one.group.pk in allowed]
    book, today = Rulebook(), timezone.localdate()
    days = datetime.timedelta(days=int(book.number("sheet.days")))
    by_year: dict[int, list[Proposal]] = {}
    for one in chosen:
        # A debt of an earlier year is made good by a sheet of the schedule's own year.
        year = schedule.academic_year_id if schedule else one.subject.semester.academic_year_id
        by_year.setdefault(year, []).append(one)
    rows = []
    for year, of_year in sorted(by_year.items()):
        numbers = reserve_numbers(SERIES, year, len(of_year))
        for serial, one in zip(numbers, of_year, strict=True):
            rows.append(
                GradeSheet(
                    academic_year_id=year, serial=serial, curriculum_subject=one.subject, group=one.group,
                    control=one.control, attempt=one.attempt, schedule=schedule, examiner_id=one.examiner_id,
                    event_id=one.event_id, held_on=one.held_on, due_on=(one.held_on or today) + days,
                    opened_by=access.user,
                )
            )  # fmt: skip
    sheets = GradeSheet.objects.bulk_create(rows)
    ordered = [one for _year, of_year in sorted(by_year.items()) for one in of_year]
    SheetLine.objects.bulk_create(
        SheetLine(sheet=sheet, student=candidate.student, **_first_value(candidate))
        for sheet, one in zip(sheets, ordered, strict=True)
        for candidate in one.candidates
    )
    return sheets


def _first_value(candidate: queries.Candidate) -> dict[str, str]:
    if candidate.admitted:
        return {"status": SheetLine.EMPTY, "note": ""}
    return {"status": SheetLine.NOT_ADMITTED, "note": candidate.why[:NOTE_LENGTH]}


@transaction.atomic
def refresh_admission(sheet: GradeSheet, *, access: Access) -> int:
    """Judge admission anew on an open sheet of a final control; how many lines changed.

    Who is admitted by now gets an empty line, who no longer is and has no points
    yet is barred; who has been registered since is added.

    Raises:
        GradingError: the sheet is not open, or is no final control.
    """
    sheet = locked(sheet, access, "grade_sheet.open")
    if sheet.state != GradeSheet.OPEN or sheet.control != rules.FINAL:
        raise GradingError(_("Admission is judged anew on an open sheet of a final control."))
    found = queries.admissions(
        [sheet.curriculum_subject], [sheet.group_id], attempt=sheet.attempt, book=Rulebook()
    )
    candidates = {one.student.pk: one for one in found.get((sheet.curriculum_subject_id, sheet.group_id), [])}
    lines = {line.student_id: line for line in sheet.lines.all()}
    changed = []
    for pk, line in lines.items():
        candidate = candidates.get(pk)
        if candidate is None or line.status not in (SheetLine.EMPTY, SheetLine.NOT_ADMITTED):
            continue
        value = _first_value(candidate)
        if (line.status, line.note) != (value["status"], value["note"]):
            line.status, line.note = value["status"], value["note"]
            changed.append(line)
    SheetLine.objects.bulk_update(changed, ["status", "note"])
    new = [one for pk, one in candidates.items() if pk not in lines] if sheet.schedule_id is None else []
    SheetLine.objects.bulk_create(
        SheetLine(sheet=sheet, student=one.student, **_first_value(one)) for one in new
    )
    return len(changed) + len(new)
