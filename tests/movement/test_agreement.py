"""Agreement before the signature, returns, closing, orders of a day to come (2.2, 3.5, B8, B8.1)."""

from __future__ import annotations

import datetime
import html

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from hemis.pages.home import _todos
from movement import actions, queries
from movement.actions import execution
from movement.effects import Effect, _effects, register_effect
from movement.followups import FollowUp, _questions, register_followup
from movement.kinds.base import _extra, add_check
from movement.models import AgreementStep, MovementRule, Order, OrderAgreement
from movement.rules import Check
from students.models import Student
from tests.factories import access_of, make_faculty, make_group, make_students, make_user
from tests.movement.kinds import draft
from tests.pages.base import RegisterTests
from tests.sharing import shared

DAY = datetime.date(2026, 9, 1)
LATER = datetime.date(2026, 10, 1)


@shared
def student(faculty):
    return make_students(faculty, 1, group=make_group(faculty, "610-26.31"), day=DAY)[0]


@shared
def steps(db):
    """Legal and academic affairs at once, then the personnel department."""
    AgreementStep.objects.bulk_create(
        AgreementStep(order_kind="16", role=role, position=position)
        for role, position in (("legal", 1), ("academic_affairs", 1), ("hr", 2))
    )
    return {role: make_user(role) for role in ("legal", "academic_affairs", "hr")}


@shared
def order(student, faculty, dean, steps):
    return draft("16", student, dean, LATER, group=make_group(faculty, "610-26.32"))


def states(order) -> dict[str, str]:
    return dict(order.agreements.filter(round=order.round).values_list("role", "state"))


@pytest.mark.duty("B8.1")
def test_everybody_who_is_configured_agrees_in_turn(order, dean, rector, steps):
    order = actions.submit(order, access=access_of(dean))
    assert order.state == Order.SUBMITTED
    with pytest.raises(actions.OrderError):
        actions.sign(order, access=access_of(rector), date=LATER)
    with pytest.raises(actions.OrderError, match="not asked"):
        actions.agree(order, access=access_of(steps["hr"]))  # not yet: a later turn
    with pytest.raises(PermissionDenied):
        actions.agree(order, access=access_of(dean))
    for role in ("academic_affairs", "legal", "hr"):
        order = actions.agree(order, access=access_of(steps[role]), remark="Rozi")
    assert order.state == Order.AGREED
    order = actions.sign(order, access=access_of(rector), date=LATER)
    assert len(order.document.payload["agreed"]) == 3
    assert actions.execute(order, access=access_of(dean)).state == Order.EXECUTED


@pytest.mark.duty("B8.1")
def test_returned_with_remarks_it_is_agreed_anew(order, dean, steps):
    actions.submit(order, access=access_of(dean))
    with pytest.raises(actions.OrderError):
        actions.return_with_remarks(order, access=access_of(steps["legal"]), remark=" ")
    actions.agree(order, access=access_of(steps["academic_affairs"]))
    order = actions.return_with_remarks(order, access=access_of(steps["legal"]), remark="Asos yetarli emas")
    assert (order.state, order.remark) == (Order.DRAFT, "Asos yetarli emas")
    order = actions.submit(order, access=access_of(dean))
    assert set(states(order).values()) == {OrderAgreement.WAITING}
    assert order.agreements.get(round=1, role="legal").remark == "Asos yetarli emas", "the first round stays"


@pytest.mark.duty("3.5", "B8.1")
def test_the_authors_own_role_agrees_by_submitting(student, faculty, steps):
    office = steps["academic_affairs"]
    order = draft("16", student, office, LATER, group=make_group(faculty, "610-26.32"))
    order = actions.submit(order, access=access_of(office))
    assert states(order)["academic_affairs"] == OrderAgreement.AGREED
    assert states(order)["legal"] == OrderAgreement.WAITING


