"""What the database refuses, whoever writes: tried by raw SQL (weak spots of the HEMIS in use)."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from hemis.people.models import User
from staff import accounts
from staff.models import Competition, CompetitionEntry, Degree, Employee, EstablishmentPost, Position
from tests import factories
from tests.staff import makers

pytestmark = [pytest.mark.django_db, pytest.mark.duty("1.2")]


def refused(sql: str, params: list, words: str) -> None:
    with pytest.raises(IntegrityError, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


INSERT = """
INSERT INTO staff_position (version, employee_id, unit_id, post, category, employment, rate, contract_number,
    order_number, valid_from, valid_to, end_order_number, end_reason, correction)
VALUES (1, %s, %s, %s, '12', %s, %s, '', '', %s, %s, '', '', '')
"""
NEW, OLD = datetime.date(2026, 1, 1), datetime.date(2019, 1, 1)


def test_posts():
    unit, who = makers.kafedra(), makers.employee()
    first = makers.post(who, unit)
    refused(INSERT, [who.pk, unit.pk, "14", "11", Decimal("0.25"), NEW, None], "one_main_post")
    refused(INSERT, [who.pk, unit.pk, "14", "12", Decimal("0.75"), NEW, None], "rates of this employee")
    refused(INSERT, [who.pk, unit.pk, "14", "12", Decimal("0.60"), NEW, None], "position_rate")
    refused(INSERT, [who.pk, unit.pk, "14", "12", Decimal("0.25"), NEW, OLD], "position_period")
    refused(
        INSERT, [who.pk, makers.division().pk, "16", "12", Decimal("0.25"), NEW, None], "unit of this kind"
    )
    with (
        connection.cursor() as cursor
    ):  # A half beside the whole is what the law lets be; by the hour never counts.
        cursor.execute(INSERT, [who.pk, unit.pk, "14", "12", Decimal("0.50"), NEW, None])
        cursor.execute(INSERT, [who.pk, unit.pk, "13", "14", Decimal("1.00"), NEW, None])
    key = [first.pk]
    for change in ("rate = 0.5", "post = '15'", "employment = '12'", "valid_from = '2021-01-01'"):
        refused(f"UPDATE staff_position SET {change} WHERE id = %s", key, "corrected with its reason")
    refused("UPDATE staff_position SET valid_to = '2026-01-01' WHERE id = %s", key, "ends by an order")
    refused(
        "UPDATE staff_position SET valid_to = '2026-01-01', end_order_number = '5' WHERE id = %s", key,
        "position_end_by_order",
    )  # fmt: skip
    # One who replaces the head at once is refused; a day after the end of the other is not.
    head, second = makers.employee("Mudirov"), makers.employee("Ikkinchiyev")
    old = makers.post(head, unit, post="16")
    refused(INSERT, [second.pk, unit.pk, "16", "11", 1, NEW, None], "one_head_of_unit")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE staff_position SET valid_to = '2025-12-31', end_order_number = '5', end_order_date = '2025-12-30' "
            "WHERE id = %s",
            [old.pk],
        )
        cursor.execute(INSERT, [second.pk, unit.pk, "16", "11", 1, NEW, None])
    dean = makers.employee("Dekanov")
    makers.post(dean, unit.parent, post="25", category="11")
    refused(INSERT, [makers.employee().pk, unit.parent_id, "25", "11", 1, NEW, None], "one_head_of_unit")
    makers.post(makers.employee("Rektorov"), makers.division(), post="20", category="11")
    other = makers.division("303-209").pk
    refused(INSERT, [makers.employee().pk, other, "20", "11", 1, NEW, None], "one_rector")


def test_absences_plan_and_growth():
    who, unit = makers.employee(), makers.kafedra()
    absence = """INSERT INTO staff_absence
                 (version, employee_id, kind, valid_from, valid_to, order_number, order_date, note)
                 VALUES (1, %s, %s, %s, %s, %s, '2026-01-01', '')"""
    with connection.cursor() as cursor:
        cursor.execute(absence, [who.pk, "12", "2026-01-01", "2026-01-31", "1"])
    refused(absence, [who.pk, "13", "2026-01-31", "2026-02-03", "2"], "one_absence_at_a_time")
    refused(absence, [who.pk, "14", "2026-03-01", "2026-03-03", "2"], "absence_kind")
    refused(absence, [who.pk, "12", "2026-03-01", "2026-03-03", ""], "absence_has_order")
    EstablishmentPost.objects.create(
        unit=unit, post="15", category="12", rates=2, valid_from=NEW, order_number="1", order_date=NEW
    )
    refused(
        "INSERT INTO staff_establishmentpost "
        "(version, unit_id, post, category, rates, valid_from, order_number, order_date)"
        " VALUES (1, %s, '15', '12', 1, '2026-05-01', '2', '2026-05-01')", [unit.pk], "planned_once",
    )  # fmt: skip
    development = """INSERT INTO staff_development
                     (version, employee_id, place, institution, country, title, hours, begin_date, end_date,
                      document_number, scan) VALUES (1, %s, '11', 'B', 'UZ', 'K', %s, %s, %s, '', '')"""
    refused(development, [who.pk, 72, "2026-02-01", "2026-01-01"], "development_period")
    refused(development, [who.pk, 0, "2026-01-01", "2026-02-01"], "development_hours")
    competition = Competition.objects.create(
        unit=unit, post="15", announced_on="2026-01-01", deadline="2026-02-01", state="held", held_on="2026-02-10",
        protocol_number="1", protocol_date="2026-02-10",
    )  # fmt: skip
    refused(
        "UPDATE staff_competition SET protocol_number = '' WHERE id = %s", [competition.pk], "has_protocol"
    )
    entry = CompetitionEntry.objects.create(competition=competition, employee=who)
    set_term = "UPDATE staff_competitionentry SET result = %s, term_from = %s, term_to = %s WHERE id = %s"
    refused(set_term, ["elected", "2026-03-01", "2031-03-02", entry.pk], "longer than 60")
    refused(set_term, ["elected", None, None, entry.pk], "entry_term_of_the_elected")
    refused(set_term, ["rejected", "2026-03-01", "2027-03-01", entry.pk], "entry_term_of_the_elected")
    with connection.cursor() as cursor:
        cursor.execute(set_term, ["elected", "2026-03-01", "2031-03-01", entry.pk])
    second = CompetitionEntry.objects.create(competition=competition, outsider="Begonaov")
    refused(set_term, ["elected", "2026-03-01", "2027-03-01", second.pk], "one_elected_in_a_competition")


def test_the_card_cannot_claim_a_degree_that_no_diploma_tells():
    who = makers.employee()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE staff_employee SET academic_degree = '12', academic_rank = '13'")
    who.refresh_from_db()
    assert (who.academic_degree, who.academic_rank) == ("10", "10")
    diploma = Degree.objects.create(employee=who, kind="degree", degree="12", diploma_number="1")
    Degree.objects.create(employee=who, kind="rank", rank="11", diploma_number="2")
    who.refresh_from_db()
    assert (who.academic_degree, who.academic_rank) == ("12", "11")
    diploma.delete()
    who.refresh_from_db()
    assert who.academic_degree == "10"
    refused(
        "UPDATE staff_degree SET degree = '11' WHERE kind = 'rank' AND employee_id = %s",
        [who.pk],
        "degree_or_rank",
    )


def test_access_ends_with_the_post_even_by_raw_sql():
    unit, who = makers.kafedra(), makers.employee("Mudirov")
    makers.post(who, unit, post="16")
    accounts.bring_into_agreement(who)
    user = User.objects.get(person=who.person)
    assert factories.access_of(user).can("development.edit")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE staff_position SET valid_to = '2026-01-31', end_order_number = '5', end_order_date = '2026-01-30'"
        )
    assert not factories.access_of(user).roles
    assert accounts.close_accounts() == 1
    user.refresh_from_db()
    assert not user.is_active and Employee.objects.get().account_closed_on
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM staff_position")
    assert not user.assignments.exists() and not Position.objects.exists()
