"""Lessons given up to today, absences, marks, excuses and letters of the demo's autumn."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random

from django.core.files.base import ContentFile
from django.db import connection
from django.db.models import F
from django.utils import timezone

from attendance import actions, queries
from attendance.models import Absence, Excuse, LessonRecord
from curriculum.models import Lesson, TeachingAudience, Topic
from hemis.access.history import acting
from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.people.models import User
from reports.demo import bulk
from reports.demo.statistics import analyze
from students.models import Student

SEED = 4102
RECORDED = 0.97
TOPICS_A_SUBJECT = ("Kirish va asosiy tushunchalar", "Nazariy asoslar", "Tahlil usullari", "Amaliy masalalar",
                    "Zamonaviy yondashuvlar", "Loyiha ishi", "Umumlashtirish")  # fmt: skip
# Of a hundred students: some are hardly ever there, some often away, most seldom.
HABITS = ((0.02, 0.30), (0.10, 0.12), (1.0, 0.02))
LATE, ONE_HOUR = 0.15, 0.1
MARKED = 0.06
PAPER = "Tibbiy maʼlumotnoma № %d"

# A PDF of one empty page, as a scanner would make it.
SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000053 00000 n \n0000000102 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """Records by the lessons' teachers, absences by each student's habit, papers and letters of the dean's office."""
    random = Random(SEED)  # noqa: S311
    lessons = list(
        Lesson.objects.filter(queries.is_past(), state=Lesson.PLANNED)
        .annotate(training_type=F("teaching__training_type"))
        .order_by("day", "starts_at", "pk")
    )
    if not lessons:
        return
    with acting(staff["academic"].pk, "demo"):
        records = _records(lessons, random)
        away = _absences(random)
        marks = _marks()
    _papers(random)
    analyze()
    letters = _letters()
    tell(f"{records} lessons given, {away} absences, {marks} marks, {letters} letters")


def _records(lessons: Sequence[Lesson], random: Random) -> int:
    """Most lessons, those of the last days a little less; topics one after another where there is a plan."""
    users = dict(User.objects.filter(person__employee__isnull=False).values_list("person__employee", "pk"))
    topics = _topics()
    lines = dict(TeachingAudience.objects.order_by("-pk").values_list("teaching", "curriculum_subject"))
    taught: dict[int, int] = defaultdict(int)
    rows = []
    for lesson in lessons:
        user = users.get(lesson.teacher_id)
        if user is None or random.random() > RECORDED:
            continue
        number = taught[lesson.teaching_id]
        taught[lesson.teaching_id] += 1
        known = topics.get((lines.get(lesson.teaching_id, 0), lesson.training_type), [])  # type: ignore[attr-defined]
        begins = queries.begins(lesson)
        recorded_at = min(begins + datetime.timedelta(minutes=random.randint(5, 75)), timezone.now())
        planned = number < len(known)
        topic = known[number] if planned else None
        own_words = "" if planned else TOPICS_A_SUBJECT[number % len(TOPICS_A_SUBJECT)]
        rows.append((lesson.pk, user, recorded_at, topic, own_words))
    bulk.write(LessonRecord, ("lesson", "recorded_by", "recorded_at", "topic", "topic_text"), rows)
    return len(rows)


def _topics() -> dict[tuple[int, str], list[int]]:
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for line, kind, pk in Topic.objects.order_by("position").values_list(
        "curriculum_subject", "training_type", "pk"
    ):
        found[line, kind].append(pk)
    return found


# Everybody who was to be at a recorded lesson on its day, tossed for once.
TOSS = """
CREATE TEMP TABLE demo_toss ON COMMIT DROP AS
SELECT o.id AS record_id, s.student_id, random() AS luck, random() AS more,
       CASE WHEN h.habit < %(hardly)s THEN %(p1)s WHEN h.habit < %(often)s THEN %(p2)s ELSE %(p3)s END AS away
  FROM attendance_lessonrecord o
  JOIN curriculum_lesson l ON l.id = o.lesson_id
  JOIN hemis_seats() s ON s.teaching_id = l.teaching_id AND s.since <= l.day AND (s.until IS NULL OR s.until > l.day)
  JOIN (SELECT id, mod(id * 7919, 1000) / 1000.0 AS habit FROM students_student) h ON h.id = s.student_id
 WHERE NOT s.is_guest
"""