@pytest.mark.duty("B8.1")
def test_agreeing_on_the_pages(client, order, dean, steps):
    actions.submit(order, access=access_of(dean))
    page = reverse("movement_orders_detail", args=[order.pk])
    asked = reverse("movement_orders_list") + "?state=submitted"
    todo = next(one for one in _todos if one.url() == asked)
    for role, may in (("legal", True), ("hr", False)):
        client.force_login(steps[role])
        assert client.get(page).context["may_agree"] is may
        assert todo.count(access_of(steps[role])) == may
    client.force_login(steps["legal"])
    client.post(reverse("order_agree", args=[order.pk]), {"remark": "Rozi"})
    assert states(Order.objects.get(pk=order.pk))["legal"] == OrderAgreement.AGREED
    client.force_login(steps["academic_affairs"])
    client.post(reverse("order_return", args=[order.pk]), {"remark": "Sanasi"})
    order.refresh_from_db()
    assert order.state == Order.DRAFT
    assert "Sanasi" in client.get(page + "?tab=agreements").content.decode()
    client.force_login(make_user("accounting"))
    assert client.post(reverse("order_agree", args=[order.pk])).status_code == 403


@pytest.mark.duty("2.2", "B8.1")
def test_who_will_agree_is_seen_before_the_order_is_sent(client, order, student, faculty, dean, steps):
    client.force_login(dean)
    asked = [one.role for one in queries.agreeing("16")]
    assert asked == ["academic_affairs", "legal", "hr"], "in turn"
    page = reverse("movement_orders_detail", args=[order.pk])
    with override("uz"):
        names = [str(one.get_role_display()) for one in queries.agreeing("16")]
        nobody = gettext("Nobody is asked to agree; it goes straight to the signature.")
    text = f"<strong>{names[0]}</strong>, <strong>{names[1]}</strong> → <strong>{names[2]}</strong>"
    for where in (page, page + "?tab=agreements"):
        assert text in html.unescape(client.get(where).content.decode()), where
    order.lines.all().delete()
    form = reverse("order_answers", args=["16"]) + f"?faculty={faculty.pk}&pk={student.pk}"
    assert text in html.unescape(client.get(form).content.decode())
    AgreementStep.objects.filter(role="hr").update(is_active=False)
    assert names[2] not in html.unescape(client.get(form).content.decode())
    AgreementStep.objects.all().delete()
    assert nobody in html.unescape(client.get(form).content.decode())


def refused(sql: str, *params):
    with pytest.raises(IntegrityError, match="B8"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.duty("B8", "B8.1")
def test_no_configured_agreement_is_skipped_by_raw_sql(order, dean, rector, steps):
    set_state = "UPDATE movement_order SET state = %s, round = %s WHERE id = %s"
    refused(set_state, "submitted", 1, order.pk)  # nobody was asked
    refused(set_state, "agreed", 0, order.pk)
    actions.submit(order, access=access_of(dean))
    refused(set_state, "agreed", 1, order.pk)
    refused(set_state, "signed", 1, order.pk)
    agree = (
        "UPDATE movement_orderagreement SET state = 'agreed', decided_by_id = %s, decided_at = now() "
        "WHERE order_id = %s AND role = %s"
    )
    refused(agree, dean.pk, order.pk, "legal")  # not of the role
    refused(agree, steps["hr"].pk, order.pk, "hr")  # not its turn
    refused("DELETE FROM movement_orderagreement WHERE order_id = %s", order.pk)
    actions.agree(order, access=access_of(steps["legal"]))
    refused(
        "UPDATE movement_orderagreement SET state = 'waiting' WHERE order_id = %s AND role = 'legal'",
        order.pk,
    )


@pytest.mark.duty("B8")
def test_what_an_order_rests_on_is_frozen_once_it_is_submitted(order, dean):
    line = order.lines.get()
    actions.submit(order, access=access_of(dean))
    refused(
        "INSERT INTO movement_override (line_id, check_code, reason, given_by_id, given_at) "
        "VALUES (%s, 'capacity', 'x', %s, now())",
        line.pk, dean.pk,
    )  # fmt: skip
    refused(
        "INSERT INTO movement_linefact (line_id, code, value, basis, entered_by_id, entered_at) "
        "VALUES (%s, 'gpa', 5, 'x', %s, now())",
        line.pk, dean.pk,
    )  # fmt: skip
    refused("UPDATE movement_orderline SET ends_on = '2030-01-01' WHERE id = %s", line.pk)
    refused(
        "UPDATE movement_order SET answers = '{}'::jsonb WHERE id = %s AND answers <> '{}'::jsonb", order.pk
    )
    refused("UPDATE movement_order SET variant = 'faculty' WHERE id = %s", order.pk)


# --- a day to come, follow-ups, other packages


@pytest.fixture
def tomorrow() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=1)


