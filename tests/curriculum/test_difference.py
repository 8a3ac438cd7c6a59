"""The academic difference and individual subjects (duties 2.2, 2.3)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from curriculum import difference, standing
from curriculum import difference_rules as rules
from curriculum.actions import CurriculumError
from curriculum.models import Registration
from tests import factories
from tests.curriculum import makers
from tests.sharing import shared

D = Decimal


def wanted(
    line: int, subject: int, semester: int = 1, credit: int = 6, name: str = "", group: str = ""
) -> rules.Wanted:
    return rules.Wanted(line, subject, name or f"S{subject}", semester, D(credit), group)


def outcome(lines, studied, before=3) -> dict[int, str]:
    return {one.line.line: one.state for one in rules.compare(lines, studied, before)}


@pytest.mark.duty("2.2")
def test_subjects_are_covered_short_or_missing_and_the_text_says_why():
    lines = [wanted(1, 10), wanted(2, 11), wanted(3, 12), wanted(4, 13, semester=3)]
    studied = [rules.Studied(10, "S10", D(6)), rules.Studied(11, "S11", D(4))]
    found = rules.compare(lines, studied, 3)
    assert [one.state for one in found] == ["covered", "short", "missing"]
    assert "2" in found[1].text and "S12" in found[2].text
    assert [one.is_owed for one in found] == [False, True, True]


@pytest.mark.duty("2.2")
def test_credits_are_used_up_semester_by_semester_and_names_find_other_codes():
    lines = [wanted(1, 10, 1), wanted(2, 10, 2), wanted(3, 20, 2, name="Falsafa")]
    studied = [rules.Studied(10, "S10", D(9)), rules.Studied(99, "falsafa ", D(6))]
    assert outcome(lines, studied) == {1: "covered", 2: "short", 3: "covered"}
    assert outcome(lines, [rules.Studied(10, "S10", D(12))]) == {1: "covered", 2: "covered", 3: "missing"}


@pytest.mark.duty("2.2")
def test_one_alternative_covers_the_group_and_an_uncovered_group_is_owed_once():
    lines = [
        wanted(1, 10, group="T1"),
        wanted(2, 11, group="T1"),
        wanted(3, 12, group="T2"),
        wanted(4, 13, group="T2"),
    ]
    assert outcome(lines, [rules.Studied(11, "S11", D(6))]) == {2: "covered", 3: "missing"}


@shared
def student(db):
    factories.make_university()
    plan = makers.make_approved(factories.make_faculty())
    return factories.make_students(plan.speciality.faculty, 1, group=makers.make_studying_group(plan))[0]


@shared
def dean(student):
    return factories.access_of(factories.make_user("dean", student.current.faculty))


@pytest.mark.duty("2.2")
@pytest.mark.django_db
def test_a_student_is_compared_with_the_plan_of_the_present_group(student, monkeypatch):
    found = difference.compare(student, before=2)
    assert len(found.owed) == 5 and found.credit == 30
    first = found.curriculum.subjects.filter(semester__number=1).first()
    monkeypatch.setattr(standing, "_passed", [lambda keys: {student.pk: {first.subject_id: D(6)}}])
    again = difference.compare(student, before=2)
    assert len(again.owed) == 4 and [one.line.line for one in again.lines if not one.is_owed] == [first.pk]
    assert difference.compare(student).owed == []  # the first semester asks for nothing


@pytest.mark.duty("2.3")
@pytest.mark.django_db
def test_individual_subjects_are_registered_with_their_basis(student, dean):
    plan = difference.plan_of(student)
    Registration.objects.all().delete()
    lines = list(plan.subjects.filter(semester__number=1).values_list("pk", flat=True))[:2]
    guests = makers.make_studying_group(plan, "610-26.05")
    assert difference.register(student, access=dean, lines=lines, basis="difference", group=guests) == 2
    assert difference.register(student, access=dean, lines=lines, basis="difference") == 0
    rows = Registration.objects.filter(student=student, basis="difference", group=guests)
    assert set(rows.values_list("curriculum_subject", flat=True)) == set(lines)
    rows.update(is_active=False, ended_by="office")
    assert difference.register(student, access=dean, lines=lines, basis="debt") == 2
    other = makers.make_approved(student.current.faculty, code="70610107")
    foreign = [other.subjects.first().pk]
    stranger = makers.make_studying_group(other, "670-26.01")
    with pytest.raises(CurriculumError):
        difference.register(student, access=dean, lines=foreign, basis="debt")
    with pytest.raises(CurriculumError):
        difference.register(student, access=dean, lines=lines, basis="plan")
    with pytest.raises(CurriculumError):
        difference.register(student, access=dean, lines=lines, basis="debt", group=stranger)
    elsewhere = factories.access_of(factories.make_user("dean", factories.make_faculty("102")))
    with pytest.raises(CurriculumError):
        difference.register(student, access=elsewhere, lines=lines, basis="debt")
    with pytest.raises(PermissionDenied):
        difference.register(
            student, access=factories.access_of(factories.make_user("hr")), lines=lines, basis="debt"
        )
