"""Duty 1.1: units change by verbs with a basis, and their periods stay whole whatever is done to them."""

from __future__ import annotations

import datetime
import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from hemis.access.scope import Scope
from staff import actions as staff
from structure import actions, queries
from structure.models import Unit, UnitPeriod
from tests import factories
from tests.sharing import shared

DAY = datetime.timedelta(days=1)
EVERYTHING = Scope(everything=True)


def basis(day: str | datetime.date = "2025-09-01", number: str = "12-u") -> actions.Basis:
    day = datetime.date.fromisoformat(day) if isinstance(day, str) else day
    return actions.Basis(day, number, day - DAY)


@shared
def faculty(db):
    return factories.make_faculty("303-101", "Birinchi")


@shared
def other(db):
    return factories.make_faculty("303-102", "Ikkinchi")


@shared
def kafedra(faculty):
    return factories.make_kafedra(faculty)


def names_on(day: str, text: str = "") -> dict[str, str]:
    """Name of each unit on a day and what it belongs to."""
    nodes = queries.flat(queries.tree(datetime.date.fromisoformat(day), EVERYTHING, text))
    return {node.period.name: node.period.parent.name if node.period.parent else "" for node in nodes}


@pytest.mark.duty("1.1")
def test_the_time_machine_shows_a_kafedra_where_it_was(kafedra, faculty, other, hr):
    actions.rename(kafedra, access=hr, name="Yangi nom", basis=basis("2024-09-01"))
    actions.move(kafedra, access=hr, parent=other, code="303-102-07", basis=basis("2025-09-01"))
    kafedra.refresh_from_db()
    assert (kafedra.name, kafedra.code, kafedra.parent) == ("Yangi nom", "303-102-07", other)
    assert names_on("2024-08-31") == {"Birinchi": "", "Ikkinchi": "", "Kafedra 303-101-01": "Birinchi"}
    assert names_on("2024-09-01")["Yangi nom"] == "Birinchi"
    assert names_on("2025-09-01")["Yangi nom"] == "Ikkinchi"
    actions.close(kafedra, access=hr, basis=basis("2026-01-01"), successor=None)
    assert "Yangi nom" in names_on("2025-12-31") and "Yangi nom" not in names_on("2026-01-01")


@pytest.mark.duty("1.1")
@pytest.mark.parametrize(
    ("verb", "change", "field"),
    [
        ("rename", {"name": "Kafedra 303-101-01"}, "name"),
        ("rename", {"name": "Bir", "code": "303-102-01"}, "code"),
        ("move", {"parent": "self"}, "parent"),
        ("move", {"parent": "other", "code": "303-101-05"}, "code"),
        ("move", {"parent": None}, "parent"),
        ("move", {"parent": "division", "code": "303-101-05"}, "parent"),
    ],
)
def test_a_wrong_change_is_refused_at_its_field(kafedra, other, hr, verb, change, field):
    division = Unit.objects.create(code="303-201", name="Boʻlim", kind="13")
    places = {"self": kafedra.parent, "other": other, "division": division}
    change = {name: places.get(value, value) for name, value in change.items()}
    with pytest.raises(ValidationError) as error:
        getattr(actions, verb)(kafedra, access=hr, basis=basis(), **change)
    assert field in error.value.message_dict
    assert kafedra.periods.count() == 1


def test_changes_come_one_after_another_and_not_before_their_day(kafedra, hr):
    actions.rename(kafedra, access=hr, name="Bir", basis=basis("2025-09-01"))
    for day in ("2025-09-01", "2025-01-01", timezone.localdate() + DAY):
        with pytest.raises(ValidationError) as error:
            actions.rename(kafedra, access=hr, name="Ikki", basis=basis(day))
        assert "day" in error.value.message_dict


