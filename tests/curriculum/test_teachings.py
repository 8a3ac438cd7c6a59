"""Forming teachings, giving them to teachers, splitting and merging them (duties 2.3, B6, 8.2)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum import actions, load
from curriculum import teaching_rules as rules
from curriculum.actions import CurriculumError
from curriculum.models import Registration, Teaching, TeachingAudience
from curriculum.teachings import forming, giving, shaping
from students.models import Division, Subgroup
from tests import factories
from tests.curriculum import makers
from tests.sharing import shared

DAY = datetime.date(2026, 9, 10)
MODES = {
    "11": rules.Mode("stream", 60),
    "12": rules.Mode("subgroup", 15),
    "13": rules.Mode("group", 30),
    "17": rules.Mode("none", 1000),
}


# --- the rule


@st.composite
def half_years(draw):
    """Groups with their plan's hours, divided and choosing as they like."""
    found = []
    for line in range(1, draw(st.integers(1, 3)) + 1):
        hours = {kind: draw(st.integers(0, 60)) for kind in MODES}
        elective = draw(st.booleans())
        for group in range(draw(st.integers(1, 6))):
            number = line * 10 + group
            halves = tuple(range(number * 10, number * 10 + draw(st.sampled_from((0, 2, 3)))))
            students, language = draw(st.integers(1, 90)), draw(st.sampled_from(("11", "12")))
            found += [
                rules.Demand(
                    line, line, 1, kind, amount, number, f"G{number}", language, students, elective, halves
                )
                for kind, amount in hours.items()
            ]
    return found


@settings(max_examples=60, deadline=None)
@given(half_years())
def test_every_group_is_taught_exactly_the_hours_of_its_plan(demands):
    taught: dict[tuple, dict] = defaultdict(lambda: defaultdict(int))
    for one in rules.form(demands, MODES):
        groups = [seat.group for seat in one.seats]
        assert len(set(one.seats)) == len(one.seats)
        assert one.students <= MODES[one.training_type].largest or len(one.seats) == 1
        assert len({next(d.language for d in demands if d.group == group) for group in groups}) == 1
        for seat in one.seats:
            taught[seat.line, one.training_type, seat.group][seat.subgroup] += one.hours
    for one in demands:
        have = taught.pop((one.line, one.training_type, one.group), {})
        expected = {} if one.training_type == "17" or not one.hours else one.hours
        if not expected:
            assert have == {}
        elif (
            one.training_type == "12"
            and one.subgroups
            and (not one.elective or one.students > MODES["12"].largest)
        ):
            assert have == dict.fromkeys(one.subgroups, one.hours)
        else:
            assert have == {None: one.hours}
    assert not taught


def test_loads_are_judged_and_explained():
    posts = [
        rules.PostShare("Dotsent", Decimal("0.50"), 500, 700, "AV 3076"),
        rules.PostShare("Dotsent", Decimal("0.25"), 500, 700, "AV 3076"),
    ]
    shares = [rules.Share("11", "11", 200), rules.Share("12", "13", 330)]
    found = rules.load(shares, posts, {"11": "Maʼruza", "13": "Amaliy"})
    assert (found.hours, found.low, found.high, found.state, found.difference) == (530, 375, 525, "over", 5)
    assert any("Maʼruza" in step for step in found.steps) and any("AV 3076" in step for step in found.steps)
    assert rules.load(shares[:1], posts, {}).difference == -175
    assert rules.load(shares, [], {}).state == "none"


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.integers(1, 30), st.integers(2, 60), max_size=12),
    st.dictionaries(st.integers(1, 5), st.integers(0, 700).map(Decimal), max_size=5),
)
def test_spreading_gives_everything_and_evenly(hours, free):
    given_to = rules.spread(hours, free)
    assert set(given_to) == (set(hours) if free else set())
    left = dict(free)
    for teaching, teacher in given_to.items():
        left[teacher] -= hours[teaching]
    if given_to:
        # Who got something was the freest then: nobody else had more room than a lesson's hours beyond it.
        assert max(left.values()) - min(left[one] for one in given_to.values()) <= max(
            max(hours.values()), max(free.values()) - min(free.values())
        )


# --- the verbs


@pytest.fixture(autouse=True)
def _in_september(monkeypatch):
    monkeypatch.setattr("curriculum.teachings.giving.timezone", SimpleNamespace(localdate=lambda: DAY))


