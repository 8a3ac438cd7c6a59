"""Works from BibTeX, RIS, JSON of Crossref and Excel, and given out again (issue 6, duty B6.1)."""

from __future__ import annotations

import json
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from hemis.people.models import User
from hemis.sheets.models import SheetImport
from hemis.sheets.reading import SheetRefused
from research import rules
from research.exchange import authors, bibtex, crossref, ris
from research.models import Profile, Work, WorkAuthor
from research.sheets.works import WorksSheet
from tests import factories
from tests.research.test_works import make_work
from tests.sheets.books import xlsx
from tests.staff import makers

BIBTEX = r"""
@string{nat = {Nature}}
@article{a1,
  title = {{Kvant} o{\textquoteleft}lchovlari: {\"o}sish \& taxlil},
  author = {Karimov, Anvar and J{\'o}zsef Nagy and others},
  journal = nat, year = 2025, volume = 12, number = {3}, pages = {5--9}, doi = {https://doi.org/10.1000/ABC},
  langid = {english}, month = feb }
@inproceedings{a1, title = "Ikkinchi ish", author = "A. Karimov", booktitle = {Konferensiya}, year = {2024}}
@article{broken, title = {Yopilmagan, year = 2020
@book{b, title = {Toʻrtinchi ish}, author = {Karimov A.}, publisher = {Fan}, year = 2024}
@misc{m, title = {Turi yoʻq}, author = {Karimov, A.}, year = 2024}
@article{stranger, title = {Begona ish}, author = {Smith, John}, year = 2024}
"""
RIS = """TY  - JOUR
TI  - Kvant nuqtalari
AU  - Karimov, A.
AU  - Aliyev, A.
T2  - Nature
PY  - 2025/03/01/
VL  - 7
SP  - 10
EP  - 20
DO  - 10.1000/ris
LA  - en
TY  - PAT
TI  - Suv nasosi
AU  - Karimov Anvar
M1  - izoh
IS  - IAP 07001
DA  - 2025/04/02/
PY  - 2025
ER  -
"""
CROSSREF = {
    "status": "ok",
    "message": {
        "items": [
            {
                "type": "journal-article", "title": ["Water"], "subtitle": ["a study"], "DOI": "10.1000/Cross",
                "container-title": ["Water Research"], "volume": "3", "page": "1-2", "language": "en",
                "published": {"date-parts": [[2025, 10]]},
                "author": [{"family": "Nobody", "given": "X.", "ORCID": "http://orcid.org/0000-0002-1825-0097"},
                           {"family": "Smith", "given": "John"}],
            },
            "not a work",
        ]
    },
}  # fmt: skip


@pytest.fixture
def world(db):
    factories.make_university()
    for year in (2023, 2024, 2025):
        factories.make_year(year)
    unit = makers.kafedra(1)
    who, other = makers.teacher(unit, "Karimov"), makers.teacher(makers.kafedra(2), "Aliyev")
    who.person.first_name = "Anvar"
    who.person.save()
    return unit, who, other


def access(who):
    user = User.objects.filter(person=who.person).first() or factories.make_user("teacher", person=who.person)
    return factories.access_of(user)


def sheet_of(who) -> WorksSheet:
    return WorksSheet(access(who), {})


def checked(who, content: str | bytes):
    one = sheet_of(who)
    return one, one.check(one.read(content if isinstance(content, bytes) else content.encode()))


def faults(found) -> dict[int, list[str]]:
    told: dict[int, list[str]] = {}
    for one in found.faults:
        told.setdefault(one.row, []).append(one.fault)
    return told


# --- reading


def test_bibtex_with_accents_macros_and_broken_entries():
    found = bibtex.read(BIBTEX)
    first = found[0]
    assert first.title == "Kvant o‘lchovlari: ösish & taxlil"
    assert first.authors == ["Karimov, Anvar", "József Nagy"]
    assert (first.source, first.pages, first.year, first.month) == ("Nature", "12(3), 5–9", "2025", "2")
    assert (first.kind, first.language) == ("scientific:13", "14")
    assert [one.title for one in found if not one.fault] == [
        first.title, "Ikkinchi ish", "Toʻrtinchi ish", "Turi yoʻq", "Begona ish",
    ]  # fmt: skip
    assert [bool(one.fault) for one in found] == [False, False, True, False, False, False]
    assert (found[1].kind, found[3].kind, found[4].kind) == ("scientific:14", "scientific:11", "")