def signed_for(day, student, faculty, dean, rector) -> Order:
    order = draft("16", student, dean, day, group=make_group(faculty, "610-26.32"))
    actions.submit(order, access=access_of(dean))
    return actions.sign(order, access=access_of(rector), date=timezone.localdate())


@pytest.mark.duty("B8")
def test_an_order_of_a_day_to_come_is_executed_on_it(student, faculty, dean, rector, tomorrow, capsys):
    order = signed_for(tomorrow, student, faculty, dean, rector)
    with pytest.raises(actions.OrderError, match="comes into force"):
        actions.execute(order, access=access_of(dean))
    call_command("execute_due_orders")
    assert "0 executed" in capsys.readouterr().out
    run = actions.execute_due_orders(tomorrow)
    assert run.executed == [order.pk]
    order.refresh_from_db()
    assert (order.state, order.executed_by) == (Order.EXECUTED, None)
    assert Student.objects.get(pk=student.pk).current.valid_from == tomorrow


@pytest.mark.duty("B8")
def test_a_due_order_that_fails_says_why_and_waits(
    client, student, faculty, dean, rector, tomorrow, monkeypatch
):
    order = signed_for(tomorrow, student, faculty, dean, rector)

    def fail(order):
        raise actions.OrderError("Aylanma varaqa tugallanmagan")

    with monkeypatch.context() as patch:
        patch.setattr(execution, "_move", fail)
        assert actions.execute_due_orders(tomorrow).failed == {order.pk: "Aylanma varaqa tugallanmagan"}
    order.refresh_from_db()
    assert (order.state, order.problem) == (Order.SIGNED, "Aylanma varaqa tugallanmagan")
    client.force_login(dean)
    assert "Aylanma varaqa" in client.get(reverse("movement_orders_detail", args=[order.pk])).content.decode()
    failed = next(one for one in _todos if one.count.__name__ == "_failed")
    assert failed.count(access_of(dean)) == 1
    actions.execute_due_orders(tomorrow)
    order.refresh_from_db()
    assert (order.state, order.problem) == (Order.EXECUTED, "")


@pytest.mark.duty("2.2")
def test_closed_when_nothing_is_left_to_do(student, faculty, dean, rector, monkeypatch):
    monkeypatch.setattr("movement.followups._questions", list(_questions))
    done: list[bool] = []
    register_followup(lambda order: [FollowUp("xabar", bool(done))])
    order = signed_for(DAY, student, faculty, dean, rector)
    with pytest.raises(actions.OrderError):
        actions.close(order, access=access_of(dean))
    order = actions.execute(order, access=access_of(dean))
    with pytest.raises(actions.OrderError, match="xabar"):
        actions.close(order, access=access_of(dean))
    done.append(True)
    order = actions.close(order, access=access_of(dean))
    assert (order.state, order.closed_by) == (Order.CLOSED, dean)
    undo = actions.create_cancelling_order(order, access=access_of(dean), reason="x", effective_date=DAY)
    actions.submit(undo, access=access_of(dean))
    actions.sign(undo, access=access_of(rector), date=timezone.localdate())
    actions.execute(undo, access=access_of(dean))
    order.refresh_from_db()
    assert order.state == Order.CANCELLED


