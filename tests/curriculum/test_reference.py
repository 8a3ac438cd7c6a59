"""Subjects (duty 3.2), marking systems, grade types, sheet kinds, class pairs (3.3)."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from curriculum import queries
from curriculum.models import (
    ClassPair,
    CurriculumNorm,
    GradeType,
    MarkingRule,
    MarkingSystem,
    RatingSheetKind,
    SubjectGroup,
)
from curriculum.pages import reference as pages
from students.models import AcademicYear
from tests.curriculum import makers
from tests.pages.base import RegisterTests


class Reference(RegisterTests):
    """Lists of the whole university: academic affairs edits them, every employee reads them."""

    viewer_role, editor_role = "teacher", "academic_affairs"


@pytest.mark.duty("3.2")
class TestSubjectGroups(Reference):
    register = pages.SubjectGroups

    def make(self, number):
        return SubjectGroup.objects.create(code=f"G{number}", name=f"Guruh {'a' * number}")

    def search_for(self, row):
        return row.code

    def form_data(self, row):
        return {"code": row.code, "name": "Ixtisoslik fanlari", "is_active": "on"}

    def test_a_group_does_not_belong_to_its_own_branch(self, editor):
        top, branch = self.make(1), self.make(2)
        SubjectGroup.objects.filter(pk=branch.pk).update(parent=top)
        data = self.form_data(top) | {"parent": branch.pk, "row_version": 1}
        assert editor.post(self.url("edit", top.pk), data).status_code == 422
        with pytest.raises(IntegrityError), transaction.atomic():
            SubjectGroup.objects.filter(pk=top.pk).update(parent=top)


@pytest.mark.duty("3.2")
class TestSubjects(Reference):
    register = pages.Subjects

    def make(self, number):
        return makers.make_subject(name_en=f"Philosophy {number}")

    def search_for(self, row):
        return row.code

    def form_data(self, row):
        return {
            "code": row.code, "name": "Mantiq", "group": row.group_id, "education_type": "11", "is_active": "on",
        }  # fmt: skip

    def test_two_subjects_never_share_a_code(self, editor):
        one, other = self.make(1), self.make(2)
        data = self.form_data(one) | {"code": other.code, "row_version": 1}
        assert editor.post(self.url("edit", one.pk), data).status_code == 422


@pytest.mark.duty("3.3")
class TestAcademicYears(Reference):
    register = pages.AcademicYears

    def make(self, number):
        return AcademicYear.objects.get_or_create(year=2030 + number)[0]

    def test_one_year_is_current(self, editor):
        first, second = self.make(1), self.make(2)
        for row in (first, second):
            editor.post(self.url("bulk"), {"action": "current", "pk": [row.pk]})
            assert list(AcademicYear.objects.filter(is_current=True)) == [row]
        answer = editor.post(
            self.url("bulk"), {"action": "current", "pk": [first.pk, second.pk]}, follow=True
        )
        assert "Tick one year" in answer.content.decode()
        assert AcademicYear.objects.get(is_current=True) == second

    def test_a_year_is_entered_once(self, editor):
        row = self.make(1)
        assert editor.post(self.url("new"), {"year": row.year}).status_code == 422
        assert editor.post(self.url("new"), {"year": row.year + 50}).status_code == 302


@pytest.mark.duty("3.3")
class TestMarkingSystems(Reference):
    register = pages.MarkingSystems

    def make(self, number):
        return MarkingSystem.objects.create(code=f"2{number}", name=f"Tizim {number}", scale="hundred")

    def search_for(self, row):
        return row.name

    def form_data(self, row):
        return {"code": row.code, "name": row.name, "scale": "five", "is_active": "on"}


@pytest.mark.duty("3.3")
class TestMarkingRules(Reference):
    register = pages.MarkingRules

    def make(self, number):
        return MarkingRule.objects.create(
            system=MarkingSystem.objects.get(code="13"),
            valid_from=datetime.date(2030, 1, number),
            pass_percent=60,
            basis=f"VMQ {number}{number}{number}",
        )

    def search_for(self, row):
        return row.basis

    def form_data(self, row):
        return {
            "system": row.system_id, "valid_from": row.valid_from.isoformat(), "pass_percent": "60", "attempts": "2",
            "gpa_threshold": "2.6", "basis": row.basis,
        }  # fmt: skip

    def test_the_threshold_stays_within_the_law(self):
        row = self.make(1)
        with pytest.raises(IntegrityError), transaction.atomic():
            MarkingRule.objects.filter(pk=row.pk).update(gpa_threshold=Decimal("2.3"))

    def test_the_newest_rule_that_has_come_holds(self):
        system = MarkingSystem.objects.get(code="13")
        later = self.make(1)
        assert queries.rule_in_force(system, datetime.date(2026, 9, 1)).gpa_threshold == Decimal("2.4")
        assert queries.rule_in_force(system, datetime.date(2030, 1, 1)) == later
        assert queries.rule_in_force(system, datetime.date(2019, 1, 1)) is None


@pytest.mark.duty("3.3")
class TestGradeTypes(Reference):
    register = pages.GradeTypes

    def make(self, number):
        return GradeType.objects.create(
            system=MarkingSystem.objects.get(code="13"),
            valid_from=datetime.date(2030, 1, 1),
            lowest=number * 10,
            mark=2 + number % 4,
            name=f"baho{number}",
        )

    def search_for(self, row):
        return row.name

    def form_data(self, row):
        return {
            "system": row.system_id, "valid_from": "2030-01-01", "lowest": "55", "mark": "3", "letter": "D",
            "name": "qoniqarli",
        }  # fmt: skip

    def test_a_new_scale_replaces_the_old_one_as_a_whole(self):
        system = MarkingSystem.objects.get(code="13")
        self.make(6)
        assert len(queries.scale_in_force(system, datetime.date(2026, 9, 1))) == 4
        assert [one.lowest for one in queries.scale_in_force(system, datetime.date(2030, 1, 1))] == [60]


@pytest.mark.duty("3.3")
class TestRatingSheetKinds(Reference):
    register = pages.RatingSheetKinds

    def make(self, number):
        return RatingSheetKind.objects.create(
            code=f"3{number}", name=f"Qaydnoma {'b' * number}", short_name="Q"
        )

    def search_for(self, row):
        return row.code

    def form_data(self, row):
        return {"code": row.code, "name": row.name, "short_name": "QQ", "is_active": "on"}


@pytest.mark.duty("3.3")
class TestNorms(Reference):
    register = pages.CurriculumNorms

    def make(self, number):
        return CurriculumNorm.objects.create(
            code="hours_week", education_type="11", low=0, high=36, basis=f"Nizom {number}",
            valid_from=datetime.date(2030, 1, number),
        )  # fmt: skip

    def search_for(self, row):
        return row.basis

    def form_data(self, row):
        return {
            "code": row.code, "education_type": "11", "low": "0", "high": "30",
            "valid_from": row.valid_from.isoformat(), "basis": row.basis,
        }  # fmt: skip


@pytest.mark.duty("3.3")
class TestClassPairs(Reference):
    register = pages.ClassPairs

    def make(self, number):
        year = AcademicYear.objects.get_or_create(year=2030)[0]
        return ClassPair.objects.create(
            academic_year=year,
            number=number,
            starts=datetime.time(7 + number),
            ends=datetime.time(7 + number, 50),
        )

    def form_data(self, row):
        return {
            "academic_year": row.academic_year_id, "number": row.number, "starts": "08:05", "ends": "08:45",
            "is_active": "on",
        }  # fmt: skip

    def test_pairs_of_a_year_do_not_meet_and_those_of_another_may(self, editor):
        row = self.make(1)
        insert = (
            "INSERT INTO curriculum_classpair (academic_year_id, number, starts, ends, is_active, version) "
            "VALUES (%s, %s, %s, '08:10', true, 1)"
        )
        with connection.cursor() as cursor:
            with pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute(insert, [2030, 2, row.starts])
            AcademicYear.objects.get_or_create(year=2031)
            cursor.execute(insert, [2031, 1, row.starts])
        data = {"academic_year": 2030, "number": 2, "starts": "08:30", "ends": "09:30", "is_active": "on"}
        answer = editor.post(self.url("new"), data)
        assert answer.status_code == 422
