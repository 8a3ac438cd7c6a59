"""Clearance sheets: asked for, answered in parallel, waited for by the order of leaving (duties S, B8.2, 2.2)."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from hemis.documents.models import Document
from hemis.notices.models import Notice
from movement import actions as orders
from movement.clearance import actions, queries
from movement.clearance.models import ClearanceAnswer, ClearanceSheet, ClearanceStation
from movement.clearance.pages import ClearanceAnswers, ClearanceSheets, ClearanceStations
from students.models import Student
from tests.factories import access_of, make_admission_setting, make_students, make_user
from tests.movement.petitions import account, carry_out, with_papers
from tests.pages.base import RegisterTests
from tests.sharing import shared

DAY = datetime.date(2026, 9, 20)
STATIONS = ("accounting", "library", "dormitory", "hr")


@shared
def students(faculty):
    return make_students(faculty, 3)


@shared
def offices(dean):
    return {role: make_user(role) for role in STATIONS} | {"dean": dean}


def client_of(user) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def asked(student: Student, occasion: str = "expulsion") -> ClearanceSheet:
    return actions.ask(access=access_of(account(student)), occasion=occasion)


def clear(sheet: ClearanceSheet, users) -> None:
    for user in users:
        rows = ClearanceAnswer.objects.for_answering(access_of(user)).filter(sheet=sheet)
        actions.answer(list(rows), access=access_of(user), clear=True)


def leaving(student: Student, dean, reason: str):
    order = orders.create_order(
        kind="11", access=access_of(dean), faculty=student.current.faculty,
        people=Student.objects.filter(pk=student.pk), title="Chetlashtirish", basis="Ariza", effective_date=DAY,
        choices={"reason": reason},
    )  # fmt: skip
    return with_papers(order)


@pytest.mark.duty("S", "B8.2", "2.2")
def test_a_sheet_goes_round_and_the_order_waits_for_it(students, offices, dean, rector):
    student = students[0]
    cabinet = client_of(account(student))
    assert "Ask for the sheet" in cabinet.get(reverse("my_clearance")).content.decode()
    cabinet.post(reverse("my_clearance"), {"occasion": "expulsion"})
    sheet = ClearanceSheet.objects.get()
    assert sheet.answers.count() == 5 and sheet.state == ClearanceSheet.OPEN
    for user in offices.values():
        assert Notice.objects.filter(user=user, code="clearance_waits").count() == 1

    order = leaving(student, dean, reason="11")
    with pytest.raises(orders.OrderError, match="clearance sheet"):
        orders.submit(order, access=access_of(dean))

    library, accounting = client_of(offices["library"]), client_of(offices["accounting"])
    mine = ClearanceAnswer.objects.get(sheet=sheet, station__code="library")
    theirs = ClearanceAnswer.objects.get(sheet=sheet, station__code="accounting")
    where = reverse("clearance_answer", args=[mine.pk])
    assert library.get(ClearanceAnswers.url_of(mine)).status_code == 200
    assert library.post(reverse("clearance_answer", args=[theirs.pk]), {"state": "clear"}).status_code == 404
    empty = library.post(where, {"state": "not_clear", "remark": "", "sum_owed": "5"})
    assert empty.status_code == 422 and "Say what is owed." in empty.content.decode()
    library.post(where, {"state": "not_clear", "remark": "Darslik qaytarilmagan", "sum_owed": "45000"})
    shown = cabinet.get(reverse("my_clearance")).content.decode()
    assert "Darslik qaytarilmagan" in shown and "45\u00a0000" in shown
    library.post(where, {"state": "clear"})
    accounting.post(reverse("movement_clearance_answers_bulk"), {"action": "clear", "pk": [theirs.pk]})
    clear(sheet, [offices["dormitory"], offices["hr"]])
    sheet.refresh_from_db()
    assert sheet.state == ClearanceSheet.OPEN, "the dean's office has not answered"
    check = queries.clearance_checks([student.pk])[student.pk]
    assert not check.ok and check.blocking and "Dekanat" in check.text or "Dean" in check.text
    clear(sheet, [dean])
    sheet.refresh_from_db()
    assert sheet.state == ClearanceSheet.COMPLETE and sheet.completed_at
    codes = list(Notice.objects.filter(user=account(student)).order_by("pk").values_list("code", flat=True))
    assert codes[-2:] == ["clearance_objection", "clearance_complete"]

    carry_out(order, dean, rector)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.order) == (ClearanceSheet.USED, order)
    undo = orders.create_cancelling_order(order, access=access_of(dean), reason="Xato", effective_date=DAY)
    carry_out(undo, dean, rector)
    sheet.refresh_from_db()
    assert sheet.state == ClearanceSheet.COMPLETE and sheet.order is None, "as it was before"


@pytest.mark.duty("2.2")
def test_an_expulsion_for_a_debt_does_not_wait(students, dean, rector):
    order = leaving(students[0], dean, reason="14")
    line = order.lines.get()
    check = queries.line_checks(order, [line])[line.pk][0]
    assert not check.ok and not check.blocking, "a warning only"
    assert carry_out(order, dean, rector).state == "executed"


@pytest.mark.duty("B8.2", "2.2")
def test_a_sheet_that_an_order_did_not_wait_for_goes_on(students, offices, dean, rector):
    """It belongs to the order, says so, and the order is closed only when every station has answered."""
    student = students[0]
    sheet = asked(student)
    order = carry_out(leaving(student, dean, reason="14"), dean, rector)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.order) == (ClearanceSheet.OPEN, order)
    for user, url in ((dean, ClearanceSheets.url_of(sheet)), (account(student), reverse("my_clearance"))):
        shown = client_of(user).get(url).content.decode()
        assert "goes on being collected" in shown and f"№ {order.number}" in shown
    with pytest.raises(orders.OrderError, match="clearance sheets still going round: 1"):
        orders.close(order, access=access_of(dean))

    undo = orders.create_cancelling_order(order, access=access_of(dean), reason="Xato", effective_date=DAY)
    carry_out(undo, dean, rector)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.order) == (ClearanceSheet.OPEN, None), "as it was before"

    again = carry_out(leaving(student, dean, reason="14"), dean, rector)
    clear(sheet, offices.values())
    sheet.refresh_from_db()
    assert (sheet.state, sheet.order) == (ClearanceSheet.USED, again), "complete, and that order's"
    assert orders.close(again, access=access_of(dean)).state == "closed"


@pytest.mark.duty("B8.2", "2.2")
def test_who_left_without_a_sheet_gets_one_for_the_order(students, offices, dean, rector):
    """By number; a group opens sheets only for those who have not left."""
    student = students[0]
    order = carry_out(leaving(student, dean, reason="14"), dean, rector)
    office, where = client_of(dean), reverse("clearance_open")
    office.post(where, {"occasion": "expulsion", "groups": [order.lines.get().closes.group_id]})
    assert not ClearanceSheet.objects.filter(student=student).exists()
    office.post(where, {"occasion": "expulsion", "numbers": student.number})
    sheet = ClearanceSheet.objects.get(student=student)
    assert (sheet.state, sheet.order) == (ClearanceSheet.OPEN, order)
    with pytest.raises(orders.OrderError, match="still going round"):
        orders.close(order, access=access_of(dean))
    actions.cancel(sheet, access=access_of(dean), reason="Talaba topilmadi")
    assert orders.close(order, access=access_of(dean)).state == "closed"


@pytest.mark.duty("B8.2")
def test_each_role_answers_for_its_own_stations(students, offices, faculty, dean):
    asked(students[0])
    elsewhere = make_user("dean", make_admission_setting("303-102"))
    for role, user in offices.items():
        rows = ClearanceAnswer.objects.for_answering(access_of(user))
        assert [one.station.role for one in rows] == [role]
    for user in (elsewhere, make_user("teacher"), make_user("academic_affairs"), account(students[0])):
        assert not ClearanceAnswer.objects.for_answering(access_of(user)).exists()
    listed = reverse("movement_clearance_answers_list")
    expected = {"academic_affairs": 403, "rectorate": 403, "teacher": 403, "legal": 403, "library": 200}
    for role, code in expected.items():
        assert client_of(make_user(role)).get(listed).status_code == code, role
    card = ClearanceSheets.url_of(ClearanceSheet.objects.get())
    for user, code in ((elsewhere, 404), (dean, 200), (make_user("academic_affairs"), 200),
                       (make_user("tutor"), 403), (account(students[1]), 403)):  # fmt: skip
        assert client_of(user).get(card).status_code == code
    own = ClearanceAnswer.objects.get(station__role="library")
    stranger = client_of(make_user("accounting"))
    assert stranger.get(ClearanceAnswers.url_of(own)).status_code == 404


@pytest.mark.duty("B8.2", "2.2")
def test_a_group_at_once(students, offices, dean):
    office = client_of(dean)
    where = reverse("clearance_open")
    assert office.get(where).status_code == 200
    group = students[0].current.group
    bad = office.post(where, {"occasion": "expulsion", "numbers": "000000000000"})
    assert bad.status_code == 422 and "000000000000" in bad.content.decode()
    office.post(where, {"occasion": "expulsion", "groups": [group.pk]})
    assert ClearanceSheet.objects.count() == 3
    again = office.post(where, {"occasion": "expulsion", "numbers": students[0].number})
    assert again.status_code == 422 and "has no clearance sheet" in again.content.decode()
    assert client_of(offices["library"]).get(where).status_code == 403
    # One tick for all that are filtered.
    library = client_of(offices["library"])
    library.post(
        reverse("movement_clearance_answers_bulk") + "?state=waiting",
        {"action": "clear", "all_filtered": "1"},
    )
    assert ClearanceAnswer.objects.filter(station__code="library", state="clear").count() == 3
    assert Notice.objects.filter(user=offices["hr"]).get().params == {"count": 3}


@pytest.mark.duty("S")
def test_the_paper_of_a_complete_sheet(students, offices, dean):
    sheet = asked(students[0])
    cabinet = client_of(account(students[0]))
    paper = reverse("my_clearance_paper", args=[sheet.pk])
    assert cabinet.post(paper).url == reverse("my_clearance"), "not complete: it says so and goes back"
    assert not Document.objects.filter(kind="clearance").exists()
    clear(sheet, offices.values())
    first, second = cabinet.post(paper), cabinet.post(paper)
    assert first.url == second.url and Document.objects.filter(kind="clearance").count() == 1
    assert cabinet.get(first.url)["Content-Type"] == "application/pdf"
    assert client_of(account(students[1])).post(paper).status_code == 404
    assert client_of(dean).post(reverse("clearance_paper", args=[sheet.pk])).url == first.url
    document = Document.objects.get(kind="clearance")
    public = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/v/{document.token}/").content.decode()
    assert "Genuine" in public and students[0].person.last_name not in public
    client_of(dean).post(reverse("clearance_cancel", args=[sheet.pk]), {"reason": "Yangi qarz"})
    document.refresh_from_db()
    assert document.state == Document.REVOKED
    check = queries.clearance_checks([students[0].pk])[students[0].pk]
    assert not check.ok and "no clearance sheet" in check.text


@pytest.mark.duty("S")
def test_who_may_ask_and_what_is_refused(students, dean, offices):
    access = access_of(account(students[0]))
    with pytest.raises(actions.ClearanceError, match="last course"):
        actions.ask(access=access, occasion="graduation")
    with pytest.raises(actions.ClearanceError, match="No station"):
        actions.ask(access=access, occasion="leave")
    sheet = asked(students[0])
    with pytest.raises(actions.ClearanceError, match="already"):
        asked(students[0])
    own = ClearanceAnswer.objects.filter(sheet=sheet)
    with pytest.raises(actions.ClearanceError, match="None of these"):
        actions.answer(list(own.filter(station__role="hr")), access=access_of(dean), clear=True)
    with pytest.raises(actions.ClearanceError, match="owes nothing"):
        actions.answer(list(own), access=access_of(dean), clear=True, owed=Decimal(5))
    with pytest.raises(actions.ClearanceError, match="why"):
        actions.cancel(sheet, access=access_of(dean), reason=" ")


def test_checks_cost_two_queries_whatever_the_number(students, django_assert_max_num_queries):
    for one in students:
        asked(one)
    with django_assert_max_num_queries(3):
        found = queries.clearance_checks([one.pk for one in students])
    assert len(found) == 3 and not any(one.ok for one in found.values())


def refused(sql: str, *params) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
    except IntegrityError:
        return True
    return False


def test_the_laws_hold_for_raw_sql(students, offices, dean):
    sheet, other = asked(students[0]), asked(students[1])
    table, answers = "UPDATE movement_clearancesheet SET", "UPDATE movement_clearanceanswer SET"
    complete = f"{table} state = 'complete', completed_at = now() WHERE id = %s"
    assert refused(complete, sheet.pk), "not all are clear"
    assert refused("DELETE FROM movement_clearancesheet WHERE id = %s", sheet.pk)
    assert refused(f"{table} student_id = %s WHERE id = %s", students[2].pk, sheet.pk)
    assert refused(f"{table} state = 'cancelled' WHERE id = %s", sheet.pk), "without a reason"
    assert refused(f"{answers} state = 'clear' WHERE sheet_id = %s", sheet.pk), "without an author"
    signed = "answered_at = now(), answered_by_id = %s"
    assert refused(f"{answers} state = 'not_clear', {signed} WHERE sheet_id = %s", dean.pk, sheet.pk), (
        "says why"
    )
    assert refused(
        f"{answers} state = 'clear', sum_owed = 5, {signed} WHERE sheet_id = %s", dean.pk, sheet.pk
    )
    assert refused(f"{answers} sheet_id = %s WHERE sheet_id = %s", other.pk, sheet.pk)
    assert not refused(f"{answers} state = 'clear', {signed} WHERE sheet_id = %s", dean.pk, sheet.pk)
    assert not refused(complete, sheet.pk)
    assert refused(f"{answers} state = 'waiting' WHERE sheet_id = %s", sheet.pk), (
        "answers of a complete sheet rest"
    )
    assert refused(f"{table} state = 'open' WHERE id = %s", sheet.pk)
    assert refused(f"{table} state = 'used' WHERE id = %s", sheet.pk), "by an order only"


# --- registers


@shared
def pool(db):
    return make_students(make_admission_setting(), 4)


@shared
def elsewhere(db):
    return make_students(make_admission_setting("303-102"), 1)


class TestSheets(RegisterTests):
    register = ClearanceSheets
    viewer_role = "dean"
    faculty_code = "303-101"

    @pytest.fixture(autouse=True)
    def _people(self, pool, elsewhere):
        self.pool, self.elsewhere = pool, elsewhere

    def make(self, number):
        return asked(self.pool[number])

    def make_elsewhere(self):
        return asked(self.elsewhere[0])

    def search_for(self, row):
        return row.student.number


class TestAnswers(RegisterTests):
    register = ClearanceAnswers
    viewer_role = "library"

    @pytest.fixture(autouse=True)
    def _people(self, pool):
        self.pool = pool

    def make(self, number):
        return asked(self.pool[number]).answers.get(station__role="library")

    def make_elsewhere(self):
        return asked(self.pool[0]).answers.get(station__role="hr")

    def search_for(self, row):
        return row.sheet.student.number


class TestStations(RegisterTests):
    register = ClearanceStations
    viewer_role = editor_role = "academic_affairs"

    def make(self, number):
        code = f"station_{'abcdefgh'[number]}"
        return ClearanceStation.objects.create(
            code=code, name=f"Boʻlinma {number}", role="library", occasions=["leave"], position=number
        )

    def form_data(self, row):
        return {
            "code": row.code, "name": row.name, "role": "library", "occasions": ["leave", "graduation"],
            "position": 3, "is_active": "on",
        }  # fmt: skip

    def search_for(self, row):
        return row.code

    def test_only_roles_that_answer_are_offered(self, editor):
        page = editor.get(self.url("new")).content.decode()
        assert 'value="library"' in page and 'value="teacher"' not in page
