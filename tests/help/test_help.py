"""The help: each role its own, made of the tables that rule the pages, searched in any script."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from hemis.access import duties
from hemis.help import own
from hemis.help.topics import KEYS, TOPICS, Topic, register_topic
from hemis.people.models import User
from movement.applications.models import Application
from tests.factories import (
    access_of,
    client_of,
    give_role,
    make_admission_setting,
    make_employee,
    make_kafedra,
    make_students,
    make_user,
)
from tests.sharing import shared

pytestmark = pytest.mark.django_db


@shared
def faculty(db):
    return make_admission_setting()


@shared
def dean(faculty):
    return make_user("dean", faculty)


def help_of(client: Client, **query: str):
    return client.get(reverse("help"), query)


def test_every_role_finds_all_its_duties_and_their_pages(faculty):
    kafedra = make_kafedra(faculty)
    for role in duties.ROLES:
        unit = {"dean": faculty, "head": kafedra}.get(role)
        user = make_user(role, unit)
        found = own.work(access_of(user))
        assert [one["title"] for one in found] == [duties.ROLES[role].title]
        assert [row["duty"] for row in found[0]["rows"]] == list(duties.duties_of(role))
        opened = {page.url_name: page for row in found[0]["rows"] for page in row["pages"]}
        assert all(access_of(user).can(page.permission) for page in opened.values())
        answer = help_of(client_of(user))
        assert (
            answer.status_code == 200 and str(found[0]["rows"][0]["duty"].number) in answer.content.decode()
        )


def test_nobody_reads_of_what_is_not_theirs(dean, faculty):
    student = User.objects.get(person=make_students(faculty, 1)[0].person)
    codes = {one.code for one in own.topics(access_of(student))}
    assert {"own_applications", "own_contract", "lists"} <= codes
    assert not codes & {"orders", "applications", "contracts", "wording", "employees"}
    office = {one.code for one in own.topics(access_of(dean))}
    assert {"orders", "applications", "card"} <= office and "own_applications" not in office
    assert [one.title for one in own.keys(access_of(student))] == [KEYS[0].title]
    assert len(own.keys(access_of(dean))) == 2, "and the timetable"
    assert {url for url, _title in own.sheets(access_of(student))} == set()
    assert reverse("sheet_upload", args=["students.admission"]) in dict(own.sheets(access_of(dean)))
    assert Client().get(reverse("help")).status_code == 302


def test_every_topic_leads_to_pages_of_those_who_read_it():
    for topic in TOPICS.values():
        assert topic.steps and len(topic.links) == len(topic.pages)
        assert not topic.permissions or all(duties.duties_granting(one) for one in topic.permissions)
    for role in ("teacher", "accounting", "student", "administrator"):
        access = access_of(make_user(role))
        shown = own.with_links(access, own.topics(access))
        client = client_of(access.user)
        assert {client.get(url).status_code for _topic, links in shown for url, _title in links} <= {
            200,
            302,
            404,
        }
    with pytest.raises(KeyError):
        register_topic(Topic("wrong", "Wrong", ("x",), ("nothing.view",)))
    with pytest.raises(ValueError, match="lists"):
        register_topic(Topic("lists", "Another", ("x",)))


def test_the_whole_help_reads_in_every_language():
    texts = [text for one in TOPICS.values() for text in (one.title, *one.steps)]
    texts += [text for one in KEYS for text in (one.title, *(does for _key, does in one.rows))]
    with override("en"):
        english = [str(one) for one in texts]
    for language in ("uz", "uz-cyrl", "ru"):
        with override(language):
            assert not {str(one) for one in texts} & set(english), language


@pytest.mark.parametrize("text", ["eʼtiroz", "e'tiroz", "эътироз", "ETIROZ"])
def test_it_is_searched_however_it_is_typed(dean, text):
    """Topics, duties and pages in which every word stands; htmx takes the found part alone."""
    assert reverse("help"), "addresses are loaded, and with them the entries of the menus"
    with override("uz"):
        access = access_of(dean)
        topics, work = own.matching(text, said=own.topics(access), done=own.work(access))
        numbers = {row["duty"].number for role in work for row in role["rows"]}
    assert "applications" in {one.code for one in topics} and "2.2" in numbers, "by the name of its page"
    client = client_of(dean)
    part = client.get(reverse("help"), {"q": "object"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and reverse("movement_objections_list") in part
    nothing = help_of(client, q="hech-narsa-topilmaydi").content.decode()
    assert "Nothing found" in nothing and "Whom to ask" in nothing


def test_it_knows_the_page_one_comes_from(dean):
    access = access_of(dean)
    about = own.about_page(access, reverse("movement_applications_list") + "?state=sent")
    assert about["register"].model is Application and {one.number for one in about["duties"]} == {"2.2"}
    assert "applications" in {one.code for one in about["topics"]} and about["finds"]
    for nothing in (
        "",
        "/no/such/page/",
        reverse("finance_contracts_list") + "x",
        "/",
        reverse("wording_texts_list"),
    ):
        assert own.about_page(access, nothing) is None, nothing
    student = User.objects.get(person=make_students(dean.assignments.get().unit, 1)[0].person)
    mine = own.about_page(access_of(student), reverse("my_applications"))
    assert [one.code for one in mine["topics"]] == ["own_applications"], "not all that is one's own"
    page = help_of(client_of(dean), about=reverse("movement_applications_list")).content.decode()
    assert "The page you come from" in page and "Applications" in page
    home = client_of(dean).get(reverse("students_groups_list")).content.decode()
    assert f"{reverse('help')}?about={reverse('students_groups_list')}" in home


def test_one_asks_the_nearest_first(dean, faculty):
    admin = make_user("administrator")
    stranger = make_user("dean", make_admission_setting("303-102"))
    student = User.objects.get(person=make_students(faculty, 1)[0].person)
    asked = [
        (str(one["title"]), [user for user, _url in one["people"]]) for one in own.asked(access_of(student))
    ]
    people = [user for _title, users in asked for user in users]
    assert people.index(dean) < people.index(admin) and stranger not in people
    kafedra = make_kafedra(faculty)
    head = make_user("head", kafedra)
    employee = make_employee(kafedra)
    teacher = make_user("teacher", person=employee.person)
    people = [user for one in own.asked(access_of(teacher)) for user, _url in one["people"]]
    assert people[0] == head and dean in people[1:] and stranger not in people and people[-1] == admin
    assert head not in [user for one in own.asked(access_of(head)) for user, _url in one["people"]]


def test_a_message_begins_to_whom_one_asks(dean, faculty):
    """Only to those whom one may write to: others are not put in, whatever the address says."""
    admin = make_user("administrator", person=make_employee(faculty).person)
    links = {url for one in own.asked(access_of(dean)) for _user, url in one["people"]}
    where = f"{reverse('mailbox_write')}?to={admin.pk}"
    assert where in links
    client = client_of(dean)
    assert str(admin) in client.get(where).content.decode()
    alone = make_user("administrator")
    form = client.get(f"{reverse('mailbox_write')}?to={alone.pk}").context["form"]
    assert alone not in form.fields["people"].queryset and str(alone.pk) not in str(form["people"].value())
    for wrong in ("x", "-1", "9" * 30):
        assert client.get(f"{reverse('mailbox_write')}?to={wrong}").status_code == 200


def test_it_costs_a_fixed_number_of_queries(dean, django_assert_max_num_queries):
    for _ in range(3):
        give_role(make_user(), "administrator")
    client = client_of(dean)
    help_of(client)
    with django_assert_max_num_queries(12):
        help_of(client)