def _absences(random: Random) -> int:
    """Drawn in the database, written as sets; the guards look at each."""
    (hardly, p1), (often, p2), (_rest, p3) = HABITS
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [random.random()])
        cursor.execute(TOSS, {"hardly": hardly, "often": often, "p1": p1, "p2": p2, "p3": p3})
        cursor.execute(
            "INSERT INTO attendance_absence (version, record_id, student_id, hours, kind, term)"
            " SELECT 1, record_id, student_id,"
            " CASE WHEN more < %(late)s THEN 0 WHEN more < %(one)s THEN 1 ELSE 2 END,"
            " CASE WHEN more < %(late)s THEN '13' ELSE '12' END, ''"
            " FROM demo_toss WHERE luck < away ON CONFLICT DO NOTHING",
            {"late": LATE, "one": LATE + ONE_HOUR},
        )
        return cursor.rowcount


def _marks() -> int:
    """Now and then a mark for who was there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO attendance_currentmark (version, record_id, student_id, value, term)"
            " SELECT 1, record_id, student_id, 56 + floor(more * 45)::int, ''"
            " FROM demo_toss WHERE luck > 1 - %s ON CONFLICT DO NOTHING",
            [MARKED],
        )
        return cursor.rowcount


def _papers(random: Random) -> None:
    """Some students of every faculty were ill; a few papers wait for the dean's office."""
    scan = ContentFile(SCAN, name="scan.pdf")
    deans = RoleAssignment.objects.filter(role="dean").select_related("user").order_by("pk")
    today = timezone.localdate()
    for n, dean in enumerate(deans, start=1):
        away = Absence.objects.filter(kind=Absence.UNEXCUSED, student__current__faculty=dean.unit_id)
        days: dict[int, list[datetime.date]] = defaultdict(list)
        for key, day in away.order_by("student", "day").values_list("student", "day"):
            days[key].append(day or today)
        chosen = random.sample(sorted(days), min(40, len(days)))
        rows = [(key, random.choice(days[key])) for key in chosen]
        ill, waiting = rows[:35], rows[35:]
        with acting(dean.user_id, "demo"):
            first: str = ""
            for number, (student, day) in enumerate(ill, start=1):
                made = Excuse(
                    student_id=student, starts_on=day - datetime.timedelta(days=random.randint(1, 6)),
                    ends_on=min(day + datetime.timedelta(days=random.randint(2, 9)), today), ground="illness",
                    document=PAPER % (100 * n + number), state=Excuse.ACCEPTED, made_by_id=dean.user_id,
                    decided_by_id=dean.user_id, decided_at=timezone.now(),
                )  # fmt: skip
                if first:
                    made.scan.name = first
                else:
                    made.scan = scan
                made.save()
                first = made.scan.name or ""
        for number, (student, day) in enumerate(waiting, start=50):
            user = User.objects.filter(person__studies=student).first()
            if user is None or not first:
                continue
            with acting(user.pk, "demo"):
                asked = Excuse(
                    student_id=student, starts_on=day, ends_on=day, ground="family",
                    document=PAPER % (100 * n + number), made_by=user,
                )  # fmt: skip
                asked.scan.name = first
                asked.save()


def _letters() -> int:
    """The first faculty has written to a few of those over the limit."""
    dean = RoleAssignment.objects.filter(role="dean").select_related("user").order_by("pk").first()
    if dean is None:
        return 0
    access, half = Access.for_user(dean.user), queries.half_year_on(timezone.localdate())
    over = queries.of_students(Student.objects.filter(current__faculty=dean.unit_id), half)
    found = over.filter(without__gte=30, current__status="11").order_by("-without", "pk")[:2]
    issued = 0
    with acting(dean.user_id, "demo"):
        for student in found:
            try:
                issued += len(actions.issue_letters(student.pk, access=access, half=half))
            except actions.AttendanceError:
                continue
    return issued
