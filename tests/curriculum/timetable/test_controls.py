"""The timetable of controls: the law's figures, attempts, approval, who sees it (duties 2.3, B6, B7; reg. 3069)."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from curriculum.models import ControlEvent
from curriculum.timetable import controls, rules
from curriculum.timetable.actions import TimetableError
from curriculum.timetable.models import TimetableRule
from curriculum.timetable.pages.controls import Controls
from tests import factories
from tests.curriculum import makers
from tests.curriculum.timetable.test_lessons import Faculty
from tests.pages.base import RegisterTests
from tests.sharing import shared

EXAMS = datetime.date(2026, 12, 21)  # the Monday of the weeks of attestation of these tests


class Exams(Faculty):
    """A faculty whose plan has two weeks of attestation, and a colleague who has not taught."""

    def __init__(self) -> None:
        super().__init__()
        self.plan.weeks.filter(starts_on__range=(EXAMS, EXAMS + datetime.timedelta(7))).update(kind="12")
        self.examiner = factories.make_employee(self.lines[0].kafedra)

    def control(self, at: int = 0, *, day: int = 0, pair: int = 1, groups=None, **fields) -> ControlEvent:
        values = {"control": "13", "attempt": "11", "examiner": self.examiner, "room": None} | fields
        return controls.place(
            access=values.pop("access", self.access), subject=self.lines[at].subject_id,
            groups=groups or [self.group], day=EXAMS + datetime.timedelta(day), pair=self.pairs[pair], **values,
        )  # fmt: skip


@shared
def exams(db) -> Exams:
    return Exams()


@pytest.mark.duty("2.3")
def test_a_control_of_several_groups_takes_a_room_for_all_of_them(exams):
    event = exams.control(groups=[exams.group, exams.other])
    assert event.audience.count() == 2 and event.auditorium == exams.room
    with pytest.raises(TimetableError) as refused:
        exams.control(1, groups=[exams.other], room=exams.room)
    assert event.subject.name in str(refused.value)
    with pytest.raises(TimetableError) as busy:
        exams.control(1, control="12", groups=[exams.other], room=exams.room)
    assert {one.kind for one in busy.value.conflicts} == {"room", "group", "teacher"} and busy.value.places


@pytest.mark.duty("2.3")
def test_who_has_taught_the_subject_does_not_hold_its_final_control(exams):
    teacher = exams.teaching().teacher
    with pytest.raises(TimetableError, match="3069"):
        exams.control(examiner=teacher)
    assert exams.control(1, examiner=teacher).pk  # another subject
    assert exams.control(control="12", examiner=teacher, day=2).pk  # a midterm control is the teacher's
    TimetableRule.objects.create(code="examiner_apart", value=0, valid_from=EXAMS, basis="sinov")
    assert exams.control(examiner=teacher, day=3).pk  # rows with a date, not constants


@pytest.mark.duty("2.3")
def test_one_final_control_a_day_with_days_between(exams):
    exams.control()
    for day in (0, 1):
        with pytest.raises(TimetableError):
            exams.control(1, day=day, pair=3)
    assert exams.control(1, day=2).pk


@pytest.mark.parametrize(
    ("days", "most", "gap", "allowed"),
    [((0,), 1, 2, False), ((1,), 1, 2, False), ((2,), 1, 2, True), ((-1,), 1, 2, False), ((), 1, 2, True),
     ((0,), 2, 0, True), ((1,), 0, 0, True), ((3, 1), 1, 2, False)],
)  # fmt: skip
def test_density_of_final_controls(days, most, gap, allowed):
    others = [rules.FinalDay(EXAMS + datetime.timedelta(one), "Falsafa") for one in days]
    assert (rules.why_too_dense(EXAMS, others, most_a_day=most, gap=gap) == "") is allowed


@pytest.mark.duty("2.3")
def test_final_controls_keep_to_attestation_and_attempts_to_their_order(exams):
    with pytest.raises(TimetableError):
        exams.control(day=-14)  # theory is taught
    with pytest.raises(TimetableError):
        exams.control(attempt="12")  # nothing to follow
    first = exams.control()
    with pytest.raises(TimetableError):
        exams.control(day=4)  # once a subject and attempt
    with pytest.raises(TimetableError):
        exams.control(control="14", day=4)  # the plan has no such control
    assert exams.control(attempt="12", day=7).day > first.day
    with pytest.raises(TimetableError):
        controls.place(
            access=exams.access, subject=makers.make_subject().pk, control="13", attempt="11", groups=[exams.group],
            day=EXAMS, pair=exams.pairs[1], examiner=exams.examiner,
        )  # fmt: skip


@pytest.mark.duty("2.3")
def test_the_third_sheet_needs_a_second_examiner(exams):
    exams.control()
    exams.control(attempt="12", day=3)
    with pytest.raises(TimetableError, match="3069"):
        exams.control(attempt="13", day=7)
    other = factories.make_employee(exams.lines[0].kafedra)
    assert exams.control(attempt="13", day=7, second_examiner=other).second_examiner == other
    assert [rules.needs_second("13", one, 3) for one in ("11", "12", "13")] == [False, False, True]
    assert not rules.needs_second("12", "13", 3) and not rules.needs_second("13", "13", 0)


@pytest.mark.duty("B6")
def test_academic_affairs_approve_and_a_change_needs_their_approval_again(exams):
    event = exams.control()
    affairs = factories.make_user("academic_affairs")
    with pytest.raises(PermissionDenied):
        controls.approve(ControlEvent.objects.all(), access=exams.access)
    page = factories.client_of(affairs)
    assert "1" in page.get(reverse("home")).content.decode()
    assert page.post(reverse("timetable_control_approve", args=[event.pk])).status_code == 302
    event.refresh_from_db()
    assert event.approved_by == affairs
    changed = controls.change(
        event, access=exams.access, day=event.day, pair=exams.pairs[2], examiner=exams.examiner,
        second_examiner=None, room=exams.room,
    )  # fmt: skip
    assert changed.approved_at is None
    assert controls.approve(ControlEvent.objects.all(), access=factories.access_of(affairs)) == 1
    cancelled = controls.cancel(event, access=exams.access, reason="Bino yopiq")
    assert cancelled.state == ControlEvent.CANCELLED
    assert exams.control(pair=2, room=exams.room).pk  # its place is free again


@pytest.mark.duty("2.3")
def test_pages_of_controls_are_the_facultys(exams):
    event = exams.control()
    office = factories.client_of(exams.dean)
    grid = office.get(reverse("timetable_controls"), {"day": EXAMS.isoformat()})
    assert event.subject.name in grid.content.decode()
    stranger = factories.client_of(factories.make_user("dean", factories.make_faculty("303-102")))
    assert event.subject.name not in stranger.get(reverse("timetable_controls")).content.decode()
    for name in ("change", "cancel"):
        assert stranger.post(reverse(f"timetable_control_{name}", args=[event.pk])).status_code == 404
    form = {
        "day": EXAMS.isoformat(), "pair": exams.pairs[3].pk, "examiner": exams.examiner.pk, "second_examiner": "",
        "auditorium": "", "note": "",
    }  # fmt: skip
    answer = office.post(reverse("timetable_control_change", args=[event.pk]), form)
    assert answer.status_code == 302 and ControlEvent.objects.get().pair == exams.pairs[3]
    new = form | {"subject": event.subject_id, "groups": [exams.group.pk], "control": "13", "attempt": "11"}
    exams.teaching()
    again = office.post(reverse("timetable_control_place"), new | {"note": "yozma"})
    assert again.status_code == 422 and "yozma" in again.content.decode()  # nothing typed is lost
    printed = office.post(
        reverse("timetable_controls_pdf"), {"day": EXAMS.isoformat(), "faculty": exams.unit.pk}
    )
    assert printed.status_code == 302


@pytest.mark.duty("2.3")
class TestControls(RegisterTests):
    register = Controls
    viewer_role, editor_role, faculty_code = "dean", None, "303-101"

    @pytest.fixture(autouse=True)
    def _exams(self, exams):
        self.exams = exams

    def make(self, number):
        at, later = number - 1, (number - 1) * 2
        return self.exams.control(at % 5, day=later, pair=1)

    def make_elsewhere(self):
        other = factories.make_faculty("303-102")
        plan = makers.make_approved(other, code="70610102")
        group = makers.make_studying_group(plan, "611-26.01")
        line = plan.subjects.filter(semester__number=1).first()
        event = ControlEvent.objects.create(
            subject=line.subject, kafedra=line.kafedra, control="13", day=EXAMS, pair=self.exams.pairs[1],
            examiner=factories.make_employee(line.kafedra),
        )  # fmt: skip
        event.audience.create(curriculum_subject=line, group=group)
        return event

    def search_for(self, row):
        return row.subject.name