@shared
def plan(db):
    factories.make_university()
    return makers.make_approved(factories.make_faculty())


@shared
def groups(plan):
    faculty = plan.speciality.faculty
    found = []
    for number in (1, 2):
        group = makers.make_studying_group(plan, f"610-26.0{number}")
        factories.make_students(faculty, 2, group=group)
        found.append(group)
    return found


@shared
def dean(plan):
    return factories.access_of(factories.make_user("dean", plan.speciality.faculty))


@shared
def kafedra(plan):
    return factories.make_kafedra(plan.speciality.faculty)


@shared
def head(kafedra):
    return factories.access_of(factories.make_user("head", kafedra))


def form(access, term="11") -> int:
    return forming.form(access=access, year=2026, term=term, day=DAY).new


@pytest.mark.duty("2.3")
def test_forming_makes_streams_and_groups_and_twice_adds_nothing(dean, groups, plan):
    # Five subjects: a lecture stream of both groups and a practical class of each.
    assert form(dean) == 5 + 10
    assert form(dean) == 0
    assert TeachingAudience.objects.count() == 20
    assert not Teaching.objects.filter(training_type="17").exists()
    newcomer = makers.make_studying_group(plan, "610-26.03")
    factories.make_students(plan.speciality.faculty, 1, group=newcomer)
    before = set(Teaching.objects.values_list("pk", flat=True))
    assert form(dean) == 5 + 5
    new = TeachingAudience.objects.exclude(teaching__in=before)
    assert {seat.group for seat in new} == {newcomer}


@pytest.mark.duty("2.3")
def test_nobody_in_an_elective_no_teaching_and_laboratories_go_before_halves(dean, plan):
    draft = makers.make_curriculum(plan.speciality.faculty, code="70610105")
    for _place in range(4):
        makers.add_subject(draft, 1)
    lab = makers.add_subject(draft, 1, hours={"12": 80, "17": 100})
    for _place in range(4):
        makers.add_subject(draft, 2)
    one, other = (makers.add_subject(draft, 2, kind="12", elective_group="T1", places=30) for _n in range(2))
    office = factories.access_of(factories.make_user("academic_affairs"))
    actions.approve(draft, access=office)
    group = makers.make_studying_group(draft, "650-26.01")
    division = Division.objects.create(group=group, kind="laboratory")
    halves = [Subgroup.objects.create(division=division, name=name) for name in "AB"]
    student = factories.make_students(plan.speciality.faculty, 1, group=group)[0]
    form(dean)
    seats = TeachingAudience.objects.filter(curriculum_subject=lab)
    assert {seat.subgroup for seat in seats} == set(halves)
    assert {seat.teaching.hours for seat in seats} == {80}
    Registration.objects.create(student=student, curriculum_subject=one, basis="chosen")
    form(dean, "12")
    assert TeachingAudience.objects.filter(curriculum_subject=one).exists()
    assert not TeachingAudience.objects.filter(curriculum_subject=other).exists()


@pytest.mark.duty("B6")
def test_a_faculty_forms_its_own_and_academic_affairs_all(dean, groups):
    other = makers.make_approved(factories.make_faculty("102"), code="70610106")
    far = makers.make_studying_group(other, "660-26.01")
    factories.make_students(other.speciality.faculty, 1, group=far)
    form(dean)
    assert not TeachingAudience.objects.filter(group=far).exists()
    form(factories.access_of(factories.make_user("academic_affairs")))
    assert TeachingAudience.objects.filter(group=far).exists()
    for role in ("head", "teacher", "rectorate"):
        unit = factories.make_kafedra(other.speciality.faculty) if role == "head" else None
        with pytest.raises(PermissionDenied):
            form(factories.access_of(factories.make_user(role, unit)))


@pytest.mark.duty("8.2")
def test_the_head_gives_teachings_to_teachers_of_the_kafedra(dean, head, groups, kafedra):
    form(dean)
    teacher, stranger = factories.make_employee(kafedra), factories.make_employee(groups[0].faculty)
    rows = Teaching.objects.filter(training_type="11")
    assert giving.assign(rows, access=head, teacher=teacher) == 5
    with pytest.raises(CurriculumError):
        giving.assign(rows, access=head, teacher=stranger)
    with pytest.raises(CurriculumError):
        giving.assign(rows, access=head, teacher=teacher, assistant=teacher)
    elsewhere = factories.access_of(factories.make_user("head", factories.make_kafedra(groups[0].faculty, 2)))
    assert giving.assign(rows, access=elsewhere, teacher=None) == 0
    assert rows.filter(teacher=teacher).count() == 5
    with pytest.raises(PermissionDenied):
        giving.assign(rows, access=dean, teacher=None)


