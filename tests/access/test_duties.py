"""The duty table is the order's, line by line; menus are in the order's words; the rectorate only looks and signs."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from hemis.access import duties
from hemis.access.guard import PERMISSION
from hemis.access.pages import pages_by_permission
from hemis.pages import menu
from tests import factories
from tests.access.addresses import addresses

HR, DEAN, AFFAIRS, HEAD, TEACHER = "hr", "dean", "academic_affairs", "head", "teacher"
UNIVERSITY, FACULTY, KAFEDRA, OWN = "university", "faculty", "kafedra", "own"

# The order's eighteen menus, as they are written in it.
ORDER_MENUS = {
    "structure": "OTM strukturasi",
    "staff": "Xodimlar",
    "students": "Talabalar",
    "movement": "Talaba harakati",
    "infrastructure": "Infratuzilma",
    "subjects": "Fanlar bazasi",
    "curriculum": "Oʻquv jarayoni",
    "lessons": "Mashgʻulotlar",
    "attendance": "Davomat",
    "performance": "Oʻzlashtirish",
    "controls": "Nazoratlar",
    "record": "Akademik yozuv",
    "archive": "Akademik arxiv",
    "science": "Ilmiy faoliyat",
    "doctorate": "Doktorantura",
    "rating": "Reyting",
    "finance": "Moliyaviy faoliyat",
    "statistics": "Statistika",
}

# The annex of the order: number → role, menus, scope, what the role must be able to do.
ANNEX = {
    "1.1": (HR, "structure", UNIVERSITY, "university.edit structure.edit structure.view"),
    "1.2": (HR, "staff", UNIVERSITY, "employee.edit employee.view"),
    "1.3": (HR, "record", UNIVERSITY, "diploma.approve diploma.print diploma.handover"),
    "2.1": (
        DEAN,
        "students",
        FACULTY,
        "speciality.edit programme.edit qualification.edit achievement.edit group.edit student.edit",
    ),
    "2.2": (DEAN, "movement", FACULTY, "order.create order.execute order.view"),
    "2.3": (DEAN, "curriculum", FACULTY, "curriculum.edit timetable.edit exam_timetable.edit exam_list.edit"),
    "2.4": (
        DEAN,
        "attendance performance",
        FACULTY,
        "attendance.view performance.view grade_sheet.open grade_sheet.close gpa.compute personal_schedule.edit",
    ),
    "2.5": (DEAN, "staff", FACULTY, "development.view competition.view"),
    "2.6": (DEAN, "controls", FACULTY, "attestation.record attestation.view"),
    "2.7": (
        DEAN,
        "record",
        FACULTY,
        "academic_record.view accreditation.check diploma.edit blank.edit topic.edit commission.edit "
        "transcript.print",
    ),
    "2.8": (DEAN, "rating statistics", FACULTY, "rating.view statistics.view"),
    "3.1": (AFFAIRS, "infrastructure", UNIVERSITY, "building.edit auditorium.edit"),
    "3.2": (AFFAIRS, "subjects", UNIVERSITY, "subject.edit"),
    "3.3": (
        AFFAIRS,
        "curriculum",
        UNIVERSITY,
        "academic_year.edit marking_system.edit grade_type.edit rating_sheet_kind.edit class_pair.edit "
        "exam_list.edit",
    ),
    "3.4": (AFFAIRS, "staff", UNIVERSITY, "development.view competition.view"),
    "3.5": (AFFAIRS, "movement", UNIVERSITY, "order.create order.execute"),
    "3.6": (AFFAIRS, "rating", UNIVERSITY, "rating_criteria.edit rating.view"),
    "3.7": (AFFAIRS, "statistics", UNIVERSITY, "statistics.view"),
    "4.1": ("marketing", "archive", UNIVERSITY, "employment.edit employment.view"),
    "5.1": ("talent", "science", UNIVERSITY, "project.edit project.view"),
    "6.1": ("research", "doctorate", UNIVERSITY, "doctoral_student.edit doctoral_speciality.edit"),
    "7.1": ("accounting", "finance", UNIVERSITY, "price.edit contract.create payment.edit payment.view"),
    "8.1": (HEAD, "staff", KAFEDRA, "development.edit competition.edit"),
    "8.2": (HEAD, "subjects", KAFEDRA, "calendar_plan.edit lesson_topic.edit"),
    "8.3": (HEAD, "archive controls", KAFEDRA, "topic.edit commission.edit attestation.record"),
    "8.4": (HEAD, "science", KAFEDRA, "publication.approve publication.view"),
    "8.5": (HEAD, "rating", KAFEDRA, "rating.view"),
    "9.1": (TEACHER, "subjects", OWN, "lesson_topic.edit resource.edit question.edit task.edit task.grade"),
    "9.2": (TEACHER, "lessons", OWN, "journal.edit"),
}
# Lines of which the annex says that they are looked at and no more.
ONLY_LOOKED_AT = {"2.5", "2.8", "3.4", "3.7", "8.5"}
TABLE = {one.number: one for one in duties.DUTIES}


@pytest.mark.parametrize("number", ANNEX)
def test_every_line_of_the_annex_is_a_duty(number):
    role, menus, scope, needed = ANNEX[number]
    found = TABLE[number]
    assert found.roles == (role,)
    assert set(found.menus) == set(menus.split())
    assert found.scope == scope
    assert set(needed.split()) <= set(found.permissions)
    if number in ONLY_LOOKED_AT:
        assert {one.rpartition(".")[2] for one in found.permissions} == {"view"}


def test_the_table_has_no_line_twice_and_names_what_exists():
    assert len(TABLE) == len(duties.DUTIES)
    beside_the_annex = {
        "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "A", "B4",
        "B5", "B6", "B6.1", "B6.2", "B6.3", "B6.4", "B6.5", "B6.6", "B6.7", "B6.8", "B7",
        "B7.1", "B7.2", "B7.3", "B7.4", "B7.5", "B7.6", "B8", "B8.1", "B8.2", "B8.3", "B8.4", "B8.5", "R", "S", "T",
    }  # fmt: skip
    assert set(TABLE) == set(ANNEX) | beside_the_annex
    codes = {one.code for one in (*duties.MENUS, *duties.EXTRA_MENUS)}
    for one in duties.DUTIES:
        assert set(one.roles) <= set(duties.ROLES) and set(one.menus) <= codes
        assert one.scope in duties.SCOPES and one.permissions
    assert {role for one in duties.DUTIES for role in one.roles} == set(duties.ROLES)


def test_nine_units_of_the_order_have_their_roles():
    units = {number.partition(".")[0]: ANNEX[number][0] for number in ANNEX}
    assert list(units) == [str(n) for n in range(1, 10)] and len(set(units.values())) == 9
    for number, (role, _menus, scope, _needed) in ANNEX.items():
        assert duties.ROLES[role].scope == scope, number
    signs_or_holds_money = {
        role
        for role in duties.ROLES
        if duties.permissions_of(role) & {"order.sign", "order.agree", "order.execute", "payment.edit"}
    }
    assert all(duties.ROLES[role].needs_second_factor for role in signs_or_holds_money)
    assert duties.ROLES["administrator"].needs_second_factor


def test_eighteen_menus_in_the_orders_own_words():
    with override("uz"):
        assert {one.code: str(one.title) for one in duties.MENUS} == ORDER_MENUS
    assert list(ORDER_MENUS) == [one.code for one in duties.MENUS]


@pytest.mark.parametrize("language", ["uz", "uz-cyrl", "ru"])
def test_the_whole_table_reads_in_every_language(language):
    texts = [text for one in duties.DUTIES for text in (one.objects, one.verbs)]
    texts += [one.title for one in (*duties.MENUS, *duties.EXTRA_MENUS, *duties.ROLES.values())]
    texts += duties.SCOPES.values()
    with override("en"):
        english = [str(one) for one in texts]
    with override(language):
        same = {one for one, text in zip(english, texts, strict=True) if str(text) == one}
    assert same <= {"Administrator"}  # One word in English and in Uzbek.


def test_the_student_office_and_everyone_else_stay_within_their_menus():
    """An entry of the navigation stands in a menu of the order in which some duty gives its permission."""
    assert reverse("home")  # Addresses are loaded, and with them the entries.
    known = {(code, p) for one in duties.DUTIES for code in one.menus for p in one.permissions}
    # Issued documents lie in the academic archive, whichever duty issued them.
    strays = [
        item.url_name
        for item in menu.all_items()
        if (item.menu, item.permission) not in known and item.permission != "document.view"
    ]
    assert strays == []


@pytest.mark.duty("R")
def test_the_rectorate_sees_every_view_and_changes_nothing_but_by_signing_and_approving():
    views = {p for p in duties.PERMISSIONS if p.endswith(".view") and p != "user.view"}
    held = duties.permissions_of("rectorate")
    assert views <= held
    assert held - views == {
        "message.read", "message.write", "message.broadcast",
        "order.sign", "topic_order.sign", "doctoral_order.sign", "rating_criteria.approve",
        "objection.decide", "objection.decide_last",
    }  # fmt: skip


@pytest.mark.duty("R")
@pytest.mark.django_db
def test_the_rectorate_opens_every_menu_that_has_pages():
    user = factories.make_user("rectorate")
    shown = {item.url_name for _menu, items in menu.navigation(factories.access_of(user)) for item in items}
    # Accounts are the administrator's alone.
    views = {
        item.url_name
        for item in menu.all_items()
        if item.permission.endswith(".view") and item.permission != "user.view"
    }
    assert shown >= views


def test_every_permission_of_a_page_is_in_the_table():
    used = {one.rule.permission for one in addresses() if one.rule and one.rule.kind == PERMISSION}
    assert used and used <= duties.PERMISSIONS
    with pytest.raises(KeyError):
        duties.duties_granting("kitchen.view")


@pytest.mark.django_db
def test_who_may_do_what_shows_the_table_live():
    user = factories.make_user("accounting")
    client = Client(HTTP_ACCEPT_LANGUAGE="uz")
    client.force_login(user)
    answer = client.get(reverse("who_may_do_what"))
    text = answer.content.decode()
    for one in duties.DUTIES:
        assert f"<strong>{one.number}</strong>" in text
    rows = {row["duty"].number: row for row in answer.context["rows"]}
    assert [number for number, row in rows.items() if row["mine"]] == ["0.1", "0.2", "0.3", "7.1", "B8.2"]
    assert rows["7.1"]["roles"][0]["people"] == 1
    factories.make_user("accounting")
    again = {row["duty"].number: row for row in client.get(reverse("who_may_do_what")).context["rows"]}
    assert again["7.1"]["roles"][0]["people"] == 2
    assert (
        rows["1.1"]["pages"] == sum(pages_by_permission().get(one, 0) for one in TABLE["1.1"].permissions)
        and rows["1.1"]["pages"]
    )
