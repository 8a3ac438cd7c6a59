"""Own texts of the interface: laid over gettext everywhere at once, nothing broken, and the way back (duty A)."""

from __future__ import annotations

import io
import time

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override
from openpyxl import Workbook, load_workbook

from hemis.access.models import HistoryEntry
from hemis.pages import menu
from hemis.sheets.models import SheetImport
from hemis.wording import actions, catalogue, overlay, rules
from hemis.wording.models import CHANGED, GONE, MISSING, OWN, PROGRAM, Text
from hemis.wording.pages import Texts
from tests.factories import access_of, client_of, make_university, make_user
from tests.pages.base import RegisterTests

pytestmark = pytest.mark.django_db
KEY, FILLED = "Applications to decide", "Your application № %(number)s is granted."


@pytest.fixture(autouse=True)
def _back_to_the_program():
    """Rows of these tests are in step with the catalogues; whatever a test lays over is taken away."""
    cache.set(catalogue.STAMP, catalogue.stamp())
    yield
    cache.delete_many([catalogue.STAMP, overlay.EDITION])
    overlay.state.layers = {language: overlay.Layer() for language in overlay.state.layers}
    overlay.lay()
    menu.draw_anew()
    overlay.state.edition, overlay.state.looked = "of the tests", time.monotonic()


def text_of(msgid: str = KEY, **own: str) -> Text:
    said = catalogue.program_texts()[msgid]
    return Text.objects.create(msgid=msgid, **said, **own)


def said(language: str, msgid: str = KEY) -> str:
    with override(language):
        return gettext(msgid)


@pytest.fixture
def administrator():
    return client_of(make_user("administrator"))


def post(client: Client, text: Text, **own: str):
    form = {"own_uz": "", "own_cyrl": "", "own_ru": "", "own_en": "", "row_version": text.version}
    return client.post(reverse("wording_texts_edit", args=[text.pk]), form | own)


# --- what an own text must keep


def test_every_text_of_the_program_would_be_taken():
    """The check is no stricter than the program itself; and no key but one begins or ends with a space."""
    texts = catalogue.program_texts()
    assert len(texts) > 7000 and all(one["uz"] and one["ru"] for one in texts.values())
    assert {msgid: rules.fault(msgid, text) for msgid, one in texts.items() for text in one.values()
            if text and rules.fault(msgid, text)} == {}  # fmt: skip
    assert [one for one in texts if one.strip() != one] == [" until %(day)s"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ariza № %(number)s qanoatlantirildi.", ""),
        ("Ariza qanoatlantirildi.", "placeholders"),
        ("Ariza № %(nomer)s.", "placeholders"),
        ("№ %(number)s: 100 % tayyor", "written twice"),
        ("№ %(number)s: 100 %% tayyor", ""),
        ("<b>№ %(number)s</b>", "No HTML"),
        ("№ %(number)s < 5", "straight quotation"),
        ('№ "%(number)s"', "straight quotation"),
        ("№ &lt;%(number)s", "straight quotation"),
        ("№ %(number)s\nyangi qator", "One line"),
        ("№ %(number)s \u200b", "One line"),
        ("№ %(number)s" + "a" * 4000, "at most"),
    ],
)
def test_placeholders_and_markup_are_kept(text, words):
    with override("en"):
        found = rules.fault(FILLED, text)
    assert (words in found) if words else found == ""


def test_tags_and_percents_of_the_key_are_allowed():
    key = "It begins with <%(tag)s> & ends."
    assert rules.fault(key, "<%(tag)s> bilan boshlanadi & tugaydi.") == ""
    assert rules.fault(key, "<b><%(tag)s></b> &") and rules.fault(key, "%(tag)s &")
    assert rules.fault("share, %", "ulushi, %") == "" and rules.fault("share", "ulushi, %")
    assert rules.fitted(" until %(day)s", "%(day)s gacha ") == " %(day)s gacha"


# --- in force


@pytest.mark.duty("A")
def test_an_own_text_is_in_force_at_once_and_goes_back(administrator, django_capture_on_commit_callbacks):
    text, before = text_of(), said("ru")
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(administrator, text, own_ru=" Заявления на столе ", own_uz="Stoldagi ko'p arizalar")
    assert answer.status_code == 302
    assert said("ru") == "Заявления на столе" and said("uz") == "Stoldagi koʻp arizalar"
    assert said("uz-cyrl") == "Столдаги кўп аризалар", "Cyrillic follows the Latin text"
    assert said("en") == KEY
    office = client_of(make_user("academic_affairs"))
    office.cookies["django_language"] = "ru"
    text.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        post(administrator, text, own_uz=text.own_uz, own_cyrl="Аризалар", own_en="To decide")
    assert (said("ru"), said("uz-cyrl"), said("en")) == (before, "Аризалар", "To decide")
    bulk = {"action": "to_program", "pk": [text.pk]}
    with django_capture_on_commit_callbacks(execute=True):
        administrator.post(reverse("wording_texts_bulk"), bulk)
    assert (said("ru"), said("en")) == (before, KEY) and said("uz") == text.uz
    entries = HistoryEntry.objects.filter(table="wording_text", row_id=str(text.pk)).order_by("pk")
    assert [one.action for one in entries] == ["I", "U", "U", "U"]
    assert entries[1].changes["own_ru"] == ["", "Заявления на столе"]


