"""Which subjects somebody keeps materials of, and what is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from curriculum.materials import rules, taught
from curriculum.materials.models import Question, Resource
from curriculum.models import (
    CurriculumSubject,
    Lesson,
    Registration,
    Subject,
    SubjectHours,
    Teaching,
    TeachingAudience,
    Topic,
)
from hemis.access.scope import Scope
from hemis.classifiers import queries as classifiers
from students.models import AcademicYear

# How far the topics of a subject cover its hours.
COMPLETE, PART, NONE = "complete", "part", "none"


def _taught_by(person_id: int) -> QuerySet:
    """Keys of the plan's lines that a person teaches, as first or second teacher."""
    who = Q(teaching__teacher__person=person_id) | Q(teaching__assistant__person=person_id)
    return TeachingAudience.objects.filter(who).values("curriculum_subject")


def subjects_of(scope: Scope) -> QuerySet[CurriculumSubject]:
    """Lines of plans whose materials the scope sees: faculty, kafedra, responsible and other teachers."""
    rows = CurriculumSubject.objects.all()
    if scope.everything:
        return rows
    found = Q(curriculum__speciality__faculty__in=scope.faculty_ids) | Q(kafedra__in=scope.kafedra_ids)
    if scope.person_id:
        found |= Q(teacher__person=scope.person_id) | Q(pk__in=_taught_by(scope.person_id))
    return rows.filter(found)


def subjects_to_edit(scope: Scope) -> QuerySet[CurriculumSubject]:
    """Lines whose topics the scope changes: where a teacher is named responsible, of teachers only that one."""
    rows = CurriculumSubject.objects.all()
    if scope.everything:
        return rows
    found = Q(curriculum__speciality__faculty__in=scope.faculty_ids) | Q(kafedra__in=scope.kafedra_ids)
    if scope.person_id:
        found |= Q(teacher__person=scope.person_id)
        found |= Q(teacher=None, pk__in=_taught_by(scope.person_id))
    return rows.filter(found)


def bank_subjects(scope: Scope) -> QuerySet[Subject]:
    """Subjects whose bank of questions the scope reaches."""
    if scope.everything:
        return Subject.objects.all()
    return Subject.objects.filter(
        Q(pk__in=subjects_of(scope).order_by().values("subject")) | Q(kafedra__in=scope.kafedra_ids)
    )


def with_hours(rows: QuerySet[CurriculumSubject]) -> QuerySet[CurriculumSubject]:
    """With hours to distribute, hours that topics cover, and how many resources and questions there are."""
    hours = SubjectHours.objects.filter(curriculum_subject=OuterRef("pk")).exclude(
        training_type=rules.SELF_STUDY
    )
    topics = Topic.objects.filter(curriculum_subject=OuterRef("pk"))
    resources = Resource.objects.filter(curriculum_subject=OuterRef("pk"))
    questions = Question.objects.filter(subject=OuterRef("subject"), is_active=True)
    return rows.annotate(
        plan_hours=_total(hours, Sum("hours"), "curriculum_subject"),
        topic_hours=_total(topics, Sum("hours"), "curriculum_subject"),
        resource_count=_total(resources, Count("pk"), "curriculum_subject"),
        question_count=_total(questions, Count("pk"), "subject"),
        topic_state=Case(
            When(topic_hours=0, then=Value(NONE)),
            When(topic_hours__gte=F("plan_hours"), then=Value(COMPLETE)),
            default=Value(PART),
        ),
    )


def _total(rows: QuerySet, what: Any, by: str) -> Coalesce:
    found = rows.order_by().values(by).annotate(_total=what).values("_total")
    return Coalesce(Subquery(found, output_field=IntegerField()), Value(0))


@dataclass
class TopicsOfType:
    """A kind of training of a subject: its hours, its topics and how far the hours are distributed."""

    code: str
    label: str
    distribution: rules.Distribution
    topics: list[Topic] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.distribution.text(self.label)


