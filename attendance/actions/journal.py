"""Recording a lesson and who was there (duty 9.2)."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.utils.translation import gettext as _

from attendance import queries, roster
from attendance.actions.base import AttendanceError, JournalClosed
from attendance.models import Absence, LessonRecord
from attendance.models.records import PAIR_HOURS
from curriculum.models import Lesson, Topic
from hemis.access.scope import Access

PRESENT, LATE, ONE, TWO = "present", "late", "1", "2"
AWAY = (LATE, ONE, TWO)
EDIT = "journal.edit"


@dataclass(frozen=True)
class Entry:
    """What is said of a student: ``presence`` (None: nothing), and a mark to give or, by ``drop_mark``, to erase."""

    presence: str | None = None
    mark: int | None = None
    drop_mark: bool = False


@dataclass
class Saved:
    """What came of it: ``again`` is a change that had arrived before."""

    record: LessonRecord | None
    again: bool = False
    strangers: list[int] = field(default_factory=list)


def _own(access: Access, lesson_id: int, topic_id: int | None = None) -> Any:
    """The own lesson with its window, and whether the topic is of its subject and kind of training."""
    topic = Topic.objects.filter(
        pk=topic_id,
        training_type=OuterRef("teaching__training_type"),
        curriculum_subject__audiences__teaching=OuterRef("teaching"),
    )
    rows = queries.with_window(queries.own_lessons(access)).annotate(topic_fits=Exists(topic))
    lesson = rows.filter(pk=lesson_id).first()
    if lesson is None:
        raise Http404
    return lesson


def _open(lesson: Lesson, now: datetime.datetime | None) -> None:
    window = queries.window_of(lesson, now)
    if not window.is_open:
        raise JournalClosed(window.why)


def save_lesson(
    lesson_id: int,
    *,
    access: Access,
    entries: Mapping[int, Entry],
    topic_id: int | None = None,
    topic_text: str = "",
    hours: int = PAIR_HOURS,
    key: uuid.UUID | None = None,
    now: datetime.datetime | None = None,
) -> Saved:
    """Record the lesson as given and what ``entries`` say of its students; others stay as they are.

    In one transaction: keeps the key of the change, writes the record, then
    absences and marks, each by one statement a table. A key that has arrived
    before changes nothing.

    Raises:
        PermissionDenied: without the duty.
        Http404: somebody else's lesson.
        JournalClosed: outside the window and not unlocked.
        AttendanceError: a mark, a topic or a number of hours that cannot be.
    """
    access.require(EDIT)
    lesson = _own(access, lesson_id, topic_id)
    _open(lesson, now)
    if hours not in (1, PAIR_HOURS):
        raise AttendanceError(_("A lesson has one or two academic hours."))
    if topic_id and not lesson.topic_fits:
        raise AttendanceError(_("The topic is of another subject."))
    if not topic_id and not topic_text.strip():
        raise AttendanceError(_("Choose or write the topic."))
    here = {seat.student_id: seat for seat in roster.seats(lesson.teaching_id, lesson.day)}
    strangers = sorted(set(entries) - set(here))
    known = {student: entry for student, entry in entries.items() if student in here}
    for student, entry in known.items():
        _check(entry, here[student])
    with transaction.atomic():
        if key and not _first_time(key, access):
            return Saved(None, again=True)
        record = _record(lesson, access, topic_id, topic_text.strip(), hours)
        _absences(record, known)
        _marks(record, known)
    return Saved(record, strangers=strangers)


def _check(entry: Entry, seat: roster.Seat) -> None:
    if entry.presence not in (None, PRESENT, LATE, ONE, TWO):
        raise AttendanceError(
            _("%(name)s: was there, was late, or missed one or two hours.") % {"name": seat.name}
        )
    if entry.mark is not None and not 0 <= entry.mark <= seat.highest:
        raise AttendanceError(
            _("%(name)s: a mark is a number from 0 to %(highest)d.")
            % {"name": seat.name, "highest": seat.highest}
        )


def _first_time(key: uuid.UUID, access: Access) -> bool:
    """Keep the key; a second request with it waits for the first, and is told."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO attendance_savedchange (key, user_id) VALUES (%s, %s) "
            "ON CONFLICT (key) DO NOTHING RETURNING 1",
            [key, access.user.pk if access.user else None],
        )
        return cursor.fetchone() is not None


