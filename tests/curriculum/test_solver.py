"""Automatic timetabling (duty 2.3): computed, looked at, applied; what stands is never broken."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from curriculum.models import ControlEvent, Holiday, Lesson, TeacherHours, Teaching, TimetableDraft
from curriculum.solver import actions, drafts, queries, rules, search
from curriculum.solver.pages import TeacherHoursRegister
from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from tests import factories
from tests.curriculum import makers
from tests.pages.base import RegisterTests
from tests.sharing import shared
from tests.structure.makers import make_room

FIRST_DAY = datetime.date(2026, 9, 1)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(actions, "PLACE_SECONDS", 3)
    monkeypatch.setattr(actions, "ROUND_SECONDS", 1)


@shared
def faculty(db):
    factories.make_university()
    return factories.make_faculty()


@shared
def dean(faculty):
    return factories.make_user("dean", faculty)


@shared
def access(dean):
    return factories.access_of(dean)


@shared
def teachings(faculty):
    """Two groups: a lecture together, a class each."""
    plan = makers.make_approved(faculty)
    groups = [makers.make_studying_group(plan, f"610-26.0{number}") for number in (1, 2)]
    lines = list(plan.subjects.filter(semester__number=1))
    makers.make_pairs()
    make_room("1", capacity=120)
    make_room("2", kind="13", capacity=30)
    return [
        makers.make_teaching(lines[0], *groups, training_type="11", hours=30),
        makers.make_teaching(lines[1], groups[0], hours=50),
        makers.make_teaching(lines[1], groups[1], hours=16),
    ]


def a_draft(faculty, **fields) -> TimetableDraft:
    values = {"academic_year_id": 2026, "term": "11", "starts_on": FIRST_DAY, "rounds": 1} | fields
    return TimetableDraft(faculty=faculty, **values)


def compute(faculty, access, **fields) -> TimetableDraft:
    draft = drafts.begin(a_draft(faculty, **fields), actions.WORK, access=access)
    job = run_now(Job.objects.get(pk=draft.job_id))
    assert job.state == Job.DONE, job.message
    draft.refresh_from_db()
    return draft


@pytest.mark.duty("2.3")
def test_a_computed_week_becomes_the_lessons_of_the_half_year(faculty, access, teachings):
    Holiday.objects.create(day=datetime.date(2026, 10, 1), name="Oʻqituvchi va murabbiylar kuni")
    draft = compute(faculty, access)
    assert draft.state == TimetableDraft.READY
    assert draft.account["placed"] == draft.account["wanted"] and draft.unplaced == []
    applied = actions.apply(draft, access=access)
    missing = sum(applied.missing.values())
    assert applied.made + missing == 15 + 25 + 8 and applied.refused == []
    assert Lesson.objects.count() == applied.made
    assert not Lesson.objects.filter(day=datetime.date(2026, 10, 1)).exists()
    assert all(one.auditorium.capacity >= 0 and one.teacher_id == one.teaching.teacher_id
               for one in Lesson.objects.select_related("auditorium", "teaching"))  # fmt: skip
    with pytest.raises(drafts.SolverError):
        actions.apply(draft, access=access)
    with pytest.raises(drafts.SolverError):
        drafts.begin(a_draft(faculty), actions.WORK, access=access)


@pytest.mark.duty("2.3")
def test_fixed_lessons_stay_and_the_others_give_way(faculty, access, teachings, monkeypatch):
    fixed = makers.make_lesson(teachings[0], is_locked=True)
    loose = makers.make_lesson(teachings[1], pair=2)
    begun = queries.task_of(a_draft(faculty, replaces=True))
    assert begun.replaced == [], "a lesson that has begun may be in the journal"
    monkeypatch.setattr(timezone, "localdate", lambda *args: FIRST_DAY)
    task = queries.task_of(compute(faculty, access, replaces=True))
    assert task.replaced == [loose.pk]
    moment = rules.Moment(fixed.day.weekday(), 1, task.parity(makers.MONDAY))
    assert moment in task.problem.busy_teachers[fixed.teacher_id]
    draft = TimetableDraft.objects.get()
    assert actions.apply(draft, access=access).removed == 1
    assert set(Lesson.objects.filter(pk__in=[fixed.pk, loose.pk])) == {fixed}


@pytest.mark.duty("2.3")
def test_planned_anew_what_found_no_place_stays_where_it_was(faculty, access, teachings, monkeypatch):
    stays, gives_way = makers.make_lesson(teachings[0]), makers.make_lesson(teachings[1], pair=2)
    monkeypatch.setattr(timezone, "localdate", lambda *args: FIRST_DAY)
    draft = compute(faculty, access, replaces=True)
    draft.places.filter(teaching=teachings[0]).delete()  # the solver found none
    draft.places.filter(weekday=stays.day.weekday(), pair=stays.pair).delete()
    applied = actions.apply(draft, access=access)
    assert (applied.kept, applied.removed, applied.refused) == (1, 1, [])
    assert list(Lesson.objects.filter(teaching=teachings[0])) == [stays], "the same lesson, with its key"
    assert not Lesson.objects.filter(pk=gives_way.pk).exists()
    draft.refresh_from_db()
    assert draft.applied["kept"] == 1


@pytest.mark.duty("2.3")
def test_a_lesson_without_a_place_gives_way_to_what_takes_its_moment_and_that_is_told(
    faculty, access, teachings, monkeypatch
):
    monkeypatch.setattr(timezone, "localdate", lambda *args: FIRST_DAY)
    loose = makers.make_lesson(teachings[0])
    draft = compute(faculty, access, replaces=True)
    draft.places.filter(teaching=teachings[0]).delete()
    Lesson.objects.filter(pk=loose.pk).update(day=makers.MONDAY + datetime.timedelta(days=7))
    loose.refresh_from_db()
    place = draft.places.exclude(teaching=teachings[0]).order_by("pk").first()
    draft.places.exclude(pk=place.pk).delete()
    draft.places.update(weekday=loose.day.weekday(), pair=loose.pair, parity=None)
    Teaching.objects.filter(pk=place.teaching_id).update(teacher=loose.teacher)
    applied = actions.apply(draft, access=access)
    assert applied.kept == 0 and len(applied.refused) == 1 and not Lesson.objects.filter(pk=loose.pk).exists()


def test_what_was_booked_while_the_draft_lay_is_left_out_and_told(faculty, access, teachings):
    draft = compute(faculty, access)
    place = draft.places.filter(teaching=teachings[0]).get()
    monday = datetime.date(2026, 9, 14)
    ControlEvent.objects.create(
        subject=teachings[0].subject, kafedra=teachings[0].kafedra, control="12", pair=place.pair,
        day=monday + datetime.timedelta(days=place.weekday), examiner=teachings[0].teacher,
    )  # fmt: skip
    applied = actions.apply(draft, access=access)
    assert len(applied.refused) == 1 and applied.made + sum(applied.missing.values()) == 47


def test_a_cancelled_search_leaves_what_it_found(faculty, access, teachings):
    draft = drafts.begin(a_draft(faculty), actions.WORK, access=access)
    actions.step(draft, actions.FIRST, seed=1)
    Job.objects.filter(pk=draft.job_id).update(cancel_requested=True)
    assert run_now(Job.objects.get(pk=draft.job_id)).state == Job.CANCELLED
    draft = TimetableDraft.objects.get()
    assert actions.apply(draft, access=access).made


def test_a_teaching_without_a_teacher_and_hours_of_wishes_are_told(faculty, access, teachings):
    type(teachings[2]).objects.filter(pk=teachings[2].pk).update(teacher=None)
    for day in range(6):
        TeacherHours.objects.create(
            employee=teachings[1].teacher, academic_year_id=2026, term="11", weekday=day, kind="cannot"
        )
    draft = compute(faculty, access)
    reasons = {row["teaching"]: row["reason"] for row in draft.unplaced}
    assert reasons == {teachings[2].pk: "no_teacher", teachings[1].pk: rules.NO_FREE_CELL}


def test_only_the_own_faculty_and_only_who_keeps_the_timetable(faculty, access, teachings):
    draft = compute(faculty, access)
    stranger = factories.make_user("dean", factories.make_faculty("303-102"))
    with pytest.raises(drafts.SolverError):
        actions.apply(draft, access=factories.access_of(stranger))
    with pytest.raises(PermissionDenied):
        actions.apply(draft, access=factories.access_of(factories.make_user("hr")))
    page = reverse("curriculum_timetable_drafts_detail", args=[draft.pk])
    assert factories.client_of(stranger).get(page).status_code == 404


@pytest.mark.duty("2.3")
def test_the_pages_from_the_question_to_the_lessons(dean, faculty, teachings):
    client = factories.client_of(dean)
    data = {
        "faculty": faculty.pk, "academic_year": 2026, "term": "11", "starts_on": "2026-09-01", "rounds": 1,
        "days": 6, "last_pair": 3, "group_day_max": 3, "teacher_day_max": 3, "late_from": 3, "group_window": 10,
        "same_day": 8, "wish": 6, "teacher_window": 3, "teacher_day": 2, "late_pair": 1,
        "first_pair": 1, "room_change": 1, "building_change": 3,
    }  # fmt: skip
    page = reverse("curriculum_timetable_compute")
    assert client.get(page).status_code == 200
    assert client.post(page, data | {"last_pair": 1}).status_code == 422
    assert client.post(page, data).status_code == 302
    draft = TimetableDraft.objects.get()
    assert draft.options["last_pair"] == 3 and draft.made_by == dean
    run_now(Job.objects.get(pk=draft.job_id))
    detail = reverse("curriculum_timetable_drafts_detail", args=[draft.pk])
    assert teachings[0].subject.name in client.get(detail, {"tab": "week"}).content.decode()
    assert "Everything has its place" in client.get(detail, {"tab": "unplaced"}).content.decode()
    assert client.post(reverse("curriculum_timetable_go_on", args=[draft.pk])).status_code == 302
    run_now(Job.objects.latest("pk"))
    assert client.post(reverse("curriculum_timetable_apply", args=[draft.pk])).status_code == 302
    assert Lesson.objects.exists()
    client.post(reverse("curriculum_timetable_drop", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.state == TimetableDraft.APPLIED


def test_without_the_extra_the_form_says_what_to_do(dean, faculty, teachings, monkeypatch, access):
    monkeypatch.setattr(search, "is_installed", lambda: False)
    with pytest.raises(drafts.SolverError, match="OR-Tools"):
        drafts.begin(a_draft(faculty), actions.WORK, access=access)


@pytest.mark.duty("2.3")
class TestTeacherHours(RegisterTests):
    register = TeacherHoursRegister
    viewer_role, editor_role, faculty_code = "rectorate", "dean", "303-101"

    def make(self, number):
        faculty = factories.make_faculty(self.faculty_code)
        factories.make_year()
        person = factories.make_person(f"Ustozov{'abcdefghij'[number]}")
        employee = factories.make_employee(factories.make_kafedra(faculty), person=person)
        return TeacherHours.objects.create(
            employee=employee, academic_year_id=2026, term="11", weekday=number % 6, pair=1
        )

    def search_for(self, row):
        return row.employee.person.last_name

    def form_data(self, row):
        return {
            "employee": row.employee_id, "academic_year": 2026, "term": "11", "weekday": 5, "pair": "",
            "kind": "cannot", "note": "Boshqa universitetda dars",
        }  # fmt: skip
