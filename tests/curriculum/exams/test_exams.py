"""The automatic timetable of controls (duty 2.3, B7): computed, looked at, accepted; what stands is never broken."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from curriculum.exams import actions, forms, offers, queries
from curriculum.models import ControlAudience, ControlEvent, ExamDraft, Registration, TeacherHours
from curriculum.solver import drafts, search
from curriculum.solver.drafts import SolverError
from curriculum.timetable import controls
from curriculum.timetable.models import TimetableRule
from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from tests import factories
from tests.curriculum import makers
from tests.curriculum.timetable.test_controls import EXAMS, Exams
from tests.sharing import shared

LAST = EXAMS + datetime.timedelta(days=12)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(actions, "PLACE_SECONDS", 3)
    monkeypatch.setattr(actions, "ROUND_SECONDS", 1)


class Session(Exams):
    """Two groups with students, registered for three subjects; three colleagues of the kafedra."""

    def __init__(self) -> None:
        super().__init__()
        self.students = {
            group: factories.make_students(self.unit, count, group=group)
            for group, count in ((self.group, 3), (self.other, 2))
        }
        Registration.objects.all().delete()
        for students in self.students.values():
            self.register(students, self.lines[:3])
        self.colleagues = [factories.make_employee(self.lines[0].kafedra) for _one in range(2)]

    def register(self, students, lines) -> None:
        Registration.objects.bulk_create(
            (Registration(student=one, curriculum_subject=line) for one in students for line in lines),
            ignore_conflicts=True,
        )

    def draft(self, **fields) -> ExamDraft:
        values = {
            "academic_year_id": 2026, "term": "11", "first_day": EXAMS, "last_day": LAST, "rounds": 1,
            "options": {"pairs": [1, 2, 3], "free_days": 1} | fields.pop("options", {}),
        } | fields  # fmt: skip
        return ExamDraft(faculty=self.unit, **values)

    def compute(self, **fields) -> ExamDraft:
        draft = drafts.begin(self.draft(**fields), actions.WORK, access=self.access)
        job = run_now(Job.objects.get(pk=draft.job_id))
        assert job.state == Job.DONE, job.message
        draft.refresh_from_db()
        return draft


@shared
def session(db) -> Session:
    return Session()


def assert_the_law_holds() -> None:
    """By the rows alone: one final control of a group a day, days between, no examiner who has taught it."""
    days: dict[int, list[datetime.date]] = {}
    for one in ControlAudience.objects.filter(event__state="planned").select_related("event"):
        days.setdefault(one.group_id, []).append(one.event.day)
    for found in days.values():
        found.sort()
        assert all((b - a).days >= 2 for a, b in zip(found, found[1:], strict=False)), found
    for event in ControlEvent.objects.planned():
        groups = [one.group_id for one in event.audience.all()]
        assert event.examiner_id not in controls.taught_by(event.subject_id, groups, event.day)


@pytest.mark.duty("2.3")
def test_a_computed_session_becomes_controls_that_wait_for_approval(session):
    teaching = session.teaching(0, session.group, session.other, training_type="11")
    draft = session.compute()
    # The subject taught as a stream is sat together, the two others group by group.
    assert (draft.account["placed"], draft.account["wanted"], draft.unplaced) == (5, 5, [])
    found = actions.accept(draft, access=session.access)
    assert (found.made, found.removed, found.refused) == (5, 0, [])
    assert_the_law_holds()
    stream = ControlEvent.objects.get(subject=session.lines[0].subject)
    assert stream.audience.count() == 2 and stream.examiner_id != teaching.teacher_id
    assert ControlEvent.objects.filter(approved_at=None).count() == 5
    affairs = factories.access_of(factories.make_user("academic_affairs"))
    assert controls.approve(ControlEvent.objects.all(), access=affairs) == 5
    with pytest.raises(SolverError):
        actions.accept(draft, access=session.access)
    with pytest.raises(SolverError):
        actions.drop(draft, access=session.access)
    with pytest.raises(SolverError):
        drafts.begin(session.draft(), actions.WORK, access=session.access)  # nothing is left


@pytest.mark.duty("2.3")
def test_what_is_fixed_or_approved_stays_and_the_others_give_way(session):
    fixed = session.control(0)
    controls.set_locked(fixed, access=session.access, locked=True)
    loose, approved = session.control(1, day=3), session.control(2, day=8)
    controls.approve(
        ControlEvent.objects.filter(pk=approved.pk),
        access=factories.access_of(factories.make_user("academic_affairs")),
    )
    task = queries.task_of(session.draft(replaces=True))
    assert task.replaced == [loose.pk]
    draft = session.compute(replaces=True)
    found = actions.accept(draft, access=session.access)
    assert found.removed == 1 and found.made == 4
    assert set(ControlEvent.objects.filter(pk__in=[fixed.pk, loose.pk, approved.pk])) == {fixed, approved}
    assert_the_law_holds()


def test_a_control_gives_way_only_to_another_one(session):
    loose = session.control(1, day=3)
    draft = session.compute(replaces=True)
    lost = draft.places.filter(subject=loose.subject, parts__group=session.group)
    assert lost.delete()[0], "as if the search had found no place for it"
    found = actions.accept(draft, access=session.access)
    assert found.removed == 0 and ControlEvent.objects.filter(pk=loose.pk).exists()
    assert found.made + len(found.refused) == draft.account["placed"] - 1
    assert_the_law_holds()


def test_a_control_that_something_refers_to_does_not_give_way(session, monkeypatch):
    event = session.control(0)
    monkeypatch.setattr(offers, "_kept", [lambda events: {event.pk} & set(events)])
    assert queries.task_of(session.draft(replaces=True)).replaced == []


def test_what_was_taken_while_the_draft_lay_is_left_out_and_told(session):
    draft = session.compute()
    place = draft.places.filter(parts__group=session.group).first()
    at = next(n for n, line in enumerate(session.lines) if line.subject_id == place.subject_id)
    other = next(line for line in session.lines[3:] if line.subject_id != place.subject_id)
    assert at in (0, 1, 2)
    controls.place(
        access=session.access, subject=other.subject_id, control="13", attempt="11", groups=[session.group],
        day=place.day, pair=session.pairs[3], examiner=factories.make_employee(other.kafedra),
    )  # fmt: skip
    found = actions.accept(draft, access=session.access)
    assert found.refused and found.made + len(found.refused) == draft.account["placed"]
    assert_the_law_holds()


def test_the_database_refuses_two_controls_of_a_group_at_an_hour_whoever_writes_them(session):
    actions.accept(session.compute(), access=session.access)
    one, other = ControlEvent.objects.filter(audience__group=session.group)[:2]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE curriculum_controlevent SET day = %s, pair_id = %s, examiner_id = %s, auditorium_id = NULL"
            " WHERE id = %s",
            [one.day, one.pair_id, factories.make_employee(one.kafedra).pk, other.pk],
        )


def test_reasons_are_told_of_what_has_no_place(session):
    for line, who in zip(session.lines[:1], [session.group], strict=True):
        for teacher in [session.examiner, *session.colleagues]:
            makers.make_teaching(line, who, teacher=teacher)
    draft = session.compute(together=False, options={"free_days": 5})
    reasons = Counter(row["reason"] for row in draft.unplaced)
    assert reasons["no_examiner"] == 1
    page = factories.client_of(session.dean).get(
        reverse("curriculum_exam_drafts_detail", args=[draft.pk]), {"tab": "unplaced"}
    )
    assert session.lines[0].subject.name in page.content.decode()
    assert (
        queries.task_of(session.draft(first_day=makers.MONDAY, last_day=makers.MONDAY)).problem.exams[0].days
        == frozenset()
    )


def test_hours_at_which_an_examiner_cannot_and_guests_are_kept_apart(session):
    for day in range(6):
        TeacherHours.objects.create(
            employee=session.colleagues[0], academic_year_id=2026, term="11", weekday=day, kind="cannot"
        )
    guest = session.students[session.other][0]
    Registration.objects.filter(student=guest, curriculum_subject=session.lines[1]).update(
        group=session.group
    )
    draft = session.compute(together=False)
    assert not draft.places.filter(examiner=session.colleagues[0]).exists()
    task = queries.task_of(session.draft(together=False))
    of_guest = [one for one in task.problem.exams if any(who.group == -guest.pk for who in one.audience)]
    places = queries.places_of(draft, task)
    days = sorted(task.problem.days[places[one.key].day] for one in of_guest)
    assert len(days) == 3 and all((b - a).days >= 2 for a, b in zip(days, days[1:], strict=False))


def test_a_further_sheet_is_for_those_who_failed_and_after_the_first(session, monkeypatch):
    actions.accept(session.compute(), access=session.access)
    failed = {(session.lines[0].pk, session.students[session.group][0].pk)}
    monkeypatch.setattr(offers, "_sitters", [lambda lines, attempt: failed if attempt == "12" else set()])
    first = ControlEvent.objects.get(audience__group=session.group, subject=session.lines[0].subject)
    (one,) = queries.task_of(session.draft(attempt="12")).problem.exams
    assert one.people == 1 and one.days
    assert all(EXAMS + datetime.timedelta(day) > first.day for day in one.days)


@pytest.mark.duty("2.3")
def test_the_third_sheet_is_before_a_commission_of_two(session, monkeypatch):
    everybody = {(line.pk, one.pk) for line in session.lines[:1] for one in session.students[session.group]}
    monkeypatch.setattr(offers, "_sitters", [lambda lines, attempt: everybody])
    session.control(0)
    second = session.control(0, attempt="12", day=3)
    assert second.second_examiner is None
    draft = session.compute(attempt="13")
    assert draft.account["placed"] == 1 and draft.account["examiner_most"] == 1
    assert actions.accept(draft, access=session.access).made == 1
    third = ControlEvent.objects.get(attempt="13")
    assert {third.examiner_id, third.second_examiner_id} <= {
        session.examiner.pk, *(one.pk for one in session.colleagues),
    }  # fmt: skip
    assert third.examiner_id != third.second_examiner_id and third.second_examiner_id


@pytest.mark.duty("2.3")
def test_whoever_cannot_find_two_is_told_and_the_figure_is_a_row(session, monkeypatch):
    everybody = {(session.lines[0].pk, one.pk) for one in session.students[session.group]}
    monkeypatch.setattr(offers, "_sitters", [lambda lines, attempt: everybody])
    session.control(0)
    session.control(0, attempt="12", day=3)
    for one in (session.examiner, *session.colleagues[:1]):
        TeacherHours.objects.bulk_create(
            TeacherHours(employee=one, academic_year_id=2026, term="11", weekday=day, kind="cannot")
            for day in range(6)
        )
    draft = session.compute(attempt="13")
    assert draft.account["placed"] == 0
    assert [(one["reason"], set(one["by"])) for one in draft.unplaced] == [
        (
            "no_free_slot",
            {"examiner", "dense"},
        )  # too near what the group sits, or nobody beside the one who is free
    ]
    TimetableRule.objects.create(code="second_from", value=0, valid_from=EXAMS, basis="sinov")
    [one] = queries.task_of(session.draft(attempt="13")).problem.exams
    assert one.heads == 1


def test_only_the_own_faculty_and_only_who_keeps_the_timetable(session):
    draft = session.compute()
    stranger = factories.make_user("dean", factories.make_faculty("303-102"))
    with pytest.raises(SolverError):
        actions.accept(draft, access=factories.access_of(stranger))
    with pytest.raises(PermissionDenied):
        actions.accept(draft, access=factories.access_of(factories.make_user("academic_affairs")))
    page = reverse("curriculum_exam_drafts_detail", args=[draft.pk])
    assert factories.client_of(stranger).get(page).status_code == 404


@pytest.mark.duty("2.3")
def test_the_pages_from_the_question_to_the_controls(session):
    client = factories.client_of(session.dean)
    data = {
        "faculty": session.unit.pk, "academic_year": 2026, "term": "11", "control": "13", "attempt": "11",
        "first_day": EXAMS.isoformat(), "last_day": LAST.isoformat(), "together": "on", "rounds": 1,
        "pairs": [1, 2, 3], "rooms": ["11", "13"], "seats_percent": 50, "free_days": 1, "most_a_day": 1,
        "examiner_day_max": 3, "late_from": 4, "big_from": 60, **dict.fromkeys(forms.WEIGHTS, 1),
    }  # fmt: skip
    page = reverse("curriculum_exam_compute")
    assert client.get(page).status_code == 200
    assert queries.weeks_of_attestation(session.unit.pk, 2026, "11") == (
        EXAMS, session.plan.weeks.filter(kind="12", semester__number=1).last().ends_on,
    )  # fmt: skip
    for wrong in (
        {"free_days": 0},
        {"most_a_day": 2},
        {"last_day": "2026-12-01"},
        {"first_day": "2025-12-21"},
    ):
        assert client.post(page, data | wrong).status_code == 422
    assert client.post(page, data).status_code == 302
    draft = ExamDraft.objects.get()
    assert draft.options["seats_percent"] == 50 and draft.made_by == session.dean
    run_now(Job.objects.get(pk=draft.job_id))
    detail = reverse("curriculum_exam_drafts_detail", args=[draft.pk])
    shown = client.get(detail, {"tab": "session", "group": session.group.pk}).content.decode()
    assert session.lines[0].subject.name in shown and str(session.group) in shown
    assert "Everything has its place" in client.get(detail, {"tab": "unplaced"}).content.decode()
    assert client.post(reverse("curriculum_exam_go_on", args=[draft.pk])).status_code == 302
    run_now(Job.objects.latest("pk"))
    assert client.post(reverse("curriculum_exam_accept", args=[draft.pk])).status_code == 302
    assert ControlEvent.objects.count() == 6
    assert_the_law_holds()
    event = ControlEvent.objects.first()
    client.post(reverse("timetable_control_lock", args=[event.pk]), {"locked": "1"})
    event.refresh_from_db()
    assert event.is_locked


def test_the_law_that_holds_is_a_row_not_a_constant(session):
    TimetableRule.objects.create(
        code=TimetableRule.FINALS_GAP, value=4, valid_from=datetime.date(2026, 1, 1), basis="Sinov"
    )
    form = forms.ExamDraftForm(access=session.access)
    assert form.fields["free_days"].initial == 3


def test_without_the_extra_the_form_says_what_to_do(session, monkeypatch):
    monkeypatch.setattr(search, "is_installed", lambda: False)
    with pytest.raises(SolverError, match="OR-Tools"):
        drafts.begin(session.draft(), actions.WORK, access=session.access)


def test_the_task_is_read_in_a_fixed_number_of_queries(session, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        queries.task_of(session.draft(replaces=True))
    for number in range(3, 6):
        group = makers.make_studying_group(session.plan, f"610-26.0{number}")
        session.register(factories.make_students(session.unit, 2, group=group), session.lines[:4])
    with django_assert_num_queries(len(few)):
        assert len(queries.task_of(session.draft(replaces=True)).problem.exams) > 10