def _record(lesson: Lesson, access: Access, topic_id: int | None, text: str, hours: int) -> LessonRecord:
    made = LessonRecord(
        lesson=lesson,
        topic_id=topic_id,
        topic_text="" if topic_id else text,
        hours=hours,
        recorded_by=access.user,
    )
    LessonRecord.objects.bulk_create(
        [made],
        update_conflicts=True,
        unique_fields=["lesson"],
        update_fields=["topic", "topic_text", "hours"],
    )
    return made


# Who is there loses the row, who is away gets or changes it: one statement; the guards fill in the rest.
SAVE_ABSENCES = """
WITH gone AS (DELETE FROM attendance_absence WHERE record_id = %(record)s AND student_id = ANY(%(gone)s::bigint[]))
INSERT INTO attendance_absence (version, record_id, student_id, hours, kind, term)
SELECT 1, %(record)s, student, hours, kind, ''
  FROM unnest(%(students)s::bigint[], %(hours)s::int[], %(kinds)s::text[]) AS said (student, hours, kind)
    ON CONFLICT (record_id, student_id) DO UPDATE SET hours = EXCLUDED.hours, kind = EXCLUDED.kind
"""
SAVE_MARKS = """
WITH gone AS (DELETE FROM attendance_currentmark WHERE record_id = %(record)s AND student_id = ANY(%(gone)s::bigint[]))
INSERT INTO attendance_currentmark (version, record_id, student_id, value, term)
SELECT 1, %(record)s, student, value, '' FROM unnest(%(students)s::bigint[], %(values)s::int[]) AS said (student, value)
    ON CONFLICT (record_id, student_id) DO UPDATE SET value = EXCLUDED.value
"""


def _absences(record: LessonRecord, entries: Mapping[int, Entry]) -> None:
    gone = [student for student, entry in entries.items() if entry.presence == PRESENT]
    away = [(student, entry.presence) for student, entry in sorted(entries.items()) if entry.presence in AWAY]
    if gone or away:
        _run(
            SAVE_ABSENCES,
            record=record.pk,
            gone=gone,
            students=[student for student, _presence in away],
            hours=[
                0 if presence == LATE else min(int(presence or 0), record.hours)
                for _student, presence in away
            ],
            kinds=[Absence.LATE if presence == LATE else Absence.UNEXCUSED for _student, presence in away],
        )
    if record.hours < PAIR_HOURS:
        Absence.objects.filter(record=record, hours__gt=record.hours).update(hours=record.hours)


def _marks(record: LessonRecord, entries: Mapping[int, Entry]) -> None:
    gone = [student for student, entry in entries.items() if entry.drop_mark]
    given = [(student, entry.mark) for student, entry in sorted(entries.items()) if entry.mark is not None]
    if gone or given:
        _run(
            SAVE_MARKS,
            record=record.pk,
            gone=gone,
            students=[student for student, _mark in given],
            values=[mark for _student, mark in given],
        )


def _run(sql: str, **params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@transaction.atomic
def undo_lesson(lesson_id: int, *, access: Access, now: datetime.datetime | None = None) -> None:
    """Take back a record made by mistake, with its absences and marks; the history keeps them.

    Raises:
        PermissionDenied, Http404, JournalClosed: as for saving.
        AttendanceError: nothing is recorded.
    """
    access.require(EDIT)
    lesson = _own(access, lesson_id)
    _open(lesson, now)
    record = LessonRecord.objects.select_for_update().filter(lesson=lesson).first()
    if record is None:
        raise AttendanceError(_("The lesson is not recorded."))
    record.absences.all().delete()
    record.currentmarks.all().delete()
    record.delete()
