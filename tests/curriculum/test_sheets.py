"""Subjects and whole curricula from Excel and back (duties 3.2, 2.3)."""

from __future__ import annotations

import datetime
import io

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from curriculum import sheets
from curriculum.models import Subject
from hemis.sheets.models import SheetImport
from hemis.sheets.reading import SheetRefused, read_table
from tests import factories
from tests.curriculum import makers
from tests.sharing import shared

pytestmark = pytest.mark.django_db


@shared
def faculty():
    factories.make_university()
    return factories.make_faculty()


@shared
def dean(faculty):
    return factories.make_user("dean", faculty)


def client_of(user) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def edited(content: bytes, *changes: tuple[int, str, object], place: int = 0) -> bytes:
    """The workbook with other values: row (header is 1), header, value; ``place`` says of which sheet."""
    book = load_workbook(io.BytesIO(content))
    page = book.worksheets[place]
    columns = {cell.value: cell.column for cell in page[1]}
    for row, header, value in changes:
        page.cell(row=row, column=columns[header]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.duty("3.2")
def test_subjects_come_back_unchanged_and_changed_with_a_fault_per_cell(faculty):
    one, two = makers.make_subject("Algebra"), makers.make_subject("Fizika")
    access = factories.access_of(factories.make_user("academic_affairs"))
    declared = sheets.SubjectSheet(access, {})
    content = sheets.subjects_book(Subject.objects.order_by("pk"), access)
    same = declared.check(read_table(content))
    assert same.faults == [] and declared.plan(same.good).unchanged == 2
    book = edited(
        content,
        (2, "Nomi", "Oliy algebra"),
        (3, "Kod", "YANGI.1"),
        (4, "Kod", one.code), (4, "Nomi", ""), (4, "Guruh kodi", "XYZ"), (4, "Taʼlim turi", "Bakalavr"),
        (5, "Kod", "K9"), (5, "Nomi", "Kimyo"), (5, "Guruh kodi", "GSE"), (5, "Taʼlim turi", "11"),
        (5, "Faol", "balki"),
    )  # fmt: skip
    checked = declared.check(read_table(book))
    assert {(fault.row, fault.fault) for fault in checked.faults} == {
        (4, "missing_name"), (4, "unknown_group"), (4, "repeated_row"), (5, "bad_yes_no"),
    }  # fmt: skip
    saved = declared.save(checked.good)
    assert (saved.added, saved.changed) == (1, 1)
    one.refresh_from_db()
    assert one.name == "Oliy algebra" and Subject.objects.filter(code="YANGI.1", name=two.name).exists()


@pytest.mark.duty("2.3")
def test_a_whole_plan_goes_into_a_workbook_and_fills_another_draft(faculty, dean):
    plan = makers.make_curriculum(faculty)
    makers.fill(plan)
    access = factories.access_of(dean)
    content = sheets.plan_book(plan, access)
    assert [page.title for page in load_workbook(io.BytesIO(content)).worksheets] != []
    declared = sheets.PlanSheet(access, {"plan": plan.pk})
    same = declared.check(read_table(content))
    assert same.faults == [] and declared.plan(same.good).unchanged == 10
    empty = makers.make_curriculum(faculty, code="70610102")
    other = sheets.PlanSheet(access, {"plan": empty.pk})
    moved = edited(content, *[(row, "Semestr boshi", datetime.date(2026, 9, 3)) for row in range(2, 7)])
    checked = other.check(read_table(moved))
    assert checked.faults == [] and other.save(checked.good).added == 10
    assert empty.semesters.get(number=1).starts_on == datetime.date(2026, 9, 3)

    def figures(one):
        return sorted(
            (line.semester.number, line.subject.code, line.credit, line.kind, line.total_hours,
             tuple(line.controls.values_list("control", "max_points")))
            for line in one.subjects.prefetch_related("hours")
        )  # fmt: skip

    assert figures(empty) == figures(plan)
    assert other.save(checked.good).unchanged == 10


@pytest.mark.duty("2.3")
def test_every_bad_cell_of_a_plan_is_named(faculty, dean):
    plan = makers.make_curriculum(faculty)
    makers.fill(plan)
    access = factories.access_of(dean)
    hours = next(name for name in sheets.PlanSheet(access, {"plan": plan.pk}).fields if name == "hours_11")
    declared = sheets.PlanSheet(access, {"plan": plan.pk})
    header = declared.fields[hours].header
    final = declared.fields["control_13"].header
    content = edited(
        sheets.plan_book(plan, access),
        (2, "Semestr", 9), (3, "Fan kodi", "yoʻq-fan"), (4, header, 31), (5, final, 40),
        (6, "Tanlov guruhi", "T1"), (7, "Kredit", "olti"), (8, "Semestr oxiri", datetime.date(2020, 1, 1)),
    )  # fmt: skip
    found = {(fault.row, fault.fault) for fault in declared.check(read_table(content)).faults}
    assert found == {
        (2, "bad_semester"), (3, "unknown_subject"), (4, "hours_of_credit"), (5, "bad_controls"),
        (6, "not_elective"), (7, "bad_credit"), (8, "bad_days"),
    }  # fmt: skip


@pytest.mark.duty("2.3")
def test_only_a_draft_of_the_own_faculty_is_filled(faculty, dean):
    approved = makers.make_approved(faculty)
    content = sheets.plan_book(approved, factories.access_of(dean))
    foreign = makers.make_curriculum(factories.make_faculty("303-102"), code="70610103")
    for key in (approved.pk, foreign.pk, None):
        with pytest.raises(SheetRefused):
            sheets.PlanSheet(factories.access_of(dean), {"plan": key}).check(read_table(content))
    client = client_of(dean)
    assert client.get(reverse("curriculum_import", args=[approved.pk])).status_code == 404
    assert client.get(reverse("curriculum_import", args=[foreign.pk])).status_code == 404
    assert client.get(reverse("curriculum_file", args=[approved.pk])).status_code == 200
    draft = makers.make_curriculum(faculty, code="70610104")
    file = io.BytesIO(content)
    file.name = "reja.xlsx"
    answer = client.post(reverse("curriculum_import", args=[draft.pk]), {"file": file})
    assert answer.status_code == 302 and SheetImport.objects.get().params == {"plan": draft.pk}
    assert client.get(reverse("sheet_upload", args=["curriculum.plan"])).url == reverse(
        "curriculum_curricula_list"
    )


@pytest.mark.duty("2.3")
def test_weeks_come_back_from_the_workbook_of_the_plan(faculty, dean):
    """The same workbook: its sheet of weeks says what each is for, of an approved plan too."""
    plan = makers.make_approved(faculty)
    access = factories.access_of(dean)
    content = sheets.plan_book(plan, access)
    declared = sheets.WeekSheet(access, {"plan": plan.pk})
    same = declared.check(read_table(content, declared.pages))
    assert same.faults == [] and declared.plan(same.good).unchanged == plan.weeks.count()
    other = edited(content, (3, "Hafta turi", "12"), (4, "Hafta turi", "Taʼtil"), place=2)
    checked = declared.check(read_table(other, declared.pages))
    assert checked.faults == [] and declared.save(checked.good).changed == 2
    kinds = dict(plan.weeks.values_list("number", "kind"))
    assert kinds[2] == "12" and kinds[3] != "11" and kinds[4] == "11"
    bad = edited(
        content, (3, "Hafta", 999), (4, "Hafta", 1), (5, "Hafta turi", "yoʻq"),
        (6, "Boshlanishi", datetime.date(2020, 1, 1)), place=2,
    )  # fmt: skip
    found = {(one.row, one.fault) for one in declared.check(read_table(bad, declared.pages)).faults}
    assert found == {(3, "bad_week"), (4, "repeated_week"), (5, "unknown_week_kind"), (6, "other_days")}
    client = client_of(dean)
    assert client.get(reverse("curriculum_import_weeks", args=[plan.pk])).status_code == 200
    foreign = makers.make_curriculum(factories.make_faculty("303-102"), code="70610103")
    assert client.get(reverse("curriculum_import_weeks", args=[foreign.pk])).status_code == 404
    with pytest.raises(SheetRefused):
        sheets.WeekSheet(access, {"plan": foreign.pk}).check(read_table(content, declared.pages))
