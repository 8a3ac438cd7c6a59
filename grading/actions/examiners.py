"""Who holds controls: suggested by the kafedra's teachers and what they have taught, named for many sheets at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grading import queries, rules
from grading.actions.base import GradingError
from grading.models import GradeSheet
from grading.rulebook import Rulebook
from hemis.access.scope import Access
from staff.models import Employee, Position
from staff.models.posts import TEACHING


@dataclass
class Choice:
    """An open sheet, who may hold its control, and whom the rules suggest."""

    sheet: GradeSheet
    teachers: list[Employee] = field(default_factory=list)
    suggested: int | None = None

    @property
    def chosen(self) -> int | None:
        return self.sheet.examiner_id or self.suggested


def examiner_choices(sheets: Iterable[GradeSheet]) -> list[Choice]:
    """For each sheet the teachers of the kafedra in post who may hold it: three queries.

    A final control is not held by who taught the subject to the group, where the rules
    ask for that (AV 3069); other controls are suggested to who gives the classes.
    Suggestions spread evenly over the teachers of a kafedra.
    """
    rows = list(sheets)
    by_kafedra = _teachers({one.curriculum_subject.kafedra_id for one in rows})
    taught = queries.teachers_of({one.curriculum_subject_id for one in rows}, {one.group_id for one in rows})
    apart = bool(Rulebook().number("final.other_examiner"))
    busy: Counter[int] = Counter(one.examiner_id for one in rows if one.examiner_id)
    found = []
    for sheet in rows:
        giving = taught.get((sheet.curriculum_subject_id, sheet.group_id), [])
        kept_off = {teacher for _kind, teacher in giving} if apart and sheet.control == rules.FINAL else set()
        fit = [one for one in by_kafedra[sheet.curriculum_subject.kafedra_id] if one.pk not in kept_off]
        choice = Choice(sheet, fit)
        if sheet.examiner_id is None and fit:
            choice.suggested = _suggested(fit, [] if kept_off else giving, busy)
            busy[choice.suggested] += 1
        found.append(choice)
    return found


def _suggested(fit: Sequence[Employee], giving: Sequence[tuple[str, int]], busy: Mapping[int, int]) -> int:
    """Who gives the classes, practice first; else the least busy."""
    keys = {one.pk for one in fit}
    for _kind, teacher in sorted(giving, reverse=True):
        if teacher in keys:
            return teacher
    return min(fit, key=lambda one: busy.get(one.pk, 0)).pk


def _teachers(kafedras: Iterable[int]) -> dict[int, list[Employee]]:
    posts = Position.objects.in_force(timezone.localdate()).filter(category=TEACHING, unit__in=kafedras)
    found: defaultdict[int, list[Employee]] = defaultdict(list)
    rows = posts.select_related("employee__person").order_by("unit", "employee__person__sort_key", "pk")
    for post in rows:
        if post.employee not in found[post.unit_id]:
            found[post.unit_id].append(post.employee)
    return found


@transaction.atomic
def name_examiners(sheets: QuerySet[GradeSheet], chosen: Mapping[int, int], *, access: Access) -> int:
    """Name who holds each of the open sheets (key of the sheet → key of the employee); how many changed.

    Raises:
        PermissionDenied: without the duty.
        GradingError: somebody may not hold the sheet chosen for them; nothing is written then.
    """
    access.require("grade_sheet.open")
    rows = (
        sheets.for_scope(access.scope("grade_sheet.open"))  # type: ignore[attr-defined]
        .filter(pk__in=chosen, state=GradeSheet.OPEN)
        .select_related("curriculum_subject__subject", "group")
        .select_for_update(of=("self",))
    )
    changed = []
    for one in examiner_choices(rows.order_by("pk")):
        wanted = chosen[one.sheet.pk]
        if wanted == one.sheet.examiner_id:
            continue
        if wanted not in {teacher.pk for teacher in one.teachers}:
            raise GradingError(
                _("№ %(number)s, %(subject)s: this teacher may not hold the control.")
                % {
                    "number": one.sheet.number,
                    "subject": one.sheet.curriculum_subject.subject.get_name_display(),
                }
            )
        one.sheet.examiner_id, one.sheet.version = wanted, one.sheet.version + 1
        changed.append(one.sheet)
    GradeSheet.objects.bulk_update(changed, ["examiner", "version"])
    return len(changed)
