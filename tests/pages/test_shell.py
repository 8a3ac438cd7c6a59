"""The shell around every page: menus, languages, themes, search of people, pages for errors."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from hemis.access.duties import EXTRA_MENUS, MENUS
from hemis.pages import errors, menu
from hemis.pages.register import REGISTERS
from tests import factories

pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


@pytest.fixture
def faculty():
    factories.make_university()
    return factories.make_faculty()


def test_menus_are_the_orders_and_only_ones_own(faculty):
    assert len(MENUS) == 18
    assert reverse("home") == "/"  # Addresses are loaded, and with them the entries.
    hr, teacher = factories.make_user("hr"), factories.make_user("teacher")
    shown = {found.code: items for found, items in menu.navigation(factories.access_of(hr))}
    assert {"structure", "staff"} <= set(shown)
    assert "finance" not in shown and all(shown.values())
    assert "staff" not in {found.code for found, _ in menu.navigation(factories.access_of(teacher))}


def test_every_entry_of_the_navigation_opens_for_those_who_see_it(faculty):
    opened = set()
    for role, unit in (
        ("hr", None),
        ("dean", faculty),
        ("accounting", None),
        ("teacher", None),
        ("administrator", None),
    ):
        user = factories.make_user(role, unit)
        client = client_of(user)
        for _found, items in menu.navigation(factories.access_of(user)):
            for item in items:
                if item.url in opened:  # the role walk opens it for the others
                    continue
                opened.add(item.url)
                assert client.get(item.url, follow=True).status_code == 200, (role, item.url)
    assert len(opened) > 200


def test_an_unknown_menu_is_a_mistake():
    with pytest.raises(KeyError):
        menu.register(menu.MenuItem("kitchen", "Soup", "home", "structure.view"))
    assert {item.menu for item in menu.all_items()} <= {one.code for one in (*MENUS, *EXTRA_MENUS)}


def test_an_entry_that_comes_later_is_shown_too(monkeypatch):
    """Menus are put together once for each set of roles: an entry that comes later is no exception."""
    assert reverse("home") == "/"  # Addresses are loaded, and with them the entries.
    hr = factories.access_of(factories.make_user("hr"))
    monkeypatch.setattr(menu, "_items", list(menu.all_items()))

    def staff():
        return next(items for found, items in menu.navigation(hr) if found.code == "staff")

    late = menu.MenuItem("staff", "Late", "home", "employee.view")
    assert late not in staff() and "Late" not in menu.drawn(hr, "/elsewhere/")
    menu.register(late)
    try:
        assert late in staff() and "Late" in menu.drawn(hr, "/elsewhere/")
    finally:
        menu._of_roles.cache_clear()
        menu._closed.cache_clear()


def test_the_menu_of_the_page_is_open_and_its_entry_marked(faculty):
    """Closed menus are drawn once for all pages: in each language its own, the present page in none of them."""
    client = client_of(factories.make_user("hr"))
    for language, title in (("en", "Faculties"), ("ru", "Факультеты"), ("en", "Faculties")):
        client.cookies["django_language"] = language
        home, list_ = reverse("home"), reverse("structure_faculties_list")
        page = client.get(list_).content.decode()
        assert page.count("<details open>") == 1 and page.count('aria-current="page"') == 1
        assert f'href="{list_}" aria-current="page">{title}<' in page
        # A card has no entry of its own; its menu is that of its list.
        card = client.get(reverse("structure_faculties_detail", args=[faculty.pk])).content.decode()
        assert card.count("<details open>") == 1 and f'href="{list_}" aria-current' not in card
        assert "<details open>" not in client.get(home).content.decode()


def test_home_says_what_to_do_without_a_role():
    assert "no role yet" in client_of(factories.make_user()).get("/").content.decode()


def test_theme_is_remembered_and_only_ours_is_followed():
    client = Client()
    answer = client.post(reverse("set_theme"), {"theme": "dark", "next": "//evil.example/"})
    assert answer.url == "/"
    assert 'data-bs-theme="dark"' in client.get(reverse("account_login")).content.decode()
    client.post(reverse("set_theme"), {"theme": "pink"})
    assert 'data-bs-theme="dark"' in client.get(reverse("account_login")).content.decode()


@pytest.mark.parametrize(
    ("language", "word"),
    [("uz", "Fakultetlar"), ("uz-cyrl", "Факультетлар"), ("ru", "Факультеты"), ("en", "Faculties")],
)
def test_four_languages(faculty, language, word):
    client = client_of(factories.make_user("hr"))
    client.post(reverse("set_language"), {"language": language, "next": "/"})
    assert word in client.get(reverse("structure_faculties_list")).content.decode()


def test_labels_of_columns_and_filters_follow_the_language(faculty):
    client = client_of(factories.make_user("hr"))
    texts = []
    for language in ("uz", "en"):
        client.post(reverse("set_language"), {"language": language, "next": "/"})
        texts.append(client.get(reverse("structure_faculties_list")).content.decode())
    assert ">Kod<" in texts[0] and ">Kod<" not in texts[1]
    assert "Active" in texts[1] and "Active" not in texts[0]


def test_people_are_found_in_scope_only(faculty):
    here = factories.make_candidate(factories.make_group(faculty), person=factories.make_person("Gʻofurov"))
    other = factories.make_faculty("303-102")
    there = factories.make_candidate(
        factories.make_group(other, "610-26.02"), person=factories.make_person("Gʻofurov", "Bobur")
    )
    client = client_of(factories.make_user("dean", faculty))
    text = client.get(reverse("find"), {"q": "ГОФУРОВ"}).content.decode()
    candidates = REGISTERS["students_candidates"]
    assert candidates.url_of(here) in text and candidates.url_of(there) not in text
    assert "Nobody found" in client.get(reverse("find"), {"q": "qqqqq"}).content.decode()
    assert "Type a name" in client.get(reverse("find")).content.decode()
    nothing = client_of(factories.make_user("teacher")).get(reverse("find"), {"q": "Gofurov"})
    assert candidates.url_of(here) not in nothing.content.decode()


def test_no_page_carries_inline_script_or_style(faculty):
    client = client_of(factories.make_user("hr"))
    for url in (
        "/",
        reverse("structure_faculties_list"),
        reverse("structure_faculties_new"),
        reverse("find"),
    ):
        text = client.get(url).content.decode()
        assert "<style" not in text and " style=" not in text and " onclick=" not in text
        assert all("src=" in part.split(">", 1)[0] for part in text.split("<script")[1:])


def test_pages_for_errors_help(faculty):
    client = client_of(factories.make_user("teacher"))
    missing = client.get("/no-such-page/")
    assert missing.status_code == 404 and "no such page" in missing.content.decode()
    refused = client.get(reverse("staff_employees_list"))
    assert refused.status_code == 403 and reverse("who_may_do_what") in refused.content.decode()
    strict = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="en")
    old = strict.post(reverse("set_theme"), {"theme": "dark"})
    assert old.status_code == 403 and "too old" in old.content.decode()


def test_pages_for_errors_need_nothing_that_may_be_broken(django_assert_num_queries):
    request = RequestFactory().get("/")
    request.id = "abc123"
    with django_assert_num_queries(0):
        failed, strange = errors.server_error(request), errors.bad_request(request)
        early = errors.not_found(request)
    assert failed.status_code == 500 and "abc123" in failed.content.decode()
    assert strange.status_code == early.status_code == 400