@pytest.mark.duty("B8")
@pytest.mark.parametrize("step", ["_lock_people", "_move", "_accounts", "_after", "run_effects"])
def test_a_crash_between_any_two_steps_leaves_nothing(student, faculty, dean, rector, monkeypatch, step):
    order = signed_for(DAY, student, faculty, dean, rector)
    before = student.current
    original = getattr(execution, step)

    def crash(*args):
        original(*args)
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(execution, step, crash)
        with pytest.raises(RuntimeError):
            actions.execute(order, access=access_of(dean))
    order.refresh_from_db()
    before.refresh_from_db()
    assert (order.state, before.valid_to) == (Order.SIGNED, None)
    assert actions.execute(order, access=access_of(dean)).state == Order.EXECUTED


@pytest.mark.duty("B8")
def test_other_packages_ask_and_take_part(student, faculty, dean, rector, monkeypatch):
    monkeypatch.setattr("movement.kinds.base._extra", list(_extra))
    monkeypatch.setattr("movement.effects._effects", list(_effects))
    sheet = {"done": False}
    add_check(
        ["16"],
        lambda order, lines: {
            line.pk: [Check(sheet["done"], "Aylanma varaqa", "2.2", code="clearance", excusable=True)]
            for line in lines
        },
    )
    seen: list[tuple[str, int]] = []
    register_effect(
        Effect(lambda order: seen.append(("apply", order.pk)), lambda order: seen.append(("undo", order.pk)))
    )
    order = draft("16", student, dean, DAY, group=make_group(faculty, "610-26.32"))
    with pytest.raises(actions.OrderError, match="Aylanma varaqa"):
        actions.submit(order, access=access_of(dean))
    sheet["done"] = True
    actions.submit(order, access=access_of(dean))
    actions.sign(order, access=access_of(rector), date=timezone.localdate())
    sheet["done"] = False  # an order waits for what became open again
    with pytest.raises(actions.OrderError, match="Aylanma varaqa"):
        actions.execute(order, access=access_of(dean))
    sheet["done"] = True
    actions.execute(order, access=access_of(dean))
    assert seen == [("apply", order.pk)]


# --- registers of academic affairs


class TestRules(RegisterTests):
    from movement.pages.settings import MovementRules as register

    viewer_role, editor_role, faculty_code = "dean", "academic_affairs", "303-101"

    def make(self, number):
        return MovementRule.objects.create(
            code="promotion.gpa",
            value=f"2.{number}",
            valid_from=datetime.date(2030, 1, number),
            source="Buyruq",
        )

    def form_data(self, row):
        return {
            "code": "promotion.gpa", "value": "2.8", "valid_from": "2031-02-01",
            "source": "Rektor buyrugʻi",
        }  # fmt: skip


class TestSteps(RegisterTests):
    from movement.pages.settings import AgreementSteps as register

    viewer_role, editor_role = "rectorate", "administrator"

    def make(self, number):
        return AgreementStep.objects.create(order_kind=["11", "12", "13"][number % 3], role="legal")

    def form_data(self, row):
        return {"order_kind": "17", "role": "hr", "position": "1", "is_active": "on"}


@pytest.mark.duty("3.5")
def test_a_rule_is_a_figure_or_a_period(client, db):
    client.force_login(make_user("academic_affairs"))
    new = reverse("movement_rules_new")
    facts = {"valid_from": "2031-01-01", "source": "VMQ"}
    for code, value, status in (
        ("promotion.gpa", "juda yaxshi", 422),
        ("transfer.decide.autumn", "31.02-05.03", 422),
        ("transfer.decide.autumn", "05.08-15.07", 422),
        ("transfer.decide.autumn", "15.07-05.08", 302),
    ):
        assert client.post(new, facts | {"code": code, "value": value}).status_code == status
    client.force_login(make_user("dean", make_faculty()))
    assert client.get(new).status_code == 403


@pytest.mark.duty("3.5")
def test_the_usual_steps_are_added_once(client, db):
    client.force_login(make_user("academic_affairs"))
    page = reverse("order_usual_steps")
    assert client.get(page).status_code == 200
    client.post(page)
    count = AgreementStep.objects.count()
    client.post(page)
    assert AgreementStep.objects.count() == count > 10
