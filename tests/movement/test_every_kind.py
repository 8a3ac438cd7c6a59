"""Every kind of order: a good case, a blocked case, one let through by a written reason, and its paper (2.2, 3.5)."""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import override
from pypdf import PdfReader, PdfWriter

from finance.models import Contract, ContractInstalment
from hemis.documents.rendering import render
from hemis.pages.files import clean_scan
from hemis.people.models import Person, User
from movement import actions, queries
from movement.clearance.queries import LEAVING
from movement.documents import extract_for
from movement.forms import FileForm
from movement.kinds import KINDS, TARGET
from movement.models import Arrival, LineFact, MovementRule, Order, OrderLine, Override
from students import graduates
from students.models import Candidate, Placement, Student
from tests.factories import (
    access_of,
    make_admission_setting,
    make_candidate,
    make_employee,
    make_group,
    make_kafedra,
    make_person,
    make_programme,
    make_students,
    make_user,
)
from tests.movement.petitions import clear_students, cleared
from tests.sharing import shared

ADMITTED = datetime.date(2025, 9, 1)
AUTUMN = datetime.date(2026, 8, 20)  # inside the window of decisions
SIGNED = datetime.date(2026, 9, 2)
REASON = "Rektorat qarori № 7"


def pdf() -> SimpleUploadedFile:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=200, height=200)
    writer.write(out)
    return SimpleUploadedFile("skan.pdf", out.getvalue())