def topics_by_type(line: CurriculumSubject) -> list[TopicsOfType]:
    """All kinds of training that have hours (or topics left from before): two queries."""
    hours = dict(
        SubjectHours.objects.filter(curriculum_subject=line)
        .exclude(training_type=rules.SELF_STUDY)
        .values_list("training_type", "hours")
    )
    topics: dict[str, list[Topic]] = {}
    for one in Topic.objects.filter(curriculum_subject=line).order_by("training_type", "position"):
        topics.setdefault(one.training_type, []).append(one)
    codes = [code for code in classifiers.options("h_training_type") if code in hours or code in topics]
    return [
        TopicsOfType(
            code,
            classifiers.label("h_training_type", code),
            rules.Distribution(hours.get(code, 0), sum(one.hours for one in topics.get(code, []))),
            topics.get(code, []),
        )
        for code in codes
    ]


def sources_of(line: CurriculumSubject) -> QuerySet[CurriculumSubject]:
    """Other plans' lines of the same subject that have topics, the newest year first."""
    return (
        CurriculumSubject.objects.filter(subject=line.subject_id)
        .filter(Exists(Topic.objects.filter(curriculum_subject=OuterRef("pk"))))
        .exclude(pk=line.pk)
        .select_related("curriculum__speciality", "semester__academic_year", "subject")
        .annotate(count=Count("topics"))
        .order_by("-semester__academic_year", "curriculum__name", "pk")
    )


# --- the calendar plan of a teaching


def groups_text(teaching: str = "pk") -> Subquery:
    """Names of the groups of a teaching, whose key stands in the outer column ``teaching``."""
    rows = TeachingAudience.objects.filter(teaching=OuterRef(teaching)).order_by().values("teaching")
    return Subquery(rows.annotate(_names=StringAgg("group__name", ", ", distinct=True)).values("_names"))


def line_of(teaching: Teaching) -> CurriculumSubject | None:
    """The line whose topics the teaching follows: of a stream's plans the one with most topics."""
    return (
        CurriculumSubject.objects.filter(audiences__teaching=teaching)
        .annotate(
            count=Count("topics", filter=Q(topics__training_type=teaching.training_type), distinct=True)
        )
        .select_related("subject", "curriculum__speciality", "semester")
        .order_by("-count", "pk")
        .first()
    )


def calendar_of(teaching: Teaching) -> tuple[CurriculumSubject | None, list[rules.CalendarRow]]:
    """Topics over planned lessons, and what was taught, if anybody tells: four queries."""
    line = line_of(teaching)
    topics = Topic.objects.filter(curriculum_subject=line, training_type=teaching.training_type).order_by(
        "position"
    )
    lessons = list(
        Lesson.objects.planned()
        .filter(teaching=teaching)
        .order_by("day", "starts_at", "pk")
        .values_list("pk", "day")
    )
    said = taught.taught_of([pk for pk, _day in lessons])
    return line, rules.calendar(
        [rules.PlanTopic(one.pk, one.name, one.hours) for one in topics],
        [
            rules.PlanLesson(pk, day, *((None, None) if said is None else _given(said.get(pk))))
            for pk, day in lessons
        ],
    )


def _given(one: taught.Taught | None) -> tuple[bool, int | None]:
    return (True, one.topic) if one else (False, None)


# --- completeness (clause B6)


@dataclass
class Completeness:
    """Subjects of a half-year at a kafedra: how many there are, and how many lack something."""

    kafedra: Any
    subjects: int = 0
    topics: int = 0
    resources: int = 0
    questions: int = 0
    lacking: list[Any] = field(default_factory=list)

    def share(self, name: str) -> int:
        return round(100 * getattr(self, name) / self.subjects) if self.subjects else 0

    @property
    def shares(self) -> list[tuple[int, int]]:
        return [(getattr(self, one), self.share(one)) for one in ("topics", "resources", "questions")]


def half_year(rows: QuerySet[CurriculumSubject], year: int, term: str) -> QuerySet[CurriculumSubject]:
    """Lines of approved plans that are studied in a half-year."""
    return rows.filter(
        semester__academic_year=year,
        curriculum__state="approved",
        semester__number__in=range(1 if term == "11" else 2, 13, 2),
    )


