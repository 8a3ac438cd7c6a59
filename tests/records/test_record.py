"""The academic record: fed from closed sheets, never edited, corrected by acts only (duty 2.7)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from grading import actions as grading
from grading.models import SheetCorrection, SheetLine
from records import actions, record, rules
from records.models import RecordLine
from tests.grading.makers import Study
from tests.sharing import shared

pytestmark = [pytest.mark.django_db, pytest.mark.duty("2.7")]


@shared
def study(db):
    """Three students through one subject: an A, a B and a failure."""
    found = Study(students=3)
    found.through(
        found.lines[0],
        {"11": ["28", "25", "20"], "12": ["19", "15", "12"], "13": ["45", "35", "10"]},
    )
    return found


def refused(sql: str, params=()) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


class TestFeeding:
    def test_closing_a_sheet_records_what_was_mastered(self, study):
        line = study.lines[0]
        got = {one.student_id: one for one in RecordLine.objects.all()}
        assert set(got) == {study.students[0].pk, study.students[1].pk}
        first = got[study.students[0].pk]
        assert (first.points, first.mark, first.letter, first.point) == (92, 5, "A", 5)
        assert (first.hours, first.credit, first.semester) == (180, 6, 1)
        assert (first.subject_name, first.subject_code) == (line.subject.name, line.subject.code)
        assert first.sheet.number and first.examiner and first.origin == "sheet"

    def test_again_changes_nothing(self, study):
        assert actions.feed() == 0
        assert actions.feed(students=[study.students[0].pk]) == 0

    def test_names_stay_as_they_were(self, study):
        subject = study.lines[0].subject
        old = subject.name
        subject.name = "Boshqa nom"
        subject.save()
        assert actions.feed() == 0
        assert record.lines_of(study.students[0]).get().subject_name == old

    def test_a_corrected_sheet_supersedes_with_number_date_and_reason(self, study):
        sheet_line = SheetLine.objects.get(student=study.students[1], sheet__control="13")
        act = grading.propose_correction(
            sheet_line, value="46", reason="Savol notoʻgʻri", basis="Bayonnoma 3", access=study.access("dean")
        )
        grading.confirm_correction(act, access=study.access("affairs"))
        now = record.lines_of(study.students[1]).get()
        assert (now.points, now.act_reason) == (86, "Savol notoʻgʻri")
        the = SheetCorrection.objects.get()
        assert now.act_number == f"{the.academic_year_id}-{the.serial:05d}"
        assert now.supersedes.points == 75 and not now.supersedes.is_current
        assert [one.points for one in record.history_of(study.students[1])] == [75, 86]

    def test_a_result_that_falls_below_the_limit_leaves_the_record(self, study):
        sheet_line = SheetLine.objects.get(student=study.students[1], sheet__control="13")
        act = grading.propose_correction(
            sheet_line, value="k", reason="Yoʻq edi", basis="Dalolatnoma", access=study.access("dean")
        )
        grading.confirm_correction(act, access=study.access("affairs"))
        assert not record.lines_of(study.students[1]).exists()
        assert RecordLine.objects.current().get(student=study.students[1]).mark == 0


class TestDatabase:
    def test_a_line_neither_changes_nor_goes(self, study):
        for change in (
            "points = 100", "is_current = false", "subject_name = 'X'", "student_id = student_id",
            "recorded_at = now()",
        ):  # fmt: skip
            refused(f"UPDATE records_recordline SET {change}")
        refused("DELETE FROM records_recordline")

    def test_a_line_that_no_sheet_says_is_refused(self, study):
        columns = (
            "student_id, curriculum_subject_id, kind, origin, subject_code, subject_name, subject_name_ru, "
            "subject_name_en, academic_year_id, semester, hours, credit, points, mark, letter, point, passed, "
            "examiner, sheet_id, act_number, act_reason, is_current"
        )
        copy = f"INSERT INTO records_recordline ({columns}) SELECT {columns} FROM records_recordline LIMIT 1"
        refused(copy)
        forged = columns.replace("points,", "100,", 1).replace("student_id", str(study.students[2].pk), 1)
        refused(f"INSERT INTO records_recordline ({columns}) SELECT {forged} FROM records_recordline LIMIT 1")
        hidden = columns.replace("is_current", "false")
        refused(f"INSERT INTO records_recordline ({columns}) SELECT {hidden} FROM records_recordline LIMIT 1")

    def test_nothing_supersedes_without_an_act(self, study):
        columns = (
            "student_id, curriculum_subject_id, kind, origin, subject_code, subject_name, subject_name_ru, "
            "subject_name_en, academic_year_id, semester, hours, credit, points, mark, letter, point, passed, "
            "examiner, sheet_id, act_number, act_reason, is_current"
        )
        refused(
            f"INSERT INTO records_recordline ({columns}, supersedes_id) "
            f"SELECT {columns}, id FROM records_recordline LIMIT 1"
        )


class Line:
    def __init__(self, kind="11", credit="6", point="4", points="75", mark=4, hours=180):
        self.kind, self.credit, self.point = kind, Decimal(credit), Decimal(point)
        self.points, self.mark, self.hours = Decimal(points), mark, hours
        self.passed, self.name = True, "Fan"


class TestFormulas:
    def test_gpa_is_of_subjects_and_rounded_once(self):
        lines = [
            Line(credit="6", point="5"),
            Line(credit="4", point="4"),
            Line(kind="15", credit="12", point="3"),
        ]
        explained = rules.gpa(lines)
        assert explained.value == Decimal("4.60")
        assert explained.steps[-1].source == "VMQ 824/2020"
        thirds = [
            Line(credit="1", point="5"),
            Line(credit="1", point="4"),
            Line(kind="16", credit="1", point="4"),
        ]
        assert rules.gpa(thirds).value == Decimal("4.33")

    def test_totals(self):
        found = rules.totals(
            [Line(points="90", mark=5), Line(points="75"), Line(kind="14", points="60", mark=3)]
        )
        assert (found.subjects, found.hours, found.credits) == (3, 540, 18)
        assert found.mean_points == Decimal("82.50")
        assert found.marks == {5: 1, 4: 1, 3: 1}

    def test_blocks_hold_each_line_once(self):
        lines = [Line(kind=kind) for kind in ("11", "12", "13", "14", "15", "16")]
        blocks = rules.in_blocks(lines)
        assert sorted(len(ones) for ones in blocks.values()) == [1, 1, 1, 1, 2]
        assert list(blocks)[0] == "subjects"
