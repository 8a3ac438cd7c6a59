"""The pages as people meet them: accessible, narrow, without JavaScript, by keyboard, in four languages."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.documents.models import Document
from hemis.pages.menu import navigation
from hemis.people.models import User
from hemis.people.transliteration import to_cyrillic
from movement.models import Order
from reports.demo.build import build
from structure.models import Unit
from students.models import Student
from tests.browser.conftest import PHONE, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WCAG = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
ROLES = ("hr", "dean", "academic_affairs", "accounting", "rectorate", "administrator", "student")


@pytest.fixture(scope="module", autouse=True)
def university(server) -> None:
    """A small demo university: every kind of page has rows."""
    build(students=80)


@cache
def login_of(role: str) -> str:
    return RoleAssignment.objects.filter(role=role).order_by("pk").values_list("user__login", flat=True)[0]


def user(role: str) -> User:
    return User.objects.get(login=login_of(role))


def entries(role: str) -> list[str]:
    """Addresses of the navigation of a role."""
    found = navigation(Access.for_user(user(role)))
    return [item.url for _menu, items in found for item in items]


# --- accessibility


def pages_to_examine() -> list[tuple[str, str]]:
    """One page of every kind: role and address."""
    student = Student.objects.order_by("pk").first()
    faculty = Unit.objects.faculties().first()
    order = Order.objects.order_by("pk").last()
    return [
        ("dean", reverse("home")),
        ("rectorate", reverse("students_students_list", query={"status": "11"})),
        ("rectorate", reverse("students_students_detail", args=[student.pk])),
        ("hr", reverse("structure_faculties_edit", args=[faculty.pk])),
        ("hr", reverse("structure_faculties_history", args=[faculty.pk])),
        ("dean", reverse("sheet_upload", args=["students.admission"])),
        ("rectorate", reverse("movement_orders_list")),
        ("accounting", reverse("finance_price_grid")),
        ("student", reverse("my_contracts")),
        ("rectorate", reverse("who_may_do_what")),
        ("dean", reverse("order_people", args=["11"])),
        ("rectorate", reverse("movement_orders_detail", args=[order.pk], query={"tab": "checks"})),
        ("dean", reverse("order_journal")),
        ("student", reverse("my_applications")),
        ("dean", reverse("movement_clearance_answers_list")),
        ("student", reverse("my_clearance")),
        ("dean", reverse("my_notices")),
        ("dean", reverse("my_jobs")),
        ("dean", reverse("timetable")),
        ("student", reverse("my_timetable")),
        ("dean", reverse("help", query={"about": reverse("movement_applications_list")})),
        ("", reverse("account_login")),
        ("", reverse("verify", args=[Document.objects.filter(state="issued").latest("pk").token])),
    ]


# Size, dark or light, and which of the pages: one combination sees all of them, the others a part each.
LOOKS = {
    "wide light": (WIDE, False, slice(None)),
    "phone dark": (PHONE, True, slice(0, None, 2)),
    "wide dark": (WIDE, True, slice(1, None, 2)),
    "phone light": (PHONE, False, slice(2, None, 4)),
}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious(visit, look):
    size, dark, part = LOOKS[look]
    axe, faults = Axe(), []
    one = visit(size=size, dark=dark)
    for role, path in pages_to_examine()[part]:
        assert one.become(user(role) if role else None).open(path).status == 200, path
        for fault in axe.run(one.page, options=WCAG).response["violations"]:
            if fault["impact"] in ("serious", "critical"):
                nodes = [f"{node['html'][:160]} {node['any'][:1]}" for node in fault["nodes"][:3]]
                faults.append(f"{path}: {fault['id']} {json.dumps(nodes, ensure_ascii=False)}")
    assert not faults, "\n".join(faults)


# Of a list's cells that a phone shows, in pixels.
NARROWEST_CELL = """Math.min(1000, ...[...document.querySelectorAll("#table td[data-label]")]
    .filter(one => one.offsetParent).map(one => one.offsetWidth))"""
A_CELL = 100


def test_every_page_of_the_menus_fits_a_phone(visit):
    """No page scrolls sideways at 390 px, no cell of a list is squeezed, and none complains in the console.

    The fixture looks at the console.
    """
    seen, wide, squeezed = set(), [], []
    one = visit(size=PHONE)
    for role in ROLES:
        one.become(user(role))
        for path in [f"{reverse('home')}?{role}", *entries(role)]:
            if path in seen:
                continue
            seen.add(path)
            assert one.open(path).status == 200, path
            width = one.page.evaluate("document.documentElement.scrollWidth")
            if width > PHONE["width"]:
                wide.append((path, width))
            if one.page.evaluate(NARROWEST_CELL) < A_CELL:
                squeezed.append(path)
    assert len(seen) > 25 and not wide and not squeezed


# --- without JavaScript


def test_a_register_works_without_javascript(visit):
    """Search, filter, sort, page, form and bulk action of a register by plain links and forms."""
    hr = visit(user("rectorate"), java_script_enabled=False)
    hr.go("students_students_list")
    first = hr.find("#table tbody a").first.inner_text()
    hr.press("#table thead a[href*='sort=person']")
    assert hr.find("th[aria-sort=ascending]").count() == 1
    hr.press("#table thead th[aria-sort] a")
    assert hr.find("#table tbody a").first.inner_text() != first
    hr.press("#table .pagination a[href*='page=2']")
    assert "sort=-person" in hr.query and hr.find(".page-item.active").inner_text().strip() == "2"
    hr.find("#f-course").select_option("11")
    hr.press("#filters button")
    assert "course=11" in hr.query and "sort=-person" in hr.query
    shown = hr.text("#table")
    assert "1-kurs" in shown and "2-kurs" not in shown
    hr.go("documents_documents_list")
    assert hr.find("#bulk-action").is_visible()
    hr.find("#table tbody input[name=pk]").first.check()
    hr.find("#bulk-action").select_option("zip")
    assert hr.download("#bulk .hemis-bulk button")[:2] == b"PK"


def test_a_form_works_without_javascript(visit):
    hr = visit(user("hr"), java_script_enabled=False)
    hr.go("structure_divisions_new").fill(code="boʻlim", name="Arxiv").press()
    assert hr.status == 200 and hr.find("#id_code_error").is_visible()
    assert hr.find("#id_name").input_value() == "Arxiv"
    hr.fill(code="303-290")
    hr.find("#id_kind").select_option(index=1)
    hr.press()
    assert "Arxiv" in hr.text("h1") and hr.find(".alert-success").is_visible()


# --- with htmx


def test_filters_refresh_a_part_and_stay_in_the_address(visit):
    """Typing refreshes the table only; the address follows; back and coming from a card keep it."""
    office = visit(user("rectorate")).go("students_students_list")
    office.page.evaluate("window.stillHere = true")
    student = Student.objects.select_related("person").order_by("person__sort_key").first()
    with office.page.expect_response("**/students/students/?*"):
        office.find("#q").press_sequentially(student.person.last_name.upper(), delay=10)
    office.page.wait_for_url("**q=*")
    assert student.person.last_name in office.find("#table tbody a").first.inner_text()
    assert office.page.evaluate("window.stillHere") is True
    address = office.page.url
    office.press("#table tbody a")
    office.press("a[data-back]")
    assert office.page.url == address and office.find("#q").input_value() == student.person.last_name.upper()
    office.page.go_back()
    office.page.go_back()
    assert office.page.url == address
    assert office.find("#q").input_value() == student.person.last_name.upper()


def test_filters_survive_sorting_and_paging(visit):
    office = visit(user("rectorate")).go("students_students_list", payment_form="12")
    total = office.text(".hemis-table-head .text-secondary").split()[0]
    for link in ("#table thead a[href*='sort=number']", "#table .pagination a[href*='page=2']"):
        with office.page.expect_response("**/students/students/?*"):
            office.find(link).first.click()
        expect(office.page.locator(".htmx-request")).to_have_count(0)
    assert "payment_form=12" in office.query and "page=2" in office.query and "sort=number" in office.query
    assert office.text(".hemis-table-head .text-secondary").split()[0] == total
    assert "grant" not in office.text("#table tbody")


def test_choosing_columns_and_saving_a_view(visit):
    office = visit(user("accounting")).go("finance_base_coefficients_list")
    heads = office.find("#table thead th").count()
    office.find(".hemis-table-head summary").nth(1).click()
    office.find("[name=columns][value='programme__speciality__faculty']").check()
    office.press(".hemis-table-head form:has([name=page_size]) button")
    assert office.find("#table thead th").count() == heads + 1
    office.go("finance_base_coefficients_list", form="11")
    office.find(".hemis-table-head summary").first.click()
    office.find("[name=save_view]").fill("Kunduzgi narxlar")
    office.press("form:has([name=save_view]) button")
    assert "form=11" in office.query
    office.go("finance_base_coefficients_list").find(".hemis-table-head summary").first.click()
    office.press(".hemis-table-head a:has-text('Kunduzgi narxlar')")
    assert "form=11" in office.query


def test_a_changed_form_warns_before_one_leaves_it(visit):
    hr = visit(user("hr")).go("structure_faculties_new")
    asked = []
    hr.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    hr.find("#id_name").press_sequentially("Yangi")
    hr.page.locator(".page-header a, main a.btn-ghost-secondary").first.click(no_wait_after=True)
    expect(hr.find("#id_name")).to_be_visible()
    assert asked == ["beforeunload"] and hr.find("#id_name").input_value() == "Yangi"
    hr.page.remove_listener("dialog", hr.page.listeners("dialog")[0]) if hasattr(
        hr.page, "listeners"
    ) else None


def test_the_second_of_two_editors_sees_both_versions(visit):
    faculty = Unit.objects.faculties().order_by("pk").last()
    first, second = (
        visit(user("hr")).go("structure_faculties_edit", faculty.pk),
        visit(user("hr")).go("structure_faculties_edit", faculty.pk),
    )
    first.fill(name="Birinchi xodim yozgan nom").save()
    second.fill(name="Ikkinchi xodim yozgan nom").press()
    both = second.text("#conflict")
    assert "Birinchi xodim yozgan nom" in both and "Ikkinchi xodim yozgan nom" in both
    second.find("[name=take_name][value=theirs]").check()
    second.press()
    assert "Birinchi xodim yozgan nom" in second.text("h1")


def test_a_select_is_searched_by_typing(visit):
    """Tom Select on a filter: type, choose, and the list follows; taking it off shows all again."""
    office = visit(user("rectorate")).go("students_students_list")
    faculty = Unit.objects.faculties().order_by("pk").last()
    box = office.find("#filters .ts-wrapper").first
    box.locator("input").click()
    box.locator("input").press_sequentially(faculty.name[:6], delay=10)
    with office.page.expect_response("**/students/students/?*"):
        box.locator(".ts-dropdown .option", has_text=faculty.name).click()
    office.page.wait_for_url(f"**faculty={faculty.pk}*")
    total = Student.objects.filter(current__faculty=faculty).count()
    expect(office.find(".hemis-table-head .text-secondary").first).to_have_text(re.compile(rf"^\s*{total} "))
    with office.page.expect_response("**/students/students/?*"):
        box.locator(".item .remove").click()
    office.page.wait_for_url(lambda url: "faculty=" not in url)


@pytest.mark.parametrize("spelling", ["as written", "cyrillic", "bare", "turned round", "loud"])
def test_people_are_found_however_typed(visit, spelling):
    """The search of the header: scripts, apostrophes, case and order of words do not matter."""
    student = Student.objects.filter(person__first_name__contains="ʻ").select_related("person")[0]
    last, first = student.person.last_name, student.person.first_name
    typed = {
        "as written": f"{last} {first}",
        "cyrillic": f"{to_cyrillic(last)} {to_cyrillic(first)}",
        "bare": f"{last} {first}".replace("ʻ", "").replace("ʼ", ""),
        "turned round": f"{first} {last}".replace("ʻ", "'"),
        "loud": f"  {last.upper()}   {first.upper()} ".replace("ʻ", "`"),
    }[spelling]
    office = visit(user("rectorate")).go("home")
    office.page.keyboard.press("/")
    office.find(".hemis-find input").fill(typed)
    with office.page.expect_navigation():
        office.find(".hemis-find input").press("Enter")
    link = office.find(f"main a[href='{reverse('students_students_detail', args=[student.pk])}']")
    assert student.person.full_name in link.inner_text()


def test_a_chart_is_drawn_and_its_figures_stand_in_a_table(visit):
    """The picture with JavaScript, the table always; a figure leads to its rows."""
    people = Student.objects.filter(current__status="11").count()
    for script in (True, False):
        rector = visit(user("rectorate"), java_script_enabled=script).go("home")
        panel = rector.find("section[aria-labelledby=panel-contingent]")
        picture = panel.locator("canvas")
        if script:
            picture.wait_for(state="visible")
            assert picture.evaluate("e => !!Chart.getChart(e)")
        assert picture.is_visible() is script
        totals = panel.locator("tbody td:last-child").all_inner_texts()
        assert sum(int(one.replace("\u00a0", "")) for one in totals) == people
    figure = panel.locator("tbody td a").first
    count = figure.inner_text()
    with rector.page.expect_navigation():
        figure.click()
    assert rector.text(".hemis-table-head .text-secondary").split()[0] == count


# --- shell


def test_switching_language_and_theme(visit):
    hr = visit(user("hr")).go("structure_faculties_list")
    for language, title in (
        ("uz-cyrl", "Факультетлар"),
        ("ru", "Факультеты"),
        ("en", "Faculties"),
        ("uz", "Fakultetlar"),
    ):
        with hr.page.expect_navigation():
            hr.find("#language-switch").select_option(language)
        assert hr.text("h1") == title and hr.find("html").get_attribute("lang") == language
    hr.press("[name=theme]:visible")
    assert hr.find("html").get_attribute("data-bs-theme") == "dark"
    dark = hr.page.evaluate("getComputedStyle(document.body).backgroundColor")
    hr.press("[name=theme]:visible")
    assert hr.find("html").get_attribute("data-bs-theme") == "light"
    assert hr.page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_by_keyboard(visit):
    """The first Tab offers to skip the menu, the focus is seen, and a slash leads to the search."""
    office = visit(user("rectorate")).go("students_students_list")
    office.page.keyboard.press("Tab")
    focused = office.find(":focus")
    assert focused.get_attribute("class") == "skip-link" and focused.bounding_box()["x"] >= 0
    assert focused.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    office.page.keyboard.press("Enter")
    assert office.find(":focus").get_attribute("id") == "content"
    office.page.keyboard.press("/")
    assert office.find(":focus").get_attribute("id") == "q"
    office.page.keyboard.press("Escape")
    office.find(".hemis-table-head summary").first.click()
    assert office.find("[name=save_view]").is_visible()
    office.page.keyboard.press("Escape")
    assert not office.find("[name=save_view]").is_visible()