@pytest.mark.duty("8.2")
def test_lessons_from_today_on_follow_the_teaching_and_no_teacher_is_in_two_places(
    dean, head, groups, kafedra
):
    first, second = factories.make_employee(kafedra), factories.make_employee(kafedra)
    line = groups[0].plan.curriculum.subjects.filter(semester__number=1)[0]
    teaching = makers.make_teaching(line, groups[0], teacher=first)
    past = makers.make_lesson(teaching)
    coming = makers.make_lesson(teaching, day=DAY + datetime.timedelta(days=4))
    mine = Teaching.objects.filter(pk=teaching.pk)
    giving.assign(mine, access=head, teacher=second)
    past.refresh_from_db(), coming.refresh_from_db()
    assert past.teacher == first and coming.teacher == second
    busy = makers.make_teaching(line, groups[1], teacher=first)
    makers.make_lesson(busy, day=DAY + datetime.timedelta(days=4))
    with pytest.raises(CurriculumError):
        giving.assign(mine, access=head, teacher=first)
    with pytest.raises(CurriculumError):
        giving.assign(mine, access=head, teacher=None)


@pytest.mark.duty("8.2")
def test_spreading_over_the_kafedra_and_the_loads_that_come_of_it(dean, head, groups, kafedra):
    form(dean)
    people = [factories.make_employee(kafedra) for _n in range(3)]
    total = sum(Teaching.objects.values_list("hours", flat=True))
    assert giving.distribute(Teaching.objects.all(), access=head) == 15
    loads = load.loads_of(people, 2026)
    assert sum(one.hours for one in loads.values()) == total
    assert max(one.hours for one in loads.values()) - min(one.hours for one in loads.values()) <= 50
    assert {one.state for one in loads.values()} == {"under"}


@pytest.mark.duty("8.2")
def test_hours_split_merge_and_part(dean, head, groups):
    form(dean)
    practical = Teaching.objects.filter(training_type="13").order_by("subject", "pk")
    one, other = practical[0], practical[1]
    half = shaping.split_hours(one, access=head, hours=20)
    one.refresh_from_db()
    assert (one.hours, half.hours) == (30, 20) and half.audience.count() == 1
    assert forming.propose(year=2026, term="11", day=DAY).gaps == ()
    for hours in (0, 30, 50):
        with pytest.raises(CurriculumError):
            shaping.split_hours(one, access=head, hours=hours)
    stream = Teaching.objects.filter(training_type="11").first()
    left = shaping.part(stream, access=head, groups=[groups[1].pk])
    assert stream.audience.count() == left.audience.count() == 1
    merged = shaping.merge(Teaching.objects.filter(pk__in=[stream.pk, left.pk]), access=head)
    assert merged.audience.count() == 2 and not Teaching.objects.filter(pk=left.pk).exists()
    with pytest.raises(CurriculumError):
        shaping.merge(Teaching.objects.filter(pk__in=[one.pk, other.pk]), access=head)
    with pytest.raises(CurriculumError):
        shaping.part(merged, access=head, groups=[group.pk for group in groups])


@pytest.mark.duty("8.2")
def test_a_group_is_divided_for_a_teaching_and_hours_off_the_plan_are_told(dean, head, groups):
    form(dean)
    one = Teaching.objects.filter(training_type="13", audience__group=groups[0]).first()
    division = Division.objects.create(group=groups[0], kind="language")
    for name in "ab":
        Subgroup.objects.create(division=division, name=name)
    made = shaping.part_by_subgroups(one, access=head, division=division.pk)
    assert [seat.subgroup.name for row in made for seat in row.audience.all()] == ["a", "b"]
    assert forming.propose(year=2026, term="11", day=DAY).gaps == ()
    Teaching.objects.filter(pk=made[1].pk).update(hours=10)
    (gap,) = forming.propose(year=2026, term="11", day=DAY).gaps
    assert (gap.planned, gap.given, gap.group) == (50, 10, groups[0].name)
    makers.make_lesson(one, teacher=factories.make_employee(one.kafedra))
    with pytest.raises(CurriculumError):
        shaping.part_by_subgroups(one, access=head, division=division.pk)