@pytest.mark.duty("1.1")
def test_a_unit_is_not_closed_while_something_hangs_on_it(faculty, kafedra, hr, client_of):
    group = factories.make_group(faculty)
    employee = factories.make_employee(kafedra)
    with pytest.raises(ValidationError) as error:
        actions.close(faculty, access=hr, basis=basis())
    said = " ".join(error.value.messages)
    assert kafedra.name in said and group.name in said
    with pytest.raises(ValidationError, match="Ustozov"):
        actions.close(kafedra, access=hr, basis=basis())
    page = client_of("hr").post(
        f"/structure/units/{kafedra.pk}/close/",
        {"day": "2025-09-01", "order_number": "1-u", "order_date": "2025-08-30"},
    )
    assert page.status_code == 422 and "Ustozov" in page.content.decode()
    order = staff.OrderRef("2-k", datetime.date(2025, 8, 30))
    last_day = datetime.date(2025, 8, 31)
    staff.end_post(employee.positions.get(), access=hr, last_day=last_day, order=order, reason="Ariza")
    actions.close(kafedra, access=hr, basis=basis())
    kafedra.refresh_from_db()
    assert (kafedra.is_active, kafedra.closed_on) == (False, datetime.date(2025, 9, 1))


def test_taking_back_gives_exactly_what_was(kafedra, other, hr):
    def picture():
        kafedra.refresh_from_db()
        periods = list(kafedra.periods.values_list("code", "name", "parent", "valid_from", "valid_to"))
        return kafedra.code, kafedra.name, kafedra.parent_id, kafedra.is_active, kafedra.closed_on, periods

    pictures = [picture()]
    actions.rename(kafedra, access=hr, name="Bir", basis=basis("2024-09-01"))
    pictures.append(picture())
    actions.move(kafedra, access=hr, parent=other, code="303-102-03", basis=basis("2025-09-01"))
    pictures.append(picture())
    actions.close(kafedra, access=hr, basis=basis("2026-02-01"))
    for before in reversed(pictures):
        actions.undo_last_change(kafedra, access=hr)
        assert picture() == before
    with pytest.raises(ValidationError):
        actions.undo_last_change(kafedra, access=hr)


def test_divisions_nest_and_never_in_a_circle(hr):
    names = ("Rektorat", "Boshqarma", "Boʻlim")
    top, middle, low = (
        Unit.objects.create(code=f"303-20{n}", name=name, kind=kind)
        for n, (name, kind) in enumerate(zip(names, ("16", "14", "13"), strict=True))
    )
    actions.move(middle, access=hr, parent=top, basis=basis("2024-01-10"))
    actions.move(low, access=hr, parent=middle, basis=basis("2024-01-10"))
    with pytest.raises(ValidationError):
        actions.move(top, access=hr, parent=low, basis=basis("2024-02-10"))
    roots = queries.tree(datetime.date(2024, 3, 1), EVERYTHING)
    assert [(node.level, node.period.name) for node in queries.flat(roots)] == list(enumerate(names))
    assert roots[0].size == 2
    assert set(names_on("2024-03-01", "бўлим")) == set(names)


def test_only_duty_1_1_changes_units(kafedra, client_of):
    dean = factories.access_of(factories.make_user("dean", kafedra.parent))
    with pytest.raises(PermissionDenied):
        actions.rename(kafedra, access=dean, name="Bir", basis=basis())
    for page in ("rename", "move", "close", "undo"):
        assert (
            client_of("dean", kafedra.parent).get(f"/structure/units/{kafedra.pk}/{page}/").status_code == 403
        )
        assert client_of("hr").get(f"/structure/units/{kafedra.pk}/{page}/").status_code == 200
        assert client_of("hr").get(f"/structure/units/99999999/{page}/").status_code == 404


@pytest.mark.duty("1.1")
def test_the_verbs_on_their_pages(kafedra, other, client_of):
    client = client_of("hr")
    paper = {"day": "2025-09-01", "order_number": "7-u", "order_date": "2025-08-20", "note": "Kengash qarori"}
    card = client.get(f"/structure/kafedras/{kafedra.pk}/").content.decode()
    assert f"/structure/units/{kafedra.pk}/move/" in card
    moved = client.post(
        f"/structure/units/{kafedra.pk}/move/", paper | {"parent": other.pk, "code": "303-102-02"}
    )
    assert moved.status_code == 302
    text = client.get(f"/structure/kafedras/{kafedra.pk}/?tab=periods").content.decode()
    assert "303-101-01" in text and "303-102-02" in text and "№ 7-u, 20.08.2025" in text
    wrong = client.post(f"/structure/units/{kafedra.pk}/rename/", {"name": "Bir", "day": "2025-09-01"})
    assert wrong.status_code == 422 and 'value="Bir"' in wrong.content.decode()
    assert set(wrong.context["form"].errors) == {"order_number", "order_date"}
    assert client.post(f"/structure/units/{kafedra.pk}/undo/").status_code == 302
    kafedra.refresh_from_db()
    assert kafedra.code == "303-101-01"


