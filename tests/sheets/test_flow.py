"""Upload → check → preview → confirm, as the dean's office sees it (duty 2.1, clause B4)."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from hemis.access.models import RoleAssignment
from hemis.jobs.models import Job
from hemis.sheets import actions
from hemis.sheets.models import SheetImport
from students.models import Candidate, Group
from tests.factories import access_of, make_admission_setting, make_faculty, make_user
from tests.sharing import shared

DATA = Path(__file__).resolve().parent.parent / "data"
SAMPLE = (DATA / "admission.xlsx").read_bytes()
CODE = "students.admission"


@shared
def faculty(db):
    return make_admission_setting()


@shared
def dean(faculty):
    return make_user("dean", faculty)


@pytest.fixture
def browser(client, dean):
    client.force_login(dean)
    return client


def upload(browser, callbacks, content=SAMPLE, name="admission.xlsx") -> SheetImport:
    with callbacks(execute=True):
        answer = browser.post(
            reverse("sheet_upload", args=[CODE]), {"year": 2026, "file": SimpleUploadedFile(name, content)}
        )
    assert answer.status_code == 302
    return SheetImport.objects.latest("pk")


def confirm(browser, callbacks, found) -> None:
    with callbacks(execute=True):
        assert browser.post(reverse("sheet_confirm", args=[found.pk])).status_code == 302
    found.refresh_from_db()


@pytest.mark.duty("2.1", "B4")
def test_the_whole_way(browser, django_capture_on_commit_callbacks):
    found = upload(browser, django_capture_on_commit_callbacks)
    assert (found.state, found.total, found.good, found.faults.count()) == ("checked", 480, 454, 26)
    assert (found.added, found.changed, found.unchanged) == (454, 0, 0)
    assert not Candidate.objects.exists()

    page = browser.get(reverse("sheet_import", args=[found.pk])).content.decode()
    assert "454" in page and "Atlantida" in page and "Toshkent shahri" in page
    column = found.faults.get(row=221).column
    filtered = browser.get(reverse("sheet_import", args=[found.pk]), {"column": column})
    assert (column, [one.row for one in filtered.context["faults"].object_list]) == ("Pasport", [221, 305])
    assert "bad_passport" not in page, "codes are for programs"

    confirm(browser, django_capture_on_commit_callbacks, found)
    assert found.state == "confirmed" and Candidate.objects.count() == 454
    assert Job.objects.filter(kind="sheets.confirm", state="done").count() == 1


@pytest.mark.duty("2.1")
def test_the_same_file_twice_changes_nothing_and_says_so(browser, django_capture_on_commit_callbacks):
    first = upload(browser, django_capture_on_commit_callbacks)
    confirm(browser, django_capture_on_commit_callbacks, first)
    before = list(Candidate.objects.order_by("pk").values())
    again = upload(browser, django_capture_on_commit_callbacks)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 454)
    page = browser.get(reverse("sheet_import", args=[again.pk]))
    assert page.context["changes"] == 0
    confirm(browser, django_capture_on_commit_callbacks, again)
    assert list(Candidate.objects.order_by("pk").values()) == before


def test_confirming_twice_is_once(browser, django_capture_on_commit_callbacks):
    found = upload(browser, django_capture_on_commit_callbacks)
    confirm(browser, django_capture_on_commit_callbacks, found)
    assert browser.post(reverse("sheet_confirm", args=[found.pk])).status_code == 302
    assert Job.objects.filter(kind="sheets.confirm").count() == 1


def test_a_mended_workbook_brings_the_rest(browser, django_capture_on_commit_callbacks):
    """The faulty rows come back marked and commented; mended, the workbook is uploaded as it is."""
    found = upload(browser, django_capture_on_commit_callbacks)
    confirm(browser, django_capture_on_commit_callbacks, found)
    answer = browser.get(reverse("sheet_faulty", args=[found.pk]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    page = book.worksheets[0]
    assert page.max_row == 27
    marked = [cell for row in page.iter_rows(min_row=2) for cell in row if cell.comment]
    assert len(marked) == 26
    assert all(cell.fill.fgColor.rgb == "FFF8C9C4" for cell in marked)

    headers = [cell.value for cell in page[1]]
    region = headers.index("Viloyat")
    for row in page.iter_rows(min_row=2):
        if row[region].comment:
            row[region].value = "Toshkent shahri" if row[region].value == "Toshket" else "Buxoro viloyati"
            district = row[region + 1]
            district.value = (
                "Chilonzor tumani" if row[region].value == "Toshkent shahri" else "G'ijduvon tumani"
            )
    out = io.BytesIO()
    book.save(out)
    mended = upload(browser, django_capture_on_commit_callbacks, out.getvalue(), "mended.xlsx")
    assert mended.good == 5
    confirm(browser, django_capture_on_commit_callbacks, mended)
    assert Candidate.objects.count() == 459


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"%PDF-1.7", "list.xlsx"), (SAMPLE[:5000], "list.xlsx"), (b"Ism;Ball\nAkmal;70\n", "list.csv")],
)
def test_a_refused_file_says_why(browser, django_capture_on_commit_callbacks, content, name):
    found = upload(browser, django_capture_on_commit_callbacks, content, name)
    assert found.state == "refused" and found.refusal
    assert found.refusal in browser.get(reverse("sheet_import", args=[found.pk])).content.decode().replace(
        "&#x27;", "'"
    )


def test_a_file_without_a_file_keeps_the_form(browser):
    answer = browser.post(reverse("sheet_upload", args=[CODE]), {"year": 2026})
    assert answer.status_code == 422


def test_others_see_nothing(browser, client, faculty, django_capture_on_commit_callbacks):
    found = upload(browser, django_capture_on_commit_callbacks)
    colleague = make_user("dean", faculty)
    client.force_login(colleague)
    for name in ("sheet_import", "sheet_faulty"):
        assert client.get(reverse(name, args=[found.pk])).status_code == 404
    assert client.post(reverse("sheet_confirm", args=[found.pk])).status_code == 404


@pytest.mark.parametrize(
    "role", ["teacher", "hr", "academic_affairs", "accounting", "rectorate", "administrator"]
)
def test_without_the_duty_there_is_no_import(client, faculty, role):
    client.force_login(make_user(role, faculty))
    for url in (reverse("sheet_upload", args=[CODE]), reverse("sheet_template", args=[CODE])):
        assert client.get(url).status_code == 403


def test_no_other_sheet_is_named(browser):
    assert browser.get(reverse("sheet_upload", args=["people.person"])).status_code == 404


def test_a_duty_lost_meanwhile_saves_nothing(browser, dean, django_capture_on_commit_callbacks):
    found = upload(browser, django_capture_on_commit_callbacks)
    RoleAssignment.objects.filter(user=dean).delete()
    assert browser.post(reverse("sheet_confirm", args=[found.pk])).status_code == 403
    assert not Candidate.objects.exists()


def test_what_changed_meanwhile_is_shown_first(browser, dean, django_capture_on_commit_callbacks):
    """A group closed after the preview: nothing is saved, the new preview names its rows."""
    found = upload(browser, django_capture_on_commit_callbacks)
    Group.objects.filter(name="110-26.01").update(is_active=False)
    confirm(browser, django_capture_on_commit_callbacks, found)
    assert found.state == "checked" and not Candidate.objects.exists()
    assert found.faults.filter(fault="unknown_group").count() >= 18
    confirm(browser, django_capture_on_commit_callbacks, found)
    assert found.state == "confirmed" and Candidate.objects.count() == found.good


def test_the_template_is_taken_back(browser, django_capture_on_commit_callbacks):
    answer = browser.get(reverse("sheet_template", args=[CODE]), {"year": "2026"})
    content = b"".join(answer.streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    lists = {
        str(one.sqref).split(":")[0].rstrip("0123456789") for one in page.data_validations.dataValidation
    }
    assert len(lists) >= 12
    found = upload(browser, django_capture_on_commit_callbacks, content, "template.xlsx")
    assert (found.good, [str(one) for one in found.faults.all()]) == (1, [])


def test_old_uploads_are_removed_with_their_files(browser, dean, django_capture_on_commit_callbacks):
    old = upload(browser, django_capture_on_commit_callbacks)
    storage, name = old.file.storage, old.file.name
    assert storage.exists(name) and "admission" not in name
    SheetImport.objects.filter(pk=old.pk).update(created_at=timezone.now() - datetime.timedelta(days=31))
    assert actions.remove_old() == 1
    assert not storage.exists(name)
    assert not SheetImport.objects.exists()


def test_the_preview_costs_the_same_whatever_the_faults(
    browser, django_assert_max_num_queries, django_capture_on_commit_callbacks
):
    found = upload(browser, django_capture_on_commit_callbacks)
    with django_assert_max_num_queries(12):
        browser.get(reverse("sheet_import", args=[found.pk]))


def test_an_import_stays_in_the_own_faculty(client, faculty, django_capture_on_commit_callbacks):
    """Another dean's upload of the same list takes nobody over."""
    client.force_login(make_user("dean", make_faculty("303-102")))
    found = upload(client, django_capture_on_commit_callbacks)
    assert found.good == 0
    assert client.get(reverse("sheet_import", args=[found.pk])).status_code == 200
    assert access_of(found.owner).scope("candidate.import").everything is False
