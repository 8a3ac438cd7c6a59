"""What the database refuses, whoever writes: tried by raw SQL (clause B8 in spirit, weak spot 41)."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from doctorate import actions
from doctorate.models import Attestation, DoctoralOrder, DoctoralPeriod, DoctoralStudent, IndividualPlan
from tests import factories
from tests.doctorate import makers
from tests.doctorate.makers import sql
from tests.sharing import shared
from tests.staff import makers as staff

pytestmark = [pytest.mark.django_db, pytest.mark.duty("6.1", "B8")]
STUDENT, ORDER = "doctorate_doctoralstudent", "doctorate_doctoralorder"
D = datetime.date


def refused(law: str, text: str, *values) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        sql(text, *values)
        makers.settle()
    assert getattr(caught.value.__cause__.diag, "constraint_name", "") == law, caught.value


@shared
def unit(db):
    factories.make_university()
    return staff.kafedra()


PERIOD = """
INSERT INTO doctorate_doctoralperiod (student_id, order_id, defence_id, status, term_to, valid_from, valid_to)
VALUES (%s, %s, NULL, %s, %s, %s, NULL)
"""


def test_status_and_term_come_by_orders_alone(unit):
    one = makers.candidate(unit)
    for change in ("status = 'studying', number = 'D1', admitted_on = '2025-01-01', term_to = '2027-12-31'",
                   "number = 'D250001'"):  # fmt: skip
        refused("doctoral_student_by_order", f"UPDATE {STUDENT} SET {change} WHERE id = %s", one.pk)
    refused(
        "doctoral_student_by_order",
        f"INSERT INTO {STUDENT} (version, person_id, kind, speciality_id, kafedra_id, theme, theme_protocol,"
        " payment_form, note, status, number, admitted_on)"
        " VALUES (1, %s, '12', %s, %s, 'x', '', '11', '', 'studying', 'D1', now())",
        factories.make_person().pk, one.speciality_id, unit.pk,
    )  # fmt: skip
    order = makers.draft("admission", one)
    refused(
        "doctoral_period_by_order", PERIOD, one.pk, order.pk, "studying", D(2027, 12, 31), makers.ADMITTED
    )
    makers.carry_out(order)
    one.refresh_from_db()
    assert (one.status, one.term_to, one.number) == ("studying", D(2027, 12, 31), "D250001")
    for change in ("status = 'leave'", "term_to = '2030-01-01'", "admitted_on = '2020-01-01'"):
        refused("doctoral_student_by_order", f"UPDATE {STUDENT} SET {change} WHERE id = %s", one.pk)
    for change in (
        "kind = '12', term_to = NULL",
        "number = 'D1'",
        f"person_id = {factories.make_person().pk}",
    ):
        refused("doctoral_student_identity", f"UPDATE {STUDENT} SET {change} WHERE id = %s", one.pk)
    refused("doctoral_student_stays", f"DELETE FROM {STUDENT} WHERE id = %s", one.pk)
    # The order has been carried out: it makes no second period, and its own stays.
    refused("doctoral_period_by_order", PERIOD, one.pk, order.pk, "studying", D(2029, 1, 1), D(2026, 1, 1))
    for text in ("UPDATE doctorate_doctoralperiod SET valid_to = '2026-01-01' WHERE student_id = %s",
                 "UPDATE doctorate_doctoralperiod SET term_to = '2030-01-01' WHERE student_id = %s",
                 "DELETE FROM doctorate_doctoralperiod WHERE student_id = %s"):  # fmt: skip
        refused("doctoral_period_stays", text, one.pk)


def test_a_signed_order_does_what_it_says_and_nothing_else(unit):
    one = makers.admitted(unit)
    order = makers.draft("extension", one, day=D(2026, 1, 1), until=D(2028, 6, 30))
    actions.submit(order, access=makers.office())
    sql(f"UPDATE {ORDER} SET state = 'signed', number = '99-D', date = '2026-01-01', signed_at = now(),"
        " signed_by_id = created_by_id WHERE id = %s", order.pk)  # fmt: skip
    # The line does not say so yet.
    refused("doctoral_period_by_order", PERIOD, one.pk, order.pk, "studying", D(2028, 6, 30), D(2026, 1, 1))
    sql("UPDATE doctorate_doctoralorderline SET status_after = 'studying', term_after = '2028-06-30'"
        " WHERE order_id = %s", order.pk)  # fmt: skip
    refused("doctoral_period_by_order", PERIOD, one.pk, order.pk, "studying", D(2028, 6, 29), D(2026, 1, 1))
    refused("doctoral_period_by_order", PERIOD, one.pk, order.pk, "studying", D(2028, 6, 30), D(2026, 1, 2))
    # Written, but the order is never executed.
    refused("doctoral_period_by_order", PERIOD, one.pk, order.pk, "studying", D(2028, 6, 30), D(2026, 1, 1))
    refused("doctoral_order_carried_out", f"UPDATE {ORDER} SET state = 'executed' WHERE id = %s", order.pk)
    with transaction.atomic():
        sql(PERIOD, one.pk, order.pk, "studying", D(2028, 6, 30), D(2026, 1, 1))
        sql(f"UPDATE {ORDER} SET state = 'executed' WHERE id = %s", order.pk)
        makers.settle()
    first, second = DoctoralPeriod.objects.filter(student=one)
    assert first.valid_to == second.valid_from == D(2026, 1, 1) and second.valid_to is None


def test_no_term_is_longer_than_the_law(unit):
    one = makers.admitted(unit)
    order = makers.draft("extension", one, day=D(2026, 1, 1), until=D(2028, 12, 31))
    actions.submit(order, access=makers.office())
    sql(f"UPDATE {ORDER} SET state = 'signed', number = '99-D', date = '2026-01-01', signed_at = now(),"
        " signed_by_id = created_by_id WHERE id = %s", order.pk)  # fmt: skip
    for day, law in ((D(2029, 1, 1), "doctoral_term_limit"), (D(2028, 12, 31), "")):
        sql("UPDATE doctorate_doctoralorderline SET status_after = 'studying', term_after = %s WHERE order_id = %s",
            day, order.pk)  # fmt: skip
        if law:
            refused(law, PERIOD, one.pk, order.pk, "studying", day, D(2026, 1, 1))
    sql(PERIOD, one.pk, order.pk, "studying", D(2028, 12, 31), D(2026, 1, 1))
    sql(f"UPDATE {ORDER} SET state = 'executed' WHERE id = %s", order.pk)
    one.refresh_from_db()
    assert one.term_to == D(2028, 12, 31)


def test_orders_are_frozen_and_follow_their_states(unit):
    one = makers.candidate(unit)
    order = makers.draft("admission", one)
    refused("doctoral_order_states", f"UPDATE {ORDER} SET state = 'executed', number = '1-D', date = now(),"
            " signed_by_id = created_by_id WHERE id = %s", order.pk)  # fmt: skip
    actions.submit(order, access=makers.office())
    refused("doctoral_order_frozen", f"UPDATE {ORDER} SET basis = 'Boshqa' WHERE id = %s", order.pk)
    for text in ("DELETE FROM doctorate_doctoralorderline WHERE order_id = %s",
                 "UPDATE doctorate_doctoralorderline SET status_after = 'leave' WHERE order_id = %s"):  # fmt: skip
        refused("doctoral_order_frozen", text, order.pk)
    refused("doctoral_order_frozen", f"DELETE FROM {ORDER} WHERE id = %s", order.pk)
    order.refresh_from_db()
    actions.sign(order, access=makers.rectorate(), date=D(2026, 9, 1))
    for change in ("number = '7'", "effective_date = '2026-01-01'", "signed_at = now()"):
        refused("doctoral_order_frozen", f"UPDATE {ORDER} SET {change} WHERE id = %s", order.pk)
    refused("doctoral_order_states", f"UPDATE {ORDER} SET state = 'cancelled' WHERE id = %s", order.pk)
    sql(f"UPDATE {ORDER} SET scan = 'doctorate/orders/x.pdf' WHERE id = %s", order.pk)
    empty = DoctoralOrder.objects.create(kind="admission", effective_date=D(2026, 1, 1), basis="x")
    refused("doctoral_order_names", f"UPDATE {ORDER} SET state = 'submitted' WHERE id = %s", empty.pk)


def test_one_person_one_open_doctorate(unit):
    one = makers.admitted(unit)
    with pytest.raises(IntegrityError, match="one_open_doctorate"), transaction.atomic():
        makers.candidate(unit, kind="12", person=one.person)
    makers.execute("expulsion", one, day=D(2026, 2, 1), reason="Attestatsiyadan oʻtmagan")
    assert makers.candidate(unit, kind="12", person=one.person).status == DoctoralStudent.CANDIDATE


def test_speciality_and_kafedra_fit(unit):
    one = makers.candidate(unit)
    refused("doctoral_student_level", f"UPDATE {STUDENT} SET speciality_id = %s WHERE id = %s",
            makers.speciality("dsc").pk, one.pk)  # fmt: skip
    refused(
        "doctoral_student_kafedra",
        f"UPDATE {STUDENT} SET kafedra_id = %s WHERE id = %s",
        unit.parent_id,
        one.pk,
    )
    refused("doctoral_speciality_code", "UPDATE doctorate_doctoralspeciality SET code = '05.01.00' WHERE id = %s",
            one.speciality_id)  # fmt: skip


def test_supervisors_have_a_degree_and_a_limit(unit):
    who = makers.doctor(unit, degree="11")
    insert = """INSERT INTO doctorate_supervision (version, student_id, role, employee_id, outsider, valid_from,
                valid_to, order_number, order_date) VALUES (1, %s, 'supervisor', %s, '', %s, %s, '7', '2025-01-01')"""
    led = [makers.candidate(unit, f"Izlanuvchi{n}") for n in range(6)]
    refused(
        "supervisor_degree", insert, led[0].pk, staff.teacher(unit, "Darajasiz").pk, makers.ADMITTED, None
    )
    refused(
        "supervisor_degree", insert, makers.candidate(unit, "Fanov", "13").pk, who.pk, makers.ADMITTED, None
    )
    for one in led[:4]:
        sql(insert, one.pk, who.pk, makers.ADMITTED, None)
    sql(insert, led[4].pk, who.pk, makers.ADMITTED, D(2025, 6, 30))
    refused("supervisor_load", insert, led[5].pk, who.pk, D(2024, 9, 1), None)
    refused("supervisor_load", insert, led[5].pk, who.pk, D(2025, 6, 30), None)
    sql(insert, led[5].pk, who.pk, D(2025, 7, 1), None)
    refused(
        "supervisor_load", "UPDATE doctorate_supervision SET valid_to = NULL WHERE student_id = %s", led[4].pk
    )
    refused(
        "one_supervisor_at_a_time", insert, led[0].pk, makers.doctor(unit, "Ikkinchi").pk, D(2026, 1, 1), None
    )


def test_plans_and_attestations_are_frozen(unit):
    one = makers.admitted(unit)
    plan = IndividualPlan.objects.create(student=one)
    approve = "UPDATE doctorate_individualplan SET state = 'approved', approved_on = '2025-02-01'"
    approve += ", protocol_number = '3'"
    refused("doctoral_plan_stages", f"{approve} WHERE id = %s", plan.pk)
    stage = makers.stage(one)
    refused(
        "doctoral_plan_approved",
        "UPDATE doctorate_individualplan SET state = 'approved' WHERE id = %s",
        plan.pk,
    )
    sql(f"{approve} WHERE id = %s", plan.pk)
    for text in ("UPDATE doctorate_planstage SET title = 'Boshqa' WHERE id = %s",
                 "UPDATE doctorate_planstage SET due_on = '2026-01-01' WHERE id = %s",
                 "DELETE FROM doctorate_planstage WHERE id = %s"):  # fmt: skip
        refused("doctoral_plan_frozen", text, stage.pk)
    with pytest.raises(IntegrityError, match="approved plan"), transaction.atomic():
        makers.stage(one, "2-bob")
    sql("UPDATE doctorate_planstage SET done_on = '2025-06-01', result = 'Yozildi' WHERE id = %s", stage.pk)
    refused(
        "doctoral_plan_frozen",
        "UPDATE doctorate_individualplan SET protocol_number = '4' WHERE id = %s",
        plan.pk,
    )
    refused("doctoral_plan_frozen", "DELETE FROM doctorate_individualplan WHERE id = %s", plan.pk)
    refused(
        "doctoral_plan_reason", "UPDATE doctorate_individualplan SET state = 'draft' WHERE id = %s", plan.pk
    )

    held = one.attestations.first()
    hold = "UPDATE doctorate_attestation SET result = 'passed', held_on = '2025-07-01'"
    refused("doctoral_attestation_held", f"{hold} WHERE id = %s", held.pk)
    sql(f"{hold}, protocol_number = '5' WHERE id = %s", held.pk)
    refused(
        "doctoral_attestation_frozen",
        "UPDATE doctorate_attestation SET result = 'failed' WHERE id = %s",
        held.pk,
    )
    refused("doctoral_attestation_frozen", "DELETE FROM doctorate_attestation WHERE id = %s", held.pk)
    sql(
        "UPDATE doctorate_attestation SET result = 'failed', correction = 'Bayonnoma xato' WHERE id = %s",
        held.pk,
    )


def test_a_defence_is_approved_once_and_closes_the_card(unit):
    one = makers.admitted(unit)
    makers.lead(one, makers.doctor(unit))
    Attestation.objects.create(
        student=one, due_on=D(2025, 3, 1), held_on=D(2025, 3, 1), result="passed", protocol_number="2"
    )
    defence = makers.passed(one)
    table = "doctorate_defence"
    refused("defence_passed_by_votes", f"UPDATE {table} SET votes_for = 1 WHERE id = %s", defence.pk)
    approve = f"UPDATE {table} SET approved_on = '2026-09-30', approval_number = '1', diploma_number = '2'"
    refused("defence_approval_whole", f"{approve} WHERE id = %s", defence.pk)
    # An approval that leaves the status as it was.
    refused("defence_shows", f"{approve}, diploma_date = '2026-10-01' WHERE id = %s", defence.pk)
    refused(
        "doctoral_period_by_defence",
        "INSERT INTO doctorate_doctoralperiod (student_id, defence_id, status, term_to, valid_from)"
        " VALUES (%s, %s, 'defended', '2027-12-31', '2026-09-30')", one.pk, defence.pk,
    )  # fmt: skip
    actions.approve_defence(defence, access=makers.office(), facts=makers.APPROVAL)
    one.refresh_from_db()
    assert (one.status, one.national_status) == (DoctoralStudent.DEFENDED, "13")
    refused("doctoral_student_closed", f"UPDATE {table} SET place = 'Boshqa' WHERE id = %s", defence.pk)
    refused(
        "defence_frozen", "UPDATE doctorate_opponent SET outsider = 'x' WHERE defence_id = %s", defence.pk
    )
    refused("defence_frozen", "DELETE FROM doctorate_opponent WHERE defence_id = %s", defence.pk)
    refused("doctoral_student_closed", f"UPDATE {STUDENT} SET theme = 'Boshqa' WHERE id = %s", one.pk)
    for table in ("supervision", "attestation"):
        refused("doctoral_student_closed", f"DELETE FROM doctorate_{table} WHERE student_id = %s", one.pk)
    with pytest.raises(IntegrityError, match="closed card"), transaction.atomic():
        Attestation.objects.create(student=one, due_on=D(2026, 12, 1))


def test_no_defence_without_opponents_or_of_a_candidate(unit):
    one = makers.candidate(unit)
    with pytest.raises(IntegrityError, match="has completed defends"), transaction.atomic():
        makers.passed(one)
    defence = makers.passed(makers.admitted(unit, "Boshqa"))
    sql("UPDATE doctorate_defence SET result = 'planned' WHERE id = %s", defence.pk)
    sql("DELETE FROM doctorate_opponent WHERE defence_id = %s", defence.pk)
    refused(
        "defence_has_opponents", "UPDATE doctorate_defence SET result = 'passed' WHERE id = %s", defence.pk
    )
    refused(
        "one_defence_at_a_time",
        "INSERT INTO doctorate_defence (version, student_id, council, defence_date, place, leading_organisation,"
        " result, protocol_number, approval_number, diploma_number, diploma_by, register_number, scan, approval_scan)"
        " VALUES (1, %s, 'x', '2026-01-01', 'x', '', 'planned', '', '', '', '', '', '', '')", defence.student_id,
    )  # fmt: skip
