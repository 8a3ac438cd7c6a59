"""The machinery of registers: what no single register shows by itself."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from hemis.access.history import acting
from hemis.pages import filters
from hemis.pages.columns import display
from hemis.pages.models import ListPreference, SavedView
from structure.models import Unit
from structure.pages import Divisions, Faculties, Kafedras
from students.pages import Students
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def hr():
    factories.make_university()
    return factories.make_user("hr")


@pytest.fixture
def client(hr) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(hr)
    return client


def url(page: str, *args, register=Faculties, **query) -> str:
    return reverse(register.url_name(page), args=args, query=query or None)


def faculties(count: int) -> list[Unit]:
    return [
        factories.make_faculty(f"303-{101 + number}", f"Fakultet {number:03d}") for number in range(count)
    ]


def listed(client, **query) -> list[str]:
    return [row.name for row in client.get(url("list"), query).context["page"].object_list]


def test_pages_of_25_50_100_kept_for_the_user(client, hr):
    faculties(60)
    assert len(listed(client)) == 25
    assert len(listed(client, page="3")) == 10
    assert listed(client, page="99") == listed(client, page="3")
    client.post(url("preferences"), {"page_size": "50", "columns": ["code", "name"]})
    assert len(listed(client)) == 50
    client.post(url("preferences"), {"page_size": "7000"})
    assert ListPreference.objects.get(user=hr).page_size == 50


def test_columns_chosen_on_page_in_print_and_in_files(client):
    faculties(1)
    client.post(url("preferences"), {"columns": ["code", "name_ru", "nonsense"]})
    page = client.get(url("list"))
    assert [column.name for column in page.context["columns"]] == ["code", "name_ru"]
    rows = list(csv.reader(io.StringIO(client.get(url("export", "csv")).content.decode("utf-8-sig"))))
    assert rows[0] == ["Code", "Name (Russian)"] and rows[1][0] == "303-101"


def test_saved_views_are_ones_own(client, hr):
    saved = {"save_view": "Active only", "query": "is_active=1&sort=name"}
    assert client.post(url("preferences"), saved).url.endswith("?is_active=1&sort=name")
    client.post(url("preferences"), saved)
    view = SavedView.objects.get(user=hr)
    assert "is_active=1&amp;sort=name" in client.get(url("list")).content.decode()
    other = Client()
    other.force_login(factories.make_user("hr"))
    assert "Active only" not in other.get(url("list")).content.decode()
    other.post(url("preferences"), {"delete_view": view.pk})
    assert SavedView.objects.filter(pk=view.pk).exists()
    client.post(url("preferences"), {"delete_view": view.pk})
    assert not SavedView.objects.exists()


def test_filters_stay_in_the_links_to_pages_sorting_and_files(client):
    faculties(30)
    text = client.get(url("list", is_active="1", q="Fakultet")).content.decode()
    assert "is_active=1&amp;q=Fakultet&amp;page=2" in text
    assert f"{url('export', 'xlsx')}?is_active=1&amp;q=Fakultet" in text
    assert "is_active=1&amp;q=Fakultet&amp;sort=name" in text


def test_sorting_says_its_direction(client):
    rows = faculties(3)
    assert listed(client, sort="-name") == [row.name for row in reversed(rows)]
    assert 'aria-sort="descending"' in client.get(url("list", sort="-name")).content.decode()
    assert 'aria-sort="ascending"' in client.get(url("list", sort="name")).content.decode()
    assert listed(client, sort="no_such_column") == [row.name for row in rows]


def test_what_looks_like_a_formula_is_harmless_in_files(client):
    factories.make_faculty("303-101", "=HYPERLINK(1)")
    assert "'=HYPERLINK(1)" in client.get(url("export", "csv")).content.decode("utf-8-sig")


def test_names_typed_by_people_are_never_markup(client):
    unit = factories.make_faculty("303-101", "<script>alert(1)</script>")
    for page in (
        url("list"),
        url("detail", unit.pk),
        url("edit", unit.pk),
        url("print"),
        url("delete", unit.pk),
    ):
        assert "<script>alert" not in client.get(page).content.decode()


def test_empty_lists_say_what_to_do(client):
    text = client.get(url("list")).content.decode()
    assert "Add the first faculty" in text and url("new") in text
    faculties(1)
    assert "Clear filters" in client.get(url("list", q="zzz")).content.decode()


def test_a_new_row_and_another(client):
    data = {"code": "303-105", "name": "Tarix", "position": "0", "is_active": "on", "locality": "11"}
    answer = client.post(url("new"), data | {"save_and_new": "1"})
    assert answer.url == url("new")
    assert Unit.objects.get(code="303-105").kind == Unit.FACULTY
    again = client.post(url("new"), data)
    assert again.status_code == 422 and "Tarix" in again.content.decode()


@pytest.mark.parametrize(
    ("register", "code", "good"),
    [
        (Faculties, "303-201", False),
        (Faculties, "303-1011", False),
        (Divisions, "303-101", False),
        (Divisions, "303-201", True),
    ],
)
def test_codes_follow_the_kind_of_unit(client, register, code, good):
    data = {"code": code, "name": "Bir", "position": "0", "is_active": "on", "kind": "13"}
    answer = client.post(url("new", register=register), data)
    assert (answer.status_code == 302) is good


def test_the_code_of_a_kafedra_begins_with_its_facultys(client):
    faculty = factories.make_faculty()
    data = {"code": "303-102-01", "name": "Kafedra", "parent": faculty.pk, "position": "0", "is_active": "on"}
    answer = client.post(url("new", register=Kafedras), data)
    assert "code" in answer.context["form"].errors
    assert client.post(url("new", register=Kafedras), data | {"code": "303-101-01"}).status_code == 302


def edited(unit: Unit, **changes) -> dict:
    return {
        "code": unit.code, "name": unit.name, "name_ru": "", "name_en": "", "position": "0", "is_active": "on",
        "locality": "", "row_version": unit.version,
    } | changes  # fmt: skip


def test_two_editors_choose_field_by_field(client):
    unit = factories.make_faculty("303-101", "Eski")
    assert client.post(url("edit", unit.pk), edited(unit, name="Ularniki", name_ru="Их")).status_code == 302
    late = client.post(url("edit", unit.pk), edited(unit, name="Meniki", name_en="Mine"))
    assert late.status_code == 409
    both = {one["name"]: (one["mine"], one["theirs"]) for one in late.context["form"].conflict}
    assert both == {"name": ("Meniki", "Ularniki"), "name_ru": ("", "Их"), "name_en": ("Mine", "")}
    text = late.content.decode()
    assert 'name="take_name_ru"' in text and 'value="Meniki"' in text
    choice = {"take_name": "mine", "take_name_ru": "theirs", "take_name_en": "mine", "row_version": 2}
    saved = client.post(url("edit", unit.pk), edited(unit, name="Meniki", name_en="Mine", **choice))
    assert saved.status_code == 302
    unit.refresh_from_db()
    assert (unit.name, unit.name_ru, unit.name_en, unit.version) == ("Meniki", "Их", "Mine", 3)


def test_nothing_is_deleted_while_it_is_needed(client):
    faculty = factories.make_faculty()
    kafedra = factories.make_kafedra(faculty)
    refused = client.post(url("delete", faculty.pk))
    assert refused.status_code == 409 and kafedra.name in refused.content.decode()
    assert client.post(url("delete", kafedra.pk, register=Kafedras)).status_code == 302
    assert client.post(url("delete", faculty.pk)).url == url("list")


def test_history_names_who_what_from_and_to(client, hr):
    unit = factories.make_faculty("303-101", "Eski")
    with acting(hr.pk):
        Unit.objects.filter(pk=unit.pk).update(name="Yangi", position=7)
    text = client.get(url("history", unit.pk)).content.decode()
    assert "Eski" in text and "Yangi" in text and str(hr) in text


def test_history_costs_the_same_for_one_change_and_for_many(client, django_assert_max_num_queries):
    unit = factories.make_faculty("303-101", "Eski")
    for number in range(30):
        Unit.objects.filter(pk=unit.pk).update(name=f"Nom {number}")
    with django_assert_max_num_queries(12):
        client.get(url("history", unit.pk))


def test_cells_as_people_read_them():
    import datetime
    from decimal import Decimal

    assert display(datetime.time(8, 30)) == "08:30"
    assert display(None) == "" and display(datetime.date(2026, 9, 1)) == "01.09.2026"
    assert display(Decimal("12.5")).replace(",", ".") == "12.5"
    answers = {
        "reason": {"text": "Kasallik", "value": "12"},
        "ends_on": {"text": "01.09.2027", "value": "2027-09-01"},
    }
    assert display(answers) == "Kasallik; 01.09.2027", "history is read by people"
    assert display({"11": [1, True], "12": None}) == f"11: 1, {display(True)}; 12: "


def test_a_filter_with_many_choices_searches_them(client, monkeypatch):
    rows = faculties(5)
    kafedras = [factories.make_kafedra(row) for row in rows]
    address, search = url("list", register=Kafedras), url("options", register=Kafedras) + "?filter=parent"
    assert "data-options-url" not in client.get(address).content.decode()
    monkeypatch.setattr(filters, "FIRST_OPTIONS", 2)
    monkeypatch.setattr(filters, "FOUND_OPTIONS", 3)
    page = client.get(address, {"parent": rows[4].pk})
    assert f'data-options-url="{search}"' in page.content.decode()
    offered = [value for value, _text in page.context["filters"][0]["options"]]
    assert len(offered) == 4 and str(rows[4].pk) in offered, "the first ones and the chosen one"
    assert [row.name for row in page.context["page"].object_list] == [kafedras[4].name]
    found = client.get(f"{search}&q={rows[3].code}").json()["results"]
    assert found == [{"value": str(rows[3].pk), "text": str(rows[3])}]
    assert len(client.get(search).json()["results"]) == 3


def test_a_filter_that_is_only_searched_reads_nothing_before(client, monkeypatch):
    rows = faculties(3)
    kafedras = [factories.make_kafedra(row) for row in rows]
    parents = next(one for one in Kafedras.filters if one.name == "parent")
    monkeypatch.setattr(parents, "searched", True)
    address, search = url("list", register=Kafedras), url("options", register=Kafedras) + "?filter=parent"
    empty = client.get(address)
    assert f'data-options-url="{search}"' in empty.content.decode()
    assert empty.context["filters"][0]["options"] == []
    page = client.get(address, {"parent": rows[1].pk})
    assert page.context["filters"][0]["options"] == [(str(rows[1].pk), str(rows[1]))]
    assert [row.name for row in page.context["page"].object_list] == [kafedras[1].name]
    assert len(client.get(search).json()["results"]) == 3


def test_the_search_of_a_filter_keeps_to_the_scope():
    own, other = faculties(2)
    groups = [factories.make_group(one, name=f"61{number}-26") for number, one in enumerate((own, other))]
    client = Client()
    client.force_login(factories.make_user("dean", own))
    found = client.get(url("options", register=Students, filter="group")).json()["results"]
    assert [one["value"] for one in found] == [str(groups[0].pk)]


def test_many_filters_fold_behind_the_first_seven_but_never_a_chosen_one():
    own, other = faculties(2)
    for one in (own, other):
        factories.make_group(one, name=f"71{one.pk}-26")
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(factories.make_user("dean", own))
    address = url("list", register=Students)
    page = client.get(address)
    shown, folded = page.context["filters"], page.context["more_filters"]
    assert len(shown) == 7 and len(folded) > 1
    assert f"{len(folded)} more filters" in page.content.decode()
    assert '<details class="hemis-more-filters">' in page.content.decode()
    chosen = next(one for one in folded if one["widget"] == "choice" and one["options"])
    page = client.get(address, {chosen["name"]: chosen["options"][0][0]})
    assert '<details class="hemis-more-filters" open>' in page.content.decode()
    assert client.get(url("list")).context["more_filters"] == [], "a few stand in one line"
