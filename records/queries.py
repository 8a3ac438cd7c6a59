"""What conditions, pages and jobs read: gaps of the record, candidates, graduates; sets, not rows one by one."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from curriculum.models import CurriculumSubject, GroupCurriculum
from records import conditions
from records.conditions import Figure
from records.models import Accreditation, AttestationLine, AttestationSession, GraduationTopic, RecordLine
from records.models.record import ATTESTED, GRADUATION_WORK
from records.rulebook import figures as figures_of
from students.models import Group, Student


@dataclass(frozen=True)
class Gap:
    """A subject that a student's record lacks."""

    subject: int
    name: str
    kind: str


def gaps_of(students: Collection[int]) -> dict[int, list[Gap]]:
    """What the record of each student lacks of the plan and of the own registrations: one query."""
    found: defaultdict[int, list[Gap]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT g.student_id, cs.id, s.name, k.code FROM hemis_record_gaps(%s) g "
            "JOIN curriculum_curriculumsubject cs ON cs.id = g.curriculum_subject_id "
            "JOIN curriculum_curriculumsemester m ON m.id = cs.semester_id "
            "JOIN curriculum_subject s ON s.id = cs.subject_id "
            "JOIN curriculum_ratingsheetkind k ON k.id = cs.sheet_kind_id "
            "ORDER BY g.student_id, m.number, cs.position, cs.id",
            [list(students)],
        )
        for student, subject, name, kind in cursor.fetchall():
            found[student].append(Gap(subject, name, kind))
    return dict(found)


def _plans(students: Iterable[Student]) -> dict[int, int]:
    """Group → key of its curriculum."""
    groups = {one.current.group_id for one in students if one.current}
    return dict(GroupCurriculum.objects.filter(group__in=groups).values_list("group", "curriculum"))


def _topics(students: Collection[int]) -> dict[int, GraduationTopic]:
    rows = GraduationTopic.objects.filter(student__in=students, state=GraduationTopic.APPROVED)
    return {one.student_id: one for one in rows}


def with_placement(students: Collection[int]) -> list[Student]:
    """Students with what the conditions look at, by name."""
    rows = Student.objects.filter(pk__in=students).select_related(
        "person", "current__group", "current__programme__speciality", "current__faculty"
    )
    return list(rows.order_by("person__sort_key", "pk"))


# --- admission


@dataclass
class Admitted:
    """A student, the verdict, the topic, and which time it is."""

    student: Student
    verdict: conditions.Explained[bool]
    topic: GraduationTopic | None = None
    attempt: int = 1


def admissions(
    subject: CurriculumSubject, group: Group, *, day: datetime.date, figures: dict[str, Figure],
    students: Collection[int] | None = None,
) -> list[Admitted]:  # fmt: skip
    """Who of a group is to stand before a commission on a subject, and who is admitted: a fixed number of queries.

    Who has passed it is left out, and who stands on another open protocol of it.
    """
    rows = Student.objects.filter(current__group=group, current__status=conditions.STUDYING)
    keys = set(rows.values_list("pk", flat=True))
    if students is not None:
        keys &= set(students)
    passed = RecordLine.objects.passed().filter(student__in=keys, curriculum_subject=subject)
    waits = AttestationLine.objects.filter(
        student__in=keys, session__curriculum_subject=subject, session__state=AttestationSession.OPEN
    )
    if students is None:
        keys -= set(waits.values_list("student", flat=True))
    keys -= set(passed.values_list("student", flat=True))
    people = with_placement(keys)
    gaps, plans, topics = gaps_of(keys), _plans(people), _topics(keys)
    failures = _failures(subject, keys)
    found = []
    for one in people:
        failed, first = failures.get(one.pk, (0, None))
        topic = topics.get(one.pk)
        known = conditions.Candidate(
            status=one.current.status,
            has_plan=one.current.group_id is not None and one.current.group_id in plans,
            gaps=[gap.name for gap in gaps.get(one.pk, []) if gap.kind not in ATTESTED],
            topic=topic.title if topic else "",
            failed=failed,
            failed_on=first,
        )
        verdict = conditions.admission(known, kind=subject.sheet_kind.code, day=day, figures=figures)
        found.append(Admitted(one, verdict, topic, failed + 1))
    return found


def _failures(
    subject: CurriculumSubject, students: Collection[int]
) -> dict[int, tuple[int, datetime.date | None]]:
    """How often each student failed the subject before a commission, and when first; an excuse is no failure."""
    same = Q(session__curriculum_subject__subject=subject.subject_id)
    if subject.sheet_kind.code == GRADUATION_WORK:
        # Reinstated by another plan, the graduate defends the work of that plan.
        same |= Q(session__curriculum_subject__sheet_kind__code=GRADUATION_WORK)
    rows = AttestationLine.objects.filter(
        same, student__in=students, session__state=AttestationSession.CLOSED, passed=False,
        status__in=(AttestationLine.GRADED, AttestationLine.ABSENT),
    )  # fmt: skip
    counted = rows.order_by().values_list("student").annotate(n=Count("pk"), first=Min("session__held_on"))
    return {student: (n, first) for student, n, first in counted}