@pytest.mark.duty("1.1")
def test_the_tree_page_searches_folds_prints_and_exports(
    kafedra, other, client_of, hr, django_assert_max_num_queries
):
    factories.make_employee(kafedra, post="16")
    actions.rename(kafedra, access=hr, name="Yangi nom", basis=basis("2025-09-01"))
    for number in range(2, 6):
        factories.make_kafedra(other, number)
    client = client_of("teacher")
    with django_assert_max_num_queries(12):
        text = client.get("/structure/tree/").content.decode()
    assert "<details open>" in text and "Yangi nom" in text and "Ustozov A. K." in text
    assert "<details open>" not in client.get("/structure/tree/?fold=all").content.decode().split("<main")[1]
    past = client.get("/structure/tree/?day=2025-08-31&q=303-101-01").content.decode()
    assert "as it was on 31.08.2025" in past and "Yangi nom" not in past and "Kafedra 303-101-01" in past
    assert "Kafedra 303-102-02" not in past
    assert "Nothing matches" in client.get("/structure/tree/?q=yoq").content.decode()
    sheet = load_workbook(
        io.BytesIO(client.get("/structure/tree/export/xlsx/?day=2026-01-01").content)
    ).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[1] for row in rows[1:]] == [
        "303-101", "303-101-01", "303-102", "303-102-02", "303-102-03", "303-102-04", "303-102-05",
    ]  # fmt: skip
    assert rows[2][2:6] == ["Yangi nom", "Department", "Birinchi", "Ustozov A. K."]
    assert client.get("/structure/tree/export/csv/").status_code == 404
    assert client_of("student").get("/structure/tree/").status_code == 403


def test_a_new_unit_carries_the_order_that_opened_it(client_of):
    data = {
        "code": "303-107", "name": "Tarix", "position": "0", "locality": "11", "opened_on": "2025-09-01",
        "order_number": "5-u", "order_date": "2025-08-25",
    }  # fmt: skip
    client = client_of("hr")
    assert client.post("/structure/faculties/new/", data).status_code == 302
    period = UnitPeriod.objects.get(unit__code="303-107")
    assert (period.valid_from, period.order_number) == (datetime.date(2025, 9, 1), "5-u")
    late = client.post("/structure/faculties/new/", data | {"code": "303-108", "opened_on": "2999-01-01"})
    assert "opened_on" in late.context["form"].errors


@pytest.mark.duty("1.1")
@pytest.mark.parametrize(
    ("match", "sql"),
    [
        ("moves only by a period", "UPDATE structure_unit SET parent_id = {other} WHERE id = {kafedra}"),
        ("belongs to a faculty", "UPDATE structure_unit SET parent_id = {division} WHERE id = {kafedra}"),
        ("does not become another kind", "UPDATE structure_unit SET kind = '13' WHERE id = {kafedra}"),
        ("itself", "UPDATE structure_unit SET parent_id = {division} WHERE id = {division}"),
        ("unit_is_active_until_closed", "UPDATE structure_unit SET is_active = false WHERE id = {kafedra}"),
        (
            "ends when the unit closes",
            "UPDATE structure_unit SET is_active = false, closed_on = '2026-01-01' WHERE id = {kafedra}",
        ),
        ("has no period", "DELETE FROM structure_unitperiod WHERE unit_id = {kafedra}"),
        (
            "ends when the unit closes",
            "UPDATE structure_unitperiod SET valid_to = '2026-01-01' WHERE unit_id = {kafedra}",
        ),
        (
            "begins when the unit opens",
            "UPDATE structure_unitperiod SET valid_from = '2026-01-01' WHERE unit_id = {kafedra}",
        ),
        ("moves only by a period", "UPDATE structure_unitperiod SET name = 'Bir' WHERE unit_id = {kafedra}"),
        (
            "unit_periods_apart",
            "INSERT INTO structure_unitperiod (version, unit_id, code, name, name_ru, name_en, parent_id, "
            "valid_from, change, order_number, order_date, note) SELECT 1, unit_id, code, name, '', '', parent_id, "
            "'2025-01-01', 'renamed', '1', '2025-01-01', '' FROM structure_unitperiod WHERE unit_id = {kafedra}",
        ),
        (
            "unit_change_has_its_basis",
            "UPDATE structure_unitperiod SET change = 'moved' WHERE unit_id = {kafedra}",
        ),
    ],
)
def test_raw_writes_that_break_the_history_are_refused(kafedra, other, refused, match, sql):
    division = Unit.objects.create(code="303-201", name="Boʻlim", kind="13")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    refused(match, sql.format(kafedra=kafedra.pk, other=other.pk, division=division.pk))