def completeness(scope: Scope, year: int, term: str) -> list[Completeness]:
    """By kafedra; a subject counts once for each plan that somebody studies by. Two queries."""
    rows = with_hours(half_year(subjects_of(scope).select_related("semester"), year, term))
    rows = rows.filter(Exists(TeachingAudience.objects.filter(curriculum_subject=OuterRef("pk"))))
    teachers = Prefetch(
        "audiences", TeachingAudience.objects.select_related("teaching__teacher__person"), to_attr="taught_as"
    )
    found: dict[int, Completeness] = {}
    rows = rows.select_related("subject", "curriculum", "kafedra", "semester", "teacher__person")
    lines: Any = rows.prefetch_related(teachers)
    for one in lines.order_by("kafedra__name", "subject__name", "curriculum__name"):
        row = found.setdefault(one.kafedra_id, Completeness(one.kafedra))
        row.subjects += 1
        has = {
            "topics": one.topic_hours >= one.plan_hours,
            "resources": one.resource_count > 0,
            "questions": one.question_count > 0,
        }
        for name, there in has.items():
            setattr(row, name, getattr(row, name) + there)
        if not all(has.values()):
            row.lacking.append({"line": one, "has": has, "teachers": _teachers(one)})
    return list(found.values())


def _teachers(line: Any) -> str:
    people = [line.teacher.person.short_name] if line.teacher_id else []
    for one in line.taught_as:
        if one.teaching.teacher_id:
            people.append(one.teaching.teacher.person.short_name)
    return ", ".join(dict.fromkeys(people))


def current_half_year() -> tuple[int, str]:
    """The current academic year and its half-year by the calendar."""
    from django.utils import timezone

    today = timezone.localdate()
    year = AcademicYear.objects.filter(is_current=True).values_list("year", flat=True).first()
    year = year or (today.year if today.month >= 8 else today.year - 1)  # noqa: PLR2004 - August
    return year, "12" if 2 <= today.month <= 7 else "11"  # noqa: PLR2004 - spring


# --- the bank


def text_of(question: Question, *, contents: bool = False) -> rules.QuestionText:
    """A question of the bank as the rules see it (prefetched ``answers`` and ``pictures``).

    ``contents``: what the pictures show, read from the disk.
    """
    return rules.QuestionText(
        question.kind,
        question.text,
        tuple(rules.Answer(one.text, one.share, one.match) for one in question.answers.all()),
        question.topic,
        question.difficulty,
        pictures=tuple(
            rules.Picture(one.name, one.sha256, one.file.read() if contents else b"")
            for one in question.pictures.all()
        ),
    )


def bank(rows: QuerySet[Question], *, contents: bool = False) -> list[rules.QuestionText]:
    """Questions with their answers and what pictures they have: three queries."""
    found = rows.prefetch_related("answers", "pictures").order_by("topic", "pk")
    return [text_of(one, contents=contents) for one in found]


def topics_of_bank(subject: Subject, lines: Iterable[int] = ()) -> list[str]:
    """Topics to choose from: those of the bank, then those of the plans."""
    banked = Question.objects.filter(subject=subject).exclude(topic="").values_list("topic", flat=True)
    planned = Topic.objects.filter(curriculum_subject__subject=subject).exclude(name="")
    names = [*banked.distinct().order_by("topic")[:200], *planned.values_list("name", flat=True)[:200]]
    return list(dict.fromkeys(name[: rules.TOPIC_LENGTH] for name in names))


# --- the student


def studied(person_id: int | None) -> QuerySet[Registration]:
    """Subjects that a person is registered for in any of the own studies."""
    return (
        Registration.objects.active()
        .filter(student__person=person_id)
        .select_related(
            "curriculum_subject__subject",
            "curriculum_subject__semester__academic_year",
            "curriculum_subject__kafedra",
        )
    )