def repeat_until(line: AttestationLine) -> tuple[datetime.date, str] | None:
    """The last day on which what this line has failed may be repeated, and the source; None when it is not failed."""
    session = line.session
    if not line.is_failed or session.state != AttestationSession.CLOSED:
        return None
    _count, first = _failures(session.curriculum_subject, [line.student_id])[line.student_id]
    years = figures_of(session.held_on)["repeat.years"]
    return conditions.last_day_to_repeat(first or session.held_on, int(years.value)), years.source


# --- accreditation


@dataclass
class Judged:
    """A graduate with the verdict and the figures of the page: plan, recorded, lacking."""

    student: Student
    verdict: conditions.Verdict
    recorded: int = 0
    gaps: list[Gap] = field(default_factory=list)
    accreditation: Accreditation | None = None

    @property
    def planned(self) -> int:
        return self.recorded + len(self.gaps)

    @property
    def may_be_ticked(self) -> bool:
        """Whether accrediting may change something: with a reason at least."""
        return self.accreditation is None and self.verdict.with_reason

    @property
    def words(self) -> str:
        """The verdict in a word or two."""
        if self.accreditation:
            return _("accredited")
        if self.verdict.may:
            return _("everything is fulfilled")
        return _("with a reason only") if self.verdict.with_reason else _("not fulfilled")

    @property
    def colour(self) -> str:
        if self.accreditation:
            return "green"
        return "azure" if self.verdict.may else "orange" if self.verdict.with_reason else "red"


def judge(students: Collection[int]) -> list[Judged]:
    """Every condition of accreditation of these students: a fixed number of queries, whatever their number."""
    people = with_placement(students)
    keys = [one.pk for one in people]
    gaps, plans, topics = gaps_of(keys), _plans(people), _topics(keys)
    lines: defaultdict[int, list[RecordLine]] = defaultdict(list)
    for line in RecordLine.objects.passed().filter(student__in=keys):
        lines[line.student_id].append(line)
    last = _last_courses(set(plans.values()))
    held = {
        one.student_id: one
        for one in Accreditation.objects.filter(student__in=keys, state=Accreditation.ACCEPTED)
    }
    found = []
    for one in people:
        plan = plans.get(one.current.group_id) if one.current and one.current.group_id else None
        known = _graduate(one, lines[one.pk], gaps.get(one.pk, []), topics.get(one.pk), plan, last)
        found.append(
            Judged(
                one,
                conditions.accreditation(known),
                len(lines[one.pk]),
                gaps.get(one.pk, []),
                held.get(one.pk),
            )
        )
    return found


def _last_courses(plans: Collection[int]) -> dict[int, str]:
    """Curriculum → its last course."""
    from curriculum.models import CurriculumSemester

    rows = CurriculumSemester.objects.filter(curriculum__in=plans).order_by("number")
    return dict(rows.values_list("curriculum", "course"))


def _graduate(
    one: Student, lines: list[RecordLine], gaps: list[Gap], topic: GraduationTopic | None, plan: int | None,
    last: dict[int, str],
) -> conditions.Graduate:  # fmt: skip
    attested = [line for line in lines if line.kind in ATTESTED]
    unattested = [gap for gap in gaps if gap.kind in ATTESTED]
    kinds = {line.kind for line in attested} | {gap.kind for gap in unattested}
    needs_topic = GRADUATION_WORK in kinds
    english = [line.subject_name for line in lines if not line.subject_name_en]
    if needs_topic and topic and not topic.title_en:
        english.append(topic.title)
    person = one.person
    return conditions.Graduate(
        status=one.current.status if one.current else "",
        is_last_course=plan is not None and one.current.course == last.get(plan),
        has_plan=plan is not None,
        gaps=[gap.name for gap in gaps if gap.kind not in ATTESTED],
        attested=[line.subject_name for line in attested],
        unattested=[gap.name for gap in unattested],
        needs_topic=needs_topic,
        topic=topic.title if topic else "",
        has_passport_name=bool(person.passport_last_name and person.passport_first_name),
        without_english=english,
    )


def accredited(students: Collection[int]) -> set[int]:
    """Those whose accreditation is in force and still true: no subject has come to the plan since."""
    rows = Accreditation.objects.filter(student__in=students, state=Accreditation.ACCEPTED)
    keys = set(rows.values_list("student", flat=True))
    return keys - set(gaps_of(keys)) if keys else keys


def attested(students: Collection[int]) -> dict[int, bool]:
    """Whether each has passed everything before commissions that the plan asks; who has no such subject is left out."""
    passed = RecordLine.objects.passed().filter(student__in=students, kind__in=ATTESTED)
    found = dict.fromkeys(passed.values_list("student", flat=True), True)
    for student, gaps in gaps_of(students).items():
        if any(gap.kind in ATTESTED for gap in gaps):
            found[student] = False
    return found