def test_a_gap_between_periods_is_refused(kafedra, refused, hr):
    actions.rename(kafedra, access=hr, name="Bir", basis=basis("2025-09-01"))
    refused(
        "leave a gap",
        "UPDATE structure_unitperiod SET valid_to = '2025-08-30' WHERE unit_id = %s AND valid_to IS NOT NULL",
        kafedra.pk,
    )


def test_a_closed_unit_has_nothing_open_below(kafedra, refused):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    faculty = kafedra.parent_id
    refused(
        "no open units below",
        "UPDATE structure_unitperiod SET valid_to = '2025-12-31' WHERE unit_id = %s; "
        "UPDATE structure_unit SET is_active = false, closed_on = '2026-01-01' WHERE id = %s",
        faculty, faculty,
    )  # fmt: skip


def test_a_correction_of_a_name_corrects_the_period_that_holds(kafedra, hr):
    actions.rename(kafedra, access=hr, name="Bir", basis=basis("2025-09-01"))
    Unit.objects.filter(pk=kafedra.pk).update(name="Biir")
    assert list(kafedra.periods.values_list("name", flat=True)) == ["Biir", "Kafedra 303-101-01"]


STEPS = st.lists(
    st.tuples(st.sampled_from(["rename", "move", "close", "undo", "correct"]), st.integers(0, 400)),
    min_size=1, max_size=8,
)  # fmt: skip


class TestAnySequence(TestCase):
    """Whatever verbs come in whatever order, refused or not, the periods stay gapless and in step."""

    @settings(max_examples=25)
    @given(STEPS)
    def test_periods_stay_gapless_and_in_step(self, steps):
        access = factories.access_of(factories.make_user("hr"))
        faculties = [factories.make_faculty(f"303-10{n}") for n in (1, 2)]
        unit = factories.make_kafedra(faculties[0])
        day = datetime.date(2015, 1, 1)
        for number, (verb, days) in enumerate(steps):
            day += days * DAY
            unit.refresh_from_db()
            try:
                self._do(verb, unit, faculties, access, day, number)
            except ValidationError:
                continue
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        self._check(unit)

    @staticmethod
    def _do(verb, unit, faculties, access, day, number):
        if verb == "rename":
            actions.rename(unit, access=access, name=f"Nom {number}", basis=basis(day))
        elif verb == "move":
            target = faculties[unit.parent_id == faculties[0].pk]
            actions.move(
                unit, access=access, parent=target, code=f"{target.code}-{number + 10}", basis=basis(day)
            )
        elif verb == "close":
            actions.close(unit, access=access, basis=basis(day))
        elif verb == "undo":
            actions.undo_last_change(unit, access=access)
        else:
            Unit.objects.filter(pk=unit.pk).update(name=f"Tuzatilgan {number}")

    @staticmethod
    def _check(unit):
        unit.refresh_from_db()
        periods = list(reversed(unit.periods.all()))
        assert periods[0].valid_from == unit.opened_on
        for before, after in zip(periods, periods[1:], strict=False):
            assert after.valid_from == before.valid_to + DAY
        last = periods[-1]
        assert last.valid_to == (unit.closed_on - DAY if unit.closed_on else None)
        assert (last.code, last.name, last.parent_id) == (unit.code, unit.name, unit.parent_id)