def test_the_menus_that_are_kept_drawn_say_it_too(administrator):
    text = text_of("Structure of the university")
    assert text.msgid in administrator.get(reverse("home")).content.decode()
    Text.objects.filter(pk=text.pk).update(own_en="Our university")
    overlay.announce()
    shown = administrator.get(reverse("home")).content.decode()
    assert "Our university" in shown and text.msgid not in shown


def test_another_process_takes_it_over(monkeypatch):
    """Only the counter in the cache tells it; it looks every two seconds."""
    text = text_of()
    Text.objects.filter(pk=text.pk).update(own_ru="Новое")
    overlay.keep_up()
    assert said("ru") == text.ru, "it has looked a moment ago, and nothing was announced"
    cache.set(overlay.EDITION, "another")
    overlay.state.looked -= overlay.SECONDS + 1
    overlay.keep_up()
    assert said("ru") == "Новое"
    Text.objects.update(own_ru="")
    overlay.state.looked -= overlay.SECONDS + 1
    overlay.keep_up()
    assert said("ru") == "Новое", "read once for each announcement"
    overlay.announce()
    assert said("ru") == text.ru


def test_a_worker_looks_before_each_task_and_a_page_before_it_answers(django_assert_num_queries):
    text_of(own_ru="Новое")
    cache.set(overlay.EDITION, "a")
    overlay.state.looked = float("-inf")
    overlay.before_task(task=None)
    assert said("ru") == "Новое"
    Text.objects.update(own_ru="Ещё новее")
    cache.set(overlay.EDITION, "b")
    overlay.state.looked = float("-inf")
    Client().get("/account/login/")
    assert said("ru") == "Ещё новее"
    overlay.state.looked = float("-inf")
    with django_assert_num_queries(0):
        overlay.keep_up()


def test_what_the_cache_has_lost_is_announced_again_and_a_fault_leaves_all_as_it_is(monkeypatch):
    text_of(own_ru="Новое")
    overlay.announce()
    edition = cache.get(overlay.EDITION)
    cache.delete(overlay.EDITION)
    overlay.keep_up(at_once=True)
    assert cache.get(overlay.EDITION) == edition and said("ru") == "Новое"

    def gone(*args):
        raise ConnectionError

    monkeypatch.setattr(overlay.cache, "get", gone)
    overlay.keep_up(at_once=True)
    assert said("ru") == "Новое"


def test_a_new_catalogue_gets_the_own_texts_again():
    """As when the catalogues are compiled anew while the program runs."""
    from django.utils.translation import trans_real

    text_of(own_ru="Новое")
    overlay.announce()
    trans_real._translations.pop("ru")
    assert said("ru") != "Новое"
    overlay.keep_up(at_once=True)
    assert said("ru") == "Новое"


# --- the form


@pytest.mark.duty("A")
def test_a_broken_text_is_refused_at_its_field_and_nothing_typed_is_lost(administrator):
    text = text_of(FILLED)
    answer = post(administrator, text, own_ru="Заявление удовлетворено", own_uz="№ %(number)s")
    page = answer.content.decode()
    assert answer.status_code == 422 and list(answer.context["form"].errors) == ["own_ru"]
    assert "Заявление удовлетворено" in page and "%(number)s" in page
    assert not Text.objects.own().exists()
    same = post(administrator, text, own_ru=text.ru)
    assert same.status_code == 302 and not Text.objects.own().exists(), "what the program says is no own text"


@pytest.mark.duty("A")
def test_of_two_editors_the_second_is_told(administrator):
    text = text_of()
    assert post(administrator, text, own_ru="Один").status_code == 302
    assert post(administrator, text, own_ru="Два").status_code == 409
    assert Text.objects.get().own_ru == "Один"


@pytest.mark.duty("A", "R")
def test_only_administrators_write(administrator):
    text = text_of()
    for role, seen in (("rectorate", 200), ("hr", 403), ("student", 403)):
        client = client_of(make_user(role))
        assert client.get(Texts.url_of(text)).status_code == seen
        assert post(client, text, own_ru="x").status_code == 403
        assert client.get(reverse("wording_import")).status_code == 403


# --- in step with the program