def text_of(document) -> str:
    pages = PdfReader(io.BytesIO(render(document))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@dataclass
class House:
    """A faculty with a student of the first course, and those who form, sign and execute."""

    faculty: Any
    dean: User
    office: User
    rector: User
    student: Student
    groups: dict[str, Any] = field(default_factory=dict)

    def now(self, student: Student | None = None) -> Placement:
        return Student.objects.get(pk=(student or self.student).pk).current

    def by(self, key: str) -> User:
        return self.office if KINDS[key].university_only else self.dean

    def form(self, key: str, day: datetime.date = AUTUMN, **choices: Any) -> Order:
        kind = KINDS[key]
        people = (
            Candidate.objects.all() if kind.makes_students else Student.objects.filter(pk=self.student.pk)
        )
        return actions.create_order(
            kind=kind.code, variant=kind.variant, access=access_of(self.by(key)), faculty=self.faculty, people=people,
            title=kind.order_title, basis="Ariza", effective_date=day, choices=choices,
        )  # fmt: skip

    def papers(self, order: Order) -> None:
        """The basis documents, and for who leaves a complete clearance sheet."""
        cleared(order)
        for paper in KINDS[order.key].papers:
            actions.add_file(
                order,
                access=access_of(order.created_by),
                kind=paper.code,
                number="1",
                date=ADMITTED,
                upload=clean_scan(pdf().read()),
            )

    def figures(self, order: Order, **figures: float) -> None:
        for code, value in figures.items():
            actions.enter_figure(
                order, access=access_of(order.created_by), line_ids=list(order.lines.values_list("pk", flat=True)),
                code=code, value=Decimal(str(value)), basis="Qaydnoma № 3",
            )  # fmt: skip

    def excuse_all(self, order: Order) -> None:
        for pk, checks in actions.failures(order).items():
            for check in checks:
                assert check.excusable, check.text
                actions.give_reason(
                    order,
                    access=access_of(order.created_by),
                    line_ids=[pk],
                    check_code=check.code,
                    reason=REASON,
                )

    def carry_out(self, order: Order) -> Order:
        by = access_of(order.created_by)
        actions.submit(order, access=by)
        actions.sign(order, access=access_of(self.rector), date=SIGNED)
        return actions.execute(order, access=by)


@shared
def house(db) -> House:
    faculty = make_admission_setting()
    group = make_group(faculty, "610-25.01", year=2025)
    student = make_students(faculty, 1, group=group, day=ADMITTED)[0]
    found = House(
        faculty, make_user("dean", faculty), make_user("academic_affairs"), make_user("rectorate"), student
    )
    other = make_admission_setting("303-102")
    found.groups = {
        "home": group,
        "beside": make_group(faculty, "610-25.02", year=2025),
        "younger": make_group(faculty, "610-26.01"),
        "programme": make_group(faculty, "610-25.77", "60610200", year=2025),
        "elsewhere": make_group(other, "610-25.88", "60610100", year=2025),
    }
    return found


def next_semester(house: House) -> None:
    """Out of the first semester of the first course, in which nobody is transferred."""
    house.carry_out(house.form("14:semester", datetime.date(2026, 2, 9)))


def expelled(house: House, reason: str = "11") -> None:
    order = house.form("11", datetime.date(2026, 3, 2), reason=reason)
    house.papers(order)
    house.carry_out(order)


def on_leave(house: House) -> None:
    order = house.form(
        "12", datetime.date(2025, 11, 3), reason="12", ends_on=datetime.date(2026, 8, 25),
        applied_on=datetime.date(2025, 11, 1),
    )  # fmt: skip
    house.papers(order)
    house.carry_out(order)


def last_course(house: House) -> None:
    programme = house.student.current.programme
    programme.years = Decimal(1)
    programme.save()


def arrived(house: House) -> None:
    candidate = make_candidate(house.groups["beside"], person=make_person("Kelgindiyev"))
    Arrival.objects.create(
        candidate=candidate, university="Buxoro davlat universiteti", certificate_number="77",
        certificate_date=ADMITTED, semester="12",
    )  # fmt: skip


CASES: dict[str, dict[str, Any]] = {
    "14": {
        "answers": lambda h: {"figures": {h.student.number: {"gpa": Decimal("3.4")}}, "figures_basis": "Qaydnoma"},
        "after": {"course": "12", "semester": "13", "academic_year_id": 2026},
        "says": "navbatdagi kursga",
    },
    "14:semester": {"after": {"semester": "12"}, "says": "navbatdagi semestrga"},
    "13": {
        "answers": lambda h: {"retain_ground": "gpa", "semester": "11"},
        "figures": {"gpa": 2.1, "debts": 3},
        "after": {"semester": "11", "payment_form": "12", "academic_year_id": 2026},
        "says": "kursda qoldirilsin",
        "unsaid": {"gpa": 4, "debts": 0},
    },
    "16": {
        "answers": lambda h: {"group": h.groups["beside"]},
        "after": lambda h: {"group_id": h.groups["beside"].pk},
        "says": "610-25.02 guruhiga",
        "act": "Taqdim etilgan hujjatlarga asosan",
    },
    "16:programme": {
        "before": next_semester,
        "answers": lambda h: {
            "programme": make_programme(h.faculty, "60610200"), "group": h.groups["programme"],
        },
        "figures": {"gpa": 3, "differences": 2, "contract_debt": 0},
        "after": lambda h: {
            "programme_id": make_programme(h.faculty, "60610200").pk, "group_id": h.groups["programme"].pk,
        },
        "says": "60610200",
        "beside": "Kunduzgi taʼlim, Oʻzbek tili: 610-25.01",
        "unsaid": {"gpa": 2, "differences": 9, "contract_debt": 100},
    },
    "16:faculty": {
        "before": next_semester,
        "answers": lambda h: {
            "programme": make_programme(h.groups["elsewhere"].faculty), "group": h.groups["elsewhere"],
        },
        "figures": {"gpa": 3, "differences": 2, "contract_debt": 0},
        "after": lambda h: {
            "programme_id": make_programme(h.groups["elsewhere"].faculty).pk,
            "faculty_id": h.groups["elsewhere"].faculty_id, "group_id": h.groups["elsewhere"].pk,
        },
        "says": "koʻchirilsin",
        "beside": "Kunduzgi taʼlim, Oʻzbek tili: 610-25.01",
        "unsaid": {"gpa": 2, "differences": 9, "contract_debt": 100},
    },
    "16:out": {
        "before": next_semester,
        "answers": lambda h: {"university": "Samarqand davlat universiteti"},
        "figures": {"contract_debt": 0},
        "after": {"status": "12"},
        "says": "Samarqand davlat universiteti",
        "beside": "Oʻqishni koʻchirish",
        "unsaid": {"contract_debt": 5_000_000},
    },
    "11": {
        "answers": lambda h: {"reason": "15"},
        "figures": {"hours_missed": 80},
        "after": {"status": "12"},
        "says": "Dars qoldirganligi",
    },
    "12": {
        "answers": lambda h: {
            "reason": "12", "ends_on": datetime.date(2027, 8, 20), "applied_on": datetime.date(2026, 8, 18),
        },
        "after": {"status": "13"},
        "says": "20.08.2027 sanasigacha akademik taʼtil",
    },
    "12:extend": {
        "before": on_leave,
        "answers": lambda h: {
            "reason": "12", "ends_on": datetime.date(2026, 10, 20), "applied_on": datetime.date(2026, 8, 18),
        },
        "after": {"status": "13"},
        "says": "20.10.2026 sanasigacha uzaytirilsin",
        "act": "344-son",
    },
    "15:return": {
        "before": on_leave,
        "answers": lambda h: {"applied_on": datetime.date(2026, 8, 18)},
        "after": {"status": "11", "academic_year_id": 2026},
        "says": "akademik taʼtildan qaytgan",
    },
    "15": {
        "before": expelled,
        "answers": lambda h: {
            "semester": "11", "group": h.groups["younger"], "payment_form": "12",
            "paid_on": datetime.date(2026, 8, 15),
        },
        "figures": {"differences": 1},
        "after": lambda h: {"status": "11", "group_id": h.groups["younger"].pk, "academic_year_id": 2026},
        "says": "tiklansin",
        "unsaid": {"differences": 9},
    },
    "18": {
        "answers": lambda h: {"stipend_until": datetime.date(2027, 1, 31), "stipend_rate": "13"},
        "after": {},
        "says": "31.01.2027 sanasigacha stipendiya tayinlansin",
        "act": "59-son",
    },
    "17": {
        "before": last_course,
        "answers": lambda h: {
            "figures": {
                h.student.number: {
                    "debts": Decimal(0), "attestation": Decimal(1), "accreditation": Decimal(1),
                    "contract_debt": Decimal(0),
                }
            },
            "figures_basis": "YaDA bayonnomasi",
        },
        "after": {"status": "14"},
        "says": "davlat attestatsiyasidan",
    },
}  # fmt: skip


def formed(house: House, key: str, **more: Any) -> Order:
    case = CASES[key]
    case.get("before", lambda h: None)(house)
    if key in LEAVING and KINDS[key].sets_aside:  # who has no sheet is set aside when the list is formed
        clear_students(Student.objects.filter(pk=house.student.pk), house.dean, house.faculty)
    return house.form(key, **(case.get("answers", lambda h: {})(house) | more))


def facts(placement: Placement) -> dict:
    return {name: getattr(placement, name) for name in TARGET}


@pytest.mark.duty("2.2", "3.5", "B8")
@pytest.mark.parametrize("key", CASES)
def test_a_good_case_is_carried_out_and_its_paper_says_so(house, key, monkeypatch):
    case = CASES[key]
    monkeypatch.setattr(
        graduates, "_providers", {}
    )  # what is entered counts here; the records have tests of their own
    order = formed(house, key)
    house.papers(order)
    house.figures(order, **case.get("figures", {}))
    assert actions.failures(order) == {}
    before = house.now()
    order = house.carry_out(order)
    after = case["after"](house) if callable(case["after"]) else case["after"]
    assert facts(house.now()) == facts(before) | after
    order.document.refresh_from_db()
    paper = text_of(order.document)
    assert house.student.person.last_name in paper
    assert case["says"] in paper and case.get("beside", "") in paper
    assert f"Imzoladi: {house.rector.person.full_name}" in paper
    assert case.get("act", "") in paper and not (case.get("act") and "578-son" in paper), (
        "the act of this kind alone"
    )
    extract = text_of(extract_for(order.lines.get()))
    assert house.student.number in extract
    # Undone, everything is as it was.
    undo = actions.create_cancelling_order(
        order, access=access_of(order.created_by), reason="Xato", effective_date=AUTUMN
    )
    house.carry_out(undo)
    assert facts(house.now()) == facts(before)


@pytest.mark.duty("2.2")
def test_the_paper_names_the_post_of_who_signs(house):
    make_employee(make_kafedra(house.faculty), person=house.rector.person, post="15")
    order = house.carry_out(house.form("16", group=house.groups["beside"]))
    order.document.refresh_from_db()
    assert f"Professor {house.rector.person.full_name}" in text_of(order.document)


@pytest.mark.duty("2.2", "3.5")
@pytest.mark.parametrize("key", [key for key in CASES if key not in ("14", "14:semester", "16", "17", "18")])
def test_what_fails_stops_the_order_until_a_reason_is_written(house, key):
    """Without papers and with bad figures the order does not go on; a written reason stands on its PDF."""
    case = CASES[key]
    choices = {"reason": "11"} if key == "11" else {}
    order = formed(house, key, **choices)
    house.figures(order, **case.get("unsaid", {}))
    with pytest.raises(actions.OrderError, match="do not pass"):
        actions.submit(order, access=access_of(order.created_by))
    house.excuse_all(order)
    order = house.carry_out(order)
    given = Override.objects.filter(line__order=order)
    assert given and all(one.given_by == order.created_by for one in given)
    order.document.refresh_from_db()
    assert REASON in text_of(order.document)


@pytest.mark.duty("2.2")
def test_a_figure_nobody_knows_never_passes_silently(house):
    order = formed(house, "16:programme")
    house.papers(order)
    (checks,) = actions.failures(order).values()
    assert [check.code for check in checks] == ["gpa", "differences", "contract_debt"]
    house.figures(order, gpa=3, differences=2, contract_debt=0)
    assert actions.failures(order) == {}
    assert {(fact.entered_by, fact.basis) for fact in LineFact.objects.all()} == {
        (house.dean, "Qaydnoma № 3")
    }


@pytest.mark.duty("2.2")
def test_differences_make_a_debtor_of_who_comes_back_and_keep_nobody_out(house):
    """VMQ 578/2025, p. 55: whoever is reinstated studies the differences for pay."""
    order = formed(house, "15")
    house.papers(order)
    for entered, words in ((None, "not counted yet"), (9, "pays per credit"), (0, "No differences")):
        if entered is not None:
            house.figures(order, differences=entered)
        lines = list(queries.lines_of(order))
        with override("en"):
            found = {one.code: one for one in queries.checks_of(order, lines)[lines[0].pk]}
        assert words in found["differences"].text and not found["differences"].blocking
        assert actions.failures(order) == {}


@pytest.mark.duty("2.2")
def test_after_its_last_day_a_leave_protects_from_nothing(house):
    """Who has not come back is expelled for absence; during the leave no such ground applies (VMQ 344/2021, p. 20)."""
    on_leave(house)  # until 25.08.2026
    for day, stands in ((datetime.date(2026, 8, 20), True), (datetime.date(2026, 11, 20), False)):
        order = house.form("11", day, reason="15")
        house.papers(order)
        house.figures(order, hours_missed=80)
        codes = [one.code for checks in actions.failures(order).values() for one in checks]
        assert codes == (["on_leave"] if stands else [])
        actions.delete_draft(order, access=access_of(house.dean))


@pytest.mark.duty("2.2")
def test_a_leave_is_extended_in_time_and_to_a_later_day(house):
    """VMQ 344/2021, p. 12; the whole leave stays within what is set for its ground."""
    on_leave(house)  # 03.11.2025–25.08.2026, for health: twelve months at most

    def failing(day: datetime.date, ends: datetime.date) -> list[str]:
        order = house.form("12:extend", day, reason="12", ends_on=ends, applied_on=day)
        house.papers(order)
        codes = [one.code for checks in actions.failures(order).values() for one in checks]
        actions.delete_draft(order, access=access_of(house.dean))
        return codes

    assert failing(AUTUMN, datetime.date(2026, 10, 20)) == []
    assert failing(AUTUMN, datetime.date(2026, 8, 24)) == ["extension"]
    assert failing(AUTUMN, datetime.date(2027, 2, 1)) == ["leave_length"]
    assert failing(datetime.date(2026, 9, 20), datetime.date(2026, 10, 20)) == ["leave_end"]
    order = house.form(
        "12:extend", AUTUMN, reason="12", ends_on=datetime.date(2026, 10, 20), applied_on=AUTUMN
    )
    house.papers(order)
    house.carry_out(order)
    back = house.form("15:return", datetime.date(2026, 10, 1), applied_on=datetime.date(2026, 10, 1))
    house.papers(back)
    assert actions.failures(back) == {}, "one comes back by the new day"


@pytest.mark.duty("2.2")
def test_grounds_that_the_act_names_and_the_national_list_lacks(house):
    """VMQ 344/2021: care of a sick relative; VMQ 578/2025, p. 49: held back, and no application in time."""
    begins = datetime.date(2026, 8, 20)

    def leave(ends: datetime.date) -> Order:
        order = house.form("12", begins, reason="relative", ends_on=ends, applied_on=begins)
        house.papers(order)
        return order

    long = leave(datetime.date(2027, 12, 1))
    (checks,) = actions.failures(long).values()
    assert [one.code for one in checks] == ["leave_length"]
    actions.delete_draft(long, access=access_of(house.dean))
    order = house.carry_out(leave(datetime.date(2027, 8, 19)))
    order.document.refresh_from_db()
    assert "Oilaning bemor aʼzosini parvarishlash" in text_of(order.document)
    assert house.now().status == "13"


@pytest.mark.duty("2.2")
def test_only_who_was_held_back_is_expelled_for_not_having_applied(house):
    def failing() -> list[str]:
        order = house.form("11", datetime.date(2026, 11, 20), reason="no_claim")
        house.papers(order)
        codes = [one.code for checks in actions.failures(order).values() for one in checks]
        actions.delete_draft(order, access=access_of(house.dean))
        return codes

    assert failing() == ["held_back"]
    held = formed(house, "13")
    house.papers(held)
    house.figures(held, gpa=2.1, debts=3)
    house.carry_out(held)
    assert failing() == []
    order = house.form("11", datetime.date(2026, 11, 20), reason="no_claim")
    house.papers(order)
    order = house.carry_out(order)
    order.document.refresh_from_db()
    assert "murojaat qilmaganligi" in text_of(order.document) and house.now().status == "12"


@pytest.mark.duty("3.5")
def test_in_spring_one_moves_for_a_proved_reason(house):
    """VMQ 578/2025: in autumn nothing is asked; the figure of the entrance score holds when the university sets it."""
    next_semester(house)
    for day, codes in ((AUTUMN, []), (datetime.date(2027, 1, 25), ["spring"])):
        order = house.form("16:out", day, university="Samarqand davlat universiteti")
        cleared(order)
        for paper in ("application", "consent", "spring_reason")[: 2 if codes else 3]:
            actions.add_file(order, access=access_of(house.office), kind=paper, number="1", date=ADMITTED,
                             upload=clean_scan(pdf().read()))  # fmt: skip
        house.figures(order, contract_debt=0)
        assert [one.code for checks in actions.failures(order).values() for one in checks] == codes
        actions.delete_draft(order, access=access_of(house.office))
    MovementRule.objects.create(
        code="transfer.score", value="140", valid_from=ADMITTED, source="Universitet kengashi qarori"
    )
    order = house.form(
        "16:faculty", programme=make_programme(house.groups["elsewhere"].faculty), group=house.groups["elsewhere"]
    )  # fmt: skip
    house.papers(order)
    house.figures(order, gpa=3, differences=2, contract_debt=0)
    assert [one.code for checks in actions.failures(order).values() for one in checks] == ["score"]


BLOCKED = {
    "few hours": ("11", {"reason": "15"}, {"hours_missed": 74}, "hours"),
    "a grant is not owed for": ("11", {"reason": "16"}, {}, "unpaid"),
    "group of another course": ("16", {"group": "younger"}, {}, "group"),
    "group of another speciality": ("16", {"group": "programme"}, {}, "group"),
    "the last course": ("17", {}, {}, "last_course"),
    "a second semester after the second": ("14:semester", {}, {}, "semester"),
}


@pytest.mark.duty("2.2", "3.5")
@pytest.mark.parametrize("name", BLOCKED)
def test_what_no_reason_excuses(house, name):
    key, choices, figures, code = BLOCKED[name]
    if name.startswith("a grant"):
        student = make_students(house.faculty, 1, group=house.groups["home"], payment="11", day=ADMITTED)[0]
        house.student = student
    if name.startswith("a second"):
        next_semester(house)
    choices = {k: house.groups[v] if k == "group" else v for k, v in choices.items()}
    order = house.form(key, **choices)
    house.papers(order)
    house.figures(order, **figures)
    if KINDS[key].sets_aside:
        (aside,) = order.aside.all()
        assert code in [one["code"] for one in aside.checks if not one["excusable"]]
        with pytest.raises(actions.OrderError):
            actions.take_in(order, access=access_of(house.dean), aside_ids=[aside.pk], reason=REASON)
        return
    (checks,) = actions.failures(order).values()
    assert code in [check.code for check in checks if not check.excusable]
    with pytest.raises(actions.OrderError):
        actions.give_reason(
            order,
            access=access_of(house.dean),
            line_ids=[order.lines.get().pk],
            check_code=code,
            reason=REASON,
        )


@pytest.mark.duty("2.2")
def test_who_may_not_come_back(house):
    """Not in the same year, not to a later semester, not who broke the rules of entrance (VMQ 578, p. 48–49)."""
    expelled(house, reason="18")
    order = house.form(
        "15", datetime.date(2026, 6, 1), semester="13", group=house.groups["home"], payment_form="11"
    )
    hard = {check.code for check in actions.failures(order)[order.lines.get().pk] if not check.excusable}
    assert {"entrance", "same_year", "ahead", "grant"} <= hard
    answered = house.now()
    assert answered.status == "12"


@pytest.mark.duty("2.2")
def test_a_second_study_stops_the_way_back(house):
    """R12: nobody studies twice."""
    expelled(house)
    candidate = make_candidate(house.groups["younger"], person=house.student.person)
    again = actions.create_admission_order(
        access=access_of(house.dean), faculty=house.faculty, candidates=Candidate.objects.filter(pk=candidate.pk),
        title="x", basis="", effective_date=AUTUMN,
    )  # fmt: skip
    house.carry_out(again)
    order = house.form("15", semester="11", group=house.groups["younger"], payment_form="12")
    assert "one_study" in {check.code for check in actions.failures(order)[order.lines.get().pk]}


@pytest.mark.duty("2.2")
def test_leave_keeps_its_end_through_a_cancellation(house):
    on_leave(house)
    order = house.form("15:return", applied_on=AUTUMN)
    house.papers(order)
    order = house.carry_out(order)
    undo = actions.create_cancelling_order(
        order, access=access_of(house.dean), reason="x", effective_date=AUTUMN
    )
    house.carry_out(undo)
    line = undo.lines.get()
    assert (line.reason, line.ends_on) == ("12", datetime.date(2026, 8, 25))
    again = house.form("15:return", applied_on=AUTUMN)
    assert "leave_end" not in {check.code for check in actions.failures(again)[again.lines.get().pk]}


@pytest.mark.duty("3.5")
def test_a_transfer_from_another_university(house):
    arrived(house)
    order = house.form("16:in", paid_on=datetime.date(2026, 8, 18))
    house.papers(order)
    house.figures(order, gpa=3, differences=1)
    order = house.carry_out(order)
    student = Student.objects.get(person__last_name="Kelgindiyev")
    assert (student.current.semester, student.current.group) == ("12", house.groups["beside"])
    assert User.objects.get(login=student.number).is_active
    assert "Buxoro davlat universiteti" in text_of(order.document)
    assert queries.free_candidates(Candidate.objects.filter(arrival__isnull=False)).count() == 0


@pytest.mark.duty("3.5")
def test_arrivals_are_no_candidates_of_the_admission_list(house):
    arrived(house)
    with pytest.raises(actions.OrderError):
        house.form("21")


@pytest.mark.duty("3.5")
@pytest.mark.parametrize("key", [key for key, kind in KINDS.items() if kind.university_only])
def test_a_faculty_does_not_start_what_academic_affairs_start(house, key):
    with pytest.raises(actions.OrderError, match="academic affairs"):
        actions.create_order(
            kind=key, access=access_of(house.dean), faculty=house.faculty, people=Student.objects.all(), title="x",
            basis="", effective_date=AUTUMN,
        )  # fmt: skip


@pytest.mark.duty("2.2", "B3")
def test_a_name_changes_by_an_order_and_comes_back_with_its_cancelling(house):
    person = house.student.person
    order = house.form(":name", name_ground="marriage", last_name="Rahimova", passport_last_name="RAHIMOVA")
    house.papers(order)
    place = house.now()
    order = house.carry_out(order)
    changed = Person.objects.get(pk=person.pk)
    assert (changed.last_name, changed.passport_last_name) == ("Rahimova", "RAHIMOVA")
    assert Person.objects.search("rahimova").get() == person
    assert house.now() == place, "no placement comes of it"
    assert order.number == "1"
    assert "Rahimova" in text_of(order.document)
    second = house.form(":name", name_ground="divorce", last_name="Karimova")
    house.papers(second)
    second = house.carry_out(second)
    for one, before in ((second, "Rahimova"), (order, person.last_name)):
        if one is second:
            with pytest.raises(actions.OrderError, match="later order"):
                actions.create_cancelling_order(
                    order, access=access_of(house.dean), reason="x", effective_date=AUTUMN
                )
        undo = actions.create_cancelling_order(
            one, access=access_of(house.dean), reason="x", effective_date=AUTUMN
        )
        house.carry_out(undo)
        assert Person.objects.get(pk=person.pk).last_name == before


@pytest.mark.duty("2.2")
def test_accounts_and_contracts_follow(house):
    """Who leaves keeps the account for the own papers; the contract ends; death closes the account."""
    account = User.objects.get(login=house.student.number)
    expelled(house, reason="19")
    account.refresh_from_db()
    assert not account.is_active
    order = house.now().order
    undo = actions.create_cancelling_order(
        order, access=access_of(house.dean), reason="x", effective_date=AUTUMN
    )
    house.carry_out(undo)
    account.refresh_from_db()
    assert account.is_active
    order = house.form("11", reason="11")
    house.papers(order)
    house.carry_out(order)
    account.refresh_from_db()
    assert account.is_active and access_of(account).roles == {"student"}


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 not at all", b"GIF89a....", b"MZ\x90", b"<html></html>"])
def test_a_scan_is_known_by_what_it_holds(house, content):
    order = house.form("16", group=house.groups["beside"])
    facts = {"kind": "other", "number": "1", "date": AUTUMN.isoformat()}
    form = FileForm(facts, {"file": SimpleUploadedFile("ariza.pdf", content)}, order=order)
    assert list(form.errors) == ["file"]
    assert FileForm(facts, {"file": pdf()}, order=order).is_valid()


@pytest.mark.parametrize("key", KINDS)
@pytest.mark.parametrize("language", ["uz", "ru", "en"])
def test_every_kind_has_its_words(key, language):
    kind = KINDS[key]
    with override(language):
        assert str(kind.title) and str(kind.help_text)
    assert kind.order_title


def test_lines_say_what_they_rest_on(house):
    line = OrderLine.objects.filter(student=house.student).get()
    assert line.details == {} and line.reason_text == ""


@pytest.mark.duty("2.2", "B5")
def test_the_contract_of_who_leaves_ends_by_the_order(house):
    """It ends on the day of the order, goes on when that is cancelled, and by no other hand."""
    placement = house.now()
    contract = Contract.objects.create(
        number="303250000001", date=ADMITTED, student=house.student, academic_year_id=placement.academic_year_id,
        placement=placement, faculty=placement.faculty, programme=placement.programme, group=placement.group,
        course=placement.course, education_form=placement.education_form, amount=1, price_steps=[],
    )  # fmt: skip
    ContractInstalment.objects.create(contract=contract, position=1, due_date=ADMITTED, share=100, amount=1)
    with pytest.raises(IntegrityError, match="B5"), transaction.atomic():
        Contract.objects.filter(pk=contract.pk).update(ended_on=AUTUMN, ended_by=placement.order)
    expelled(house)
    contract.refresh_from_db()
    order = house.now().order
    assert (contract.ended_on, contract.ended_by) == (order.effective_date, order)
    undo = actions.create_cancelling_order(
        order, access=access_of(house.dean), reason="x", effective_date=AUTUMN
    )
    house.carry_out(undo)
    contract.refresh_from_db()
    assert (contract.ended_on, contract.ended_by) == (None, None)