def test_ris_without_the_last_end_and_a_patent():
    journal, patent = ris.read(RIS.replace("ER  -\n", ""))
    assert (journal.title, journal.source, journal.pages) == ("Kvant nuqtalari", "Nature", "7, 10–20")
    assert (journal.year, journal.month, journal.doi) == ("2025", "3", "10.1000/ris")
    assert journal.authors == ["Karimov, A.", "Aliyev, A."]
    assert (patent.kind, patent.certificate_number, patent.certificate_date) == (
        "property:11", "IAP 07001", "02.04.2025",
    )  # fmt: skip


def test_crossref_with_an_orcid():
    work, other = crossref.read(json.dumps(CROSSREF))
    assert (work.title, work.doi, work.month) == ("Water: a study", "10.1000/Cross", "10")
    assert work.authors[0] == "Nobody, X. (0000-0002-1825-0097)"
    assert other.fault


@pytest.mark.parametrize(
    "content",
    [
        b"", b"  \n", b"{", b'{"message": {"items": []}}', b"[" * 100_000, b"%PDF-1.7", b"<html></html>",
        b"\x00\x01\x02\x03", b"TY  - \n", b"@comment{x}", b'[{"title": 5}' + b" " * 10, "@".encode("utf-16"),
        b'{"a": ' + b"9" * 10_000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_bibliography_is_refused_in_words(world, content):
    with pytest.raises(SheetRefused) as caught:
        checked(world[1], content)
    assert str(caught.value)


def test_too_large_and_too_many_are_refused(world, monkeypatch):
    with pytest.raises(SheetRefused, match="MB"):
        checked(world[1], b"@article{a, title={x}}" + b" " * 11 * 2**20)
    with pytest.raises(SheetRefused, match="5000"):
        checked(world[1], "@misc{a, title={x}}\n" * 5001)


@pytest.mark.parametrize(
    "title",
    [
        "{" * 5000 + "}" * 5000,
        r"\textbf{" * 60 + "}" * 60,
        "$" * 20_001,
        "\\" * 9999,
        "{\\" + "a" * 90_000 + "}",
    ],
)
def test_a_hostile_title_costs_no_more_than_a_fault(world, title):
    started = time.perf_counter()
    found = checked(world[1], f"@article{{a, author={{Karimov, A.}}, year=2025, title={{{title}}}}}")[1]
    assert not found.good and found.faults
    assert time.perf_counter() - started < 5


@settings(max_examples=60)
@given(text=st.text(alphabet='@article{}(),="#\\ \nTY-ERAU x1', max_size=200))
def test_any_text_is_read_or_refused(text):
    for read in (bibtex.read, ris.read, crossref.read):
        try:
            read(text)
        except SheetRefused:
            continue


def test_the_academic_year_of_a_work():
    assert rules.counted_in(2025, 2, 2026) == 2024
    assert rules.counted_in(2025, 9, 2026) == 2025
    assert rules.counted_in(2024, None, 2026) == 2024
    assert (
        rules.counted_in(2027, None, 2026) == 2026
    )  # the year of issue is there, its academic year has not begun


# --- authors


@pytest.mark.parametrize(
    ("written", "confidence"),
    [
        ("Karimov, Anvar", "certain"), ("Anvar Karimov", "certain"), ("Karimov Anvar", "certain"),
        ("Каримов Анвар", "certain"), ("KARIMOV A.", "likely"), ("A. Karimov", "likely"), ("Karimov A.B.", "likely"),
        ("Karimov, B.", "outside"), ("Karimov", "outside"), ("Smith, Anvar", "outside"), ("Karimov, Botir", "outside"),
    ],
)  # fmt: skip
def test_how_surely_an_author_is_known(world, written, confidence):
    _unit, who, _other = world
    who.person.middle_name = ""
    who.person.save()
    found = authors.Colleagues().find(written)
    assert found.confidence == confidence
    assert found.employee == (who.pk if confidence != "outside" else None)


def test_namesakes_and_orcid(world):
    unit, who, other = world
    twin = makers.teacher(unit, "Karimov")
    twin.person.first_name = "Akmal"
    twin.person.save()
    colleagues = authors.Colleagues()
    assert colleagues.find("Karimov A.").confidence == "several"
    assert colleagues.find("Karimov Akmal").employee == twin.pk
    assert authors.Colleagues(me=who.pk).find("Karimov A.").employee == who.pk
    Profile.objects.create(
        employee=other, kafedra=unit, platform="10", other_platform=Profile.ORCID, identifier="0000-0002-1825-0097",
        link="https://orcid.org/0000-0002-1825-0097",
    )  # fmt: skip
    found = authors.Colleagues().find("Nobody, X. (0000-0002-1825-0097)")
    assert (found.employee, found.confidence, found.named.text) == (other.pk, "certain", "Nobody, X.")


# --- the check


def test_faults_stand_at_their_entries(world):
    _unit, who, _other = world
    one, found = checked(who, BIBTEX)
    assert faults(found) == {3: ["bad_entry"], 5: ["unknown_kind"], 6: ["not_an_author"]}
    assert [row["title"] for row in found.good] == [
        "Kvant oʻlchovlari: ösish & taxlil", "Ikkinchi ish", "Toʻrtinchi ish",
    ]  # fmt: skip
    assert [row["academic_year"] for row in found.good] == [2024, 2024, 2024]
    lines = one.preview(found.good).rows
    assert "József Nagy (" in lines[0][4] and "Karimov" in lines[0][4] and "→" in lines[0][4]


def test_what_another_entered_is_a_fault_and_ones_own_is_there(world):
    _unit, who, other = world
    make_work(other, makers.kafedra(2), "Boshqa nom", doi="10.1000/abc")
    make_work(who, makers.kafedra(1), "IKKINCHI ISH!", scientific_kind="14", issue_year=2024)
    one, found = checked(who, BIBTEX)
    assert faults(found)[1] == ["known_work"]
    assert "Aliyev" in next(fault.message for fault in found.faults if fault.row == 1)
    assert one.plan(found.good) == one.plan(found.good)
    assert (one.plan(found.good).added, one.plan(found.good).unchanged) == (1, 1)


def test_the_same_twice_in_one_file(world):
    entry = "@article{%s, title={%s}, author={Karimov, A.}, year=2025, doi={%s}}\n"
    text = (
        entry % ("a", "Bir", "10.1/a")
        + entry % ("b", "Boshqa", "10.1/A")
        + entry % ("c", "BIR.", "10.1234/c")
    )
    _one, found = checked(world[1], text.replace("10.1/", "10.1000/"))
    assert faults(found) == {2: ["same_twice"], 3: ["same_twice"]}


def test_who_holds_no_post_is_told(world):
    stranger = makers.employee("Begona")
    with pytest.raises(SheetRefused):
        checked(stranger, BIBTEX)


# --- the whole way


def upload(browser, callbacks, content, name) -> SheetImport:
    with callbacks(execute=True):
        answer = browser.post(
            reverse("sheet_upload", args=["research.works"]), {"file": SimpleUploadedFile(name, content)}
        )
    assert answer.status_code == 302, answer.context["form"].errors
    return SheetImport.objects.latest("pk")


def confirm(browser, callbacks, found):
    with callbacks(execute=True):
        browser.post(reverse("sheet_confirm", args=[found.pk]))
    found.refresh_from_db()
    return found


@pytest.mark.duty("B6.1")
def test_from_a_file_to_drafts_and_the_same_file_changes_nothing(world, django_capture_on_commit_callbacks):
    unit, who, other = world
    browser = factories.client_of(factories.make_user("teacher", person=who.person))
    assert browser.get(reverse("research_works_import")).url == reverse(
        "sheet_upload", args=["research.works"]
    )
    assert (
        reverse("research_works_import") in browser.get(reverse("research_scientific_list")).content.decode()
    )
    found = upload(browser, django_capture_on_commit_callbacks, RIS.encode(), "works.ris")
    page = browser.get(reverse("sheet_import", args=[found.pk])).content.decode()
    assert "Suv nasosi" in page and "Aliyev" in page and not Work.objects.exists()
    confirm(browser, django_capture_on_commit_callbacks, found)
    article, patent = Work.objects.order_by("sort").reverse()
    assert (article.sort, article.state, article.entered_by, article.kafedra) == (
        "scientific",
        Work.DRAFT,
        who,
        unit,
    )
    assert [(one.employee, one.kafedra, one.place) for one in article.authors.all()] == [
        (who, unit, 1), (other, makers.kafedra(2), 2),
    ]  # fmt: skip
    assert (patent.certificate_number, str(patent.certificate_date)) == ("IAP 07001", "2025-04-02")
    assert "Kvant nuqtalari" in browser.get(reverse("research_scientific_list")).content.decode()
    # By several of the university it is one work, and the co-author need not enter it.
    before = list(Work.objects.values()), list(WorkAuthor.objects.values())
    again = upload(browser, django_capture_on_commit_callbacks, RIS.encode(), "works.ris")
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    confirm(browser, django_capture_on_commit_callbacks, again)
    theirs = factories.client_of(factories.make_user("teacher", person=other.person))
    co_author = upload(theirs, django_capture_on_commit_callbacks, RIS.encode(), "works.ris")
    assert (co_author.added, co_author.unchanged, co_author.good) == (0, 1, 1)
    confirm(theirs, django_capture_on_commit_callbacks, co_author)
    assert (list(Work.objects.values()), list(WorkAuthor.objects.values())) == before


def test_a_frozen_work_is_there_and_stays(world, django_capture_on_commit_callbacks):
    unit, who, _other = world
    work = make_work(who, unit, "Kvant nuqtalari", doi="10.1000/ris")
    Work.objects.filter(pk=work.pk).update(state=Work.SUBMITTED)
    browser = factories.client_of(factories.make_user("teacher", person=who.person))
    found = upload(browser, django_capture_on_commit_callbacks, RIS.encode(), "works.ris")
    assert (found.added, found.unchanged) == (1, 1)
    confirm(browser, django_capture_on_commit_callbacks, found)
    assert Work.objects.get(pk=work.pk).state == Work.SUBMITTED and Work.objects.count() == 2


def test_excel_in_and_the_lists_of_faults_back(world, django_capture_on_commit_callbacks):
    _unit, who, _other = world
    browser = factories.client_of(factories.make_user("teacher", person=who.person))
    answer = browser.get(reverse("sheet_template", args=["research.works"]))
    assert answer.status_code == 200
    headers = ["Название", "Вид", "Авторы", "Год издания", "Учебный год"]
    content = xlsx(
        [
            headers,
            ["Bir", "Darslik", "Karimov A.", 2024, "2023/2024"],
            ["Ikki", "Darslik", "Karimov A.", 2031, ""],
        ]
    )
    found = upload(browser, django_capture_on_commit_callbacks, content, "works.xlsx")
    assert (found.good, found.total) == (1, 2)
    assert browser.get(reverse("sheet_faulty", args=[found.pk])).status_code == 200
    confirm(browser, django_capture_on_commit_callbacks, found)
    work = Work.objects.get()
    assert (work.sort, work.methodical_kind, work.academic_year_id) == ("methodical", "11", 2023)


# --- given out


@pytest.mark.parametrize(("kind", "module"), [("bibtex", bibtex), ("ris", ris)])
def test_what_is_given_out_is_read_again(world, kind, module):
    unit, who, other = world
    title = "Suv & tuproq: 50% {yangi} oʻlchov_1 #2 $3 ~ ^ \\ oxiri"
    work = make_work(
        who, unit, title, doi="10.1000/x", pages="12(3), 5–9", source_name="Fan & turmush", language="12",
        keywords="suv, tuproq", issue_year=2024,
    )  # fmt: skip
    WorkAuthor.objects.create(work=work, employee=other, place=2)
    WorkAuthor.objects.create(work=work, outsider="Smith, J.", place=3)
    make_work(who, unit, "Dastur", sort=Work.PROPERTY, certificate_number="DGU 5")
    text = module.write(Work.objects.prefetch_related("authors__employee__person").order_by("pk"))
    one, two = module.read(text)
    assert (one.title, one.doi, one.pages, one.source) == (title, work.doi, work.pages, work.source_name)
    assert (one.year, one.language, one.keywords, one.kind) == ("2024", "12", "suv, tuproq", "scientific:13")
    assert one.authors == ["Karimov, Anvar Komil oʻgʻli", "Aliyev, Akmal Komil oʻgʻli", "Smith, J."]
    assert (two.kind, two.certificate_number) == ("property:17", "DGU 5")
    assert two.certificate_date == {"ris": "01.03.2025", "bibtex": "2025-03-01"}[kind]
    sheet, found = checked(who, text)
    assert not found.faults and sheet.plan(found.good).unchanged == 2


@pytest.mark.duty("B6.1")
def test_chosen_and_filtered_works_are_given_out_in_scope(world):
    unit, who, other = world
    mine = [make_work(who, unit, f"Ish {n}") for n in range(3)]
    make_work(other, makers.kafedra(2), "Begona")
    browser = factories.client_of(factories.make_user("teacher", person=who.person))
    bulk = reverse("research_scientific_bulk")
    answer = browser.post(bulk, {"action": "bibtex", "pk": [mine[0].pk, Work.objects.get(title="Begona").pk]})
    assert answer["Content-Disposition"].endswith(f'works-{timezone.localdate():%Y-%m-%d}.bib"')
    text = answer.content.decode()
    assert "Ish 0" in text and "Ish 1" not in text and "Begona" not in text
    text = browser.post(f"{bulk}?q=Ish+2", {"action": "ris", "all_filtered": "1"}).content.decode()
    assert text.count("TY  - ") == 1 and "Ish 2" in text