def test_the_rows_follow_the_catalogues():
    program = {"A": {"uz": "a", "cyrl": "а", "ru": "а"}, "B": {"uz": "b", "cyrl": "б", "ru": "б"}}
    assert catalogue.sync(program) == (2, 0, 0) and catalogue.sync(program) == (0, 0, 0)
    Text.objects.filter(msgid="A").update(own_ru="свой")
    program["A"] = program["A"] | {"ru": "другой"}
    program["C"] = {"uz": "", "cyrl": "", "ru": "в"}
    del program["B"]
    assert catalogue.sync(program) == (1, 1, 1)
    states = dict(Text.objects.with_state().values_list("msgid", "state"))
    assert states == {"A": CHANGED, "C": MISSING}
    Text.objects.filter(msgid="A").update(is_outdated=False)
    Text.objects.filter(msgid="C").update(own_uz="v")
    assert set(Text.objects.with_state().values_list("state", flat=True)) == {OWN}
    catalogue.sync({})
    assert set(Text.objects.with_state().values_list("state", flat=True)) == {GONE}, "own texts are not lost"
    assert catalogue.sync(program)[1] == 2 and not Text.objects.filter(is_used=False).exists()


def test_the_list_brings_itself_in_step(administrator):
    cache.delete(catalogue.STAMP)
    page = administrator.get(reverse("wording_texts_list"), {"q": "Applications to decide"})
    assert Text.objects.count() == len(catalogue.program_texts())
    assert "Qaror" in page.content.decode() or KEY in page.content.decode()


# --- Excel


def upload(client: Client, rows: list[list[str]], headers: list[str], committed) -> SheetImport:
    book = Workbook()
    book.active.append(headers)
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    file = SimpleUploadedFile("texts.xlsx", out.getvalue())
    with committed(execute=True):
        client.post(reverse("sheet_upload", args=["wording.texts"]), {"file": file})
    return SheetImport.objects.latest("pk")


@pytest.mark.duty("A")
def test_what_is_exported_is_filled_in_and_comes_back(administrator, django_capture_on_commit_callbacks):
    text, other = text_of(), text_of(FILLED, own_uz="№ %(number)s boʻldi.")
    content = administrator.get(
        reverse("wording_texts_export", args=["xlsx"]), {"columns": "translate"}
    ).content
    lines = list(load_workbook(io.BytesIO(content)).active.values)
    headers, rows = list(lines[0]), [[cell or "" for cell in line] for line in lines[1:]]
    at = headers.index("Own text: Russian")
    for row in rows:
        row[at] = "Своё" if row[0] == KEY else "Заявление № %(number)s."
    found = upload(administrator, rows, headers, django_capture_on_commit_callbacks)
    assert (found.state, found.faults.count()) == (SheetImport.CHECKED, 0)
    with django_capture_on_commit_callbacks(execute=True):
        administrator.post(reverse("sheet_confirm", args=[found.pk]))
    text.refresh_from_db()
    other.refresh_from_db()
    assert text.own_ru == "Своё" and said("ru") == "Своё"
    assert (other.own_ru, other.own_uz) == ("Заявление № %(number)s.", "№ %(number)s boʻldi."), (
        "an empty cell is silent"
    )
    again = upload(administrator, rows, headers, django_capture_on_commit_callbacks)
    administrator.post(reverse("sheet_confirm", args=[again.pk]))
    text.refresh_from_db()
    assert text.version == 2, "the same file twice changes nothing"


@pytest.mark.duty("A")
def test_every_bad_cell_is_named(administrator, django_capture_on_commit_callbacks):
    text_of(FILLED)
    headers = ["Kalit (inglizcha)", "Oʻz matni: ruscha"]
    rows = [[FILLED, "Без номера"], ["No such key", "x"], [FILLED, "№ %(number)s"]]
    found = upload(administrator, rows, headers, django_capture_on_commit_callbacks)
    faults = {(one.row, one.fault) for one in found.faults.all()}
    assert faults == {(2, "bad_text"), (3, "unknown_key"), (4, "twice")}


# --- the law, by raw SQL


def test_no_markup_reaches_the_table():
    text = text_of()
    for column in ("own_uz", "own_cyrl", "own_ru", "own_en"):
        for bad in ("<script>", 'a" onclick="b'):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE wording_text SET {column} = %s WHERE id = %s", [bad, text.pk])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE wording_text SET own_ru = NULL WHERE id = %s", [text.pk])


def test_back_to_the_program_needs_the_duty():
    from django.core.exceptions import PermissionDenied

    text = text_of(own_ru="x")
    with pytest.raises(PermissionDenied):
        actions.to_program([text], access=access_of(make_user("hr")))
    assert actions.to_program([text], access=access_of(make_user("administrator"))) == 1
    states = Text.objects.with_state().get()
    assert states.state == PROGRAM and states.version == 2


class TestTexts(RegisterTests):
    register = Texts
    viewer_role = editor_role = "administrator"

    @pytest.fixture(autouse=True)
    def _house(self, db):
        make_university()

    def make(self, number):
        return Text.objects.create(msgid=f"Text {number}", uz=f"Matn {number}", cyrl="", ru=f"Текст {number}")

    def form_data(self, row):
        return {"own_uz": "", "own_cyrl": "", "own_ru": "Другой", "own_en": ""}

    def search_for(self, row):
        return row.ru
