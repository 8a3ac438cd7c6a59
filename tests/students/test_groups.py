"""Groups: the roll on any day, subgroups, tutors, closing; quotas; student cards (duties 2.1, B4)."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pypdf
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from hemis.documents.models import Document
from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from hemis.sheets.reading import read_table
from students import actions, queries
from students.documents import issue_card
from students.models import AdmissionQuota, Division, Subgroup, SubgroupMember, TutorGroup
from students.sheets import QuotaSheet
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 9, 1)
LATER = DAY + datetime.timedelta(days=30)


@pytest.mark.duty("2.1")
def test_a_group_is_divided_evenly_and_single_students_are_moved(client, group, students, dean):
    client.force_login(dean)
    data = {"kind": "language", "parts": "2", "by": "name", "day": DAY.isoformat()}
    answer = client.post(reverse("students_divide", args=[group.pk]), data)
    division = Division.objects.get()
    assert answer.url == reverse("students_division", args=[division.pk])
    assert sorted(queries.subgroup_sizes(division, DAY).values()) == [2, 2]
    first, second = division.subgroups.order_by("name")
    moved = first.members.first().student
    data = {f"student_{moved.pk}": str(second.pk), "day": LATER.isoformat()}
    assert client.post(reverse("students_division", args=[division.pk]), data).status_code == 302
    assert queries.subgroup_sizes(division, DAY) == {first.pk: 2, second.pk: 2}, "the roll of the past stays"
    assert queries.subgroup_sizes(division, LATER) == {first.pk: 1, second.pk: 3}
    page = client.get(reverse("students_groups_detail", args=[group.pk]) + f"?tab=subgroups&on={LATER}")
    assert page.status_code == 200 and moved.person.full_name in page.content.decode()


def test_a_subgroup_takes_no_more_than_its_places_and_nobody_from_elsewhere(faculty, group, students, dean):
    access = factories.access_of(dean)
    division = actions.divide_evenly(group, access=access, kind="laboratory", parts=2, day=DAY)
    first = division.subgroups.order_by("name").first()
    Subgroup.objects.filter(pk=first.pk).update(capacity=2)
    with pytest.raises(ValidationError):
        actions.sort_into_subgroups(
            division, access=access, places={s.pk: first.pk for s in students}, day=DAY
        )
    assert queries.subgroup_sizes(division, DAY)[first.pk] == 2, "all or nothing"
    outsider = factories.make_students(faculty, 1)[0]
    with pytest.raises(ValidationError):
        actions.sort_into_subgroups(division, access=access, places={outsider.pk: first.pk}, day=DAY)


def test_laws_of_subgroups_hold_for_raw_sql(faculty, group, students, dean):
    access = factories.access_of(dean)
    language = actions.divide_evenly(group, access=access, kind="language", parts=2, day=DAY)
    other = actions.divide_evenly(group, access=access, kind="other", parts=2, day=DAY)
    held = SubgroupMember.objects.filter(division=language).first()
    sibling = language.subgroups.exclude(pk=held.subgroup_id).get()
    outsider = factories.make_students(faculty, 1)[0]
    columns = "subgroup_id, division_id, student_id, valid_from"
    insert = f"INSERT INTO students_subgroupmember ({columns}) VALUES (%s, %s, %s, %s)"
    for row in (
        [sibling.pk, language.pk, held.student_id, LATER],  # two subgroups of one division
        [sibling.pk, other.pk, held.student_id, LATER],  # the division of another subgroup
        [sibling.pk, language.pk, outsider.pk, LATER],  # a student of another group
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(insert, row)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE students_subgroupmember SET valid_to = valid_from")


@pytest.mark.duty("2.1")
def test_groups_are_given_into_care_and_handed_over(client, faculty, dean):
    one, two = factories.make_group(faculty, "610-26.51"), factories.make_group(faculty, "610-26.52")
    first = factories.make_employee(faculty, post="34")
    second = factories.make_employee(faculty, post="34", person=factories.make_person("Ikkinchiyev"))
    teacher = factories.make_employee(faculty, post="12", person=factories.make_person("Ustozova"))
    client.force_login(dean)
    for tutor, day in ((first, DAY), (second, LATER)):
        chosen = {"action": "tutor", "pk": [one.pk, two.pk]}
        assert client.post(reverse("students_groups_bulk"), chosen).url == reverse("students_assign_tutor")
        assert client.get(reverse("students_assign_tutor")).status_code == 200
        data = {"employee": tutor.pk, "day": day.isoformat()}
        assert client.post(reverse("students_assign_tutor"), data).status_code == 302
    care = TutorGroup.objects.filter(group=one).order_by("valid_from")
    assert [(row.employee, row.valid_to) for row in care] == [(first, LATER), (second, None)]
    form = client.post(
        reverse("students_tutor_groups_new"),
        {"employee": teacher.pk, "group": one.pk, "valid_from": "2026-09-01"},
    )
    assert "employee" in form.context["form"].errors, "only who holds the post of a tutor"
    for employee in (teacher, second):  # no tutor; the same tutor twice
        with pytest.raises(IntegrityError), transaction.atomic():
            TutorGroup.objects.create(employee=employee, group=one, valid_from=LATER)
    for employee, day in ((teacher, LATER), (second, datetime.date(2019, 1, 1))):  # no tutor; none yet
        with pytest.raises(ValidationError):
            actions.assign_tutor([one], access=factories.access_of(dean), employee=employee, day=day)


def test_the_roll_of_a_past_day_and_a_group_with_students_stays_open(client, group, students, dean, stranger):
    client.force_login(dean)
    card = reverse("students_groups_detail", args=[group.pk])
    assert len(client.get(f"{card}?tab=roll&on=2026-10-01").context["people"]) == len(students)
    assert not client.get(f"{card}?tab=roll&on=2026-08-31").context["people"]
    assert client.get(reverse("students_roll", args=[group.pk]) + "?on=2026-10-01").status_code == 200
    data = {"name": group.name, "faculty": group.faculty_id, "speciality": group.speciality_id, "entry_year": "2026",
            "capacity": "25", "row_version": "1"}  # fmt: skip
    assert (
        "is_active"
        in client.post(reverse("students_groups_edit", args=[group.pk]), data).context["form"].errors
    )
    client.force_login(stranger)
    assert client.get(reverse("students_roll", args=[group.pk])).status_code == 404
    assert client.post(reverse("students_divide", args=[group.pk]), {}).status_code == 404


def test_chosen_students_of_one_group_go_into_a_subgroup(client, faculty, group, students, dean):
    client.force_login(dean)
    division = actions.divide_evenly(
        group, access=factories.access_of(dean), kind="language", parts=2, day=DAY
    )
    target = division.subgroups.order_by("-name").first()
    chosen = {"action": "subgroup", "pk": [one.pk for one in students]}
    assert client.post(reverse("students_students_bulk"), chosen).url == reverse("students_assign_subgroup")
    data = {"subgroup": target.pk, "day": LATER.isoformat()}
    assert client.post(reverse("students_assign_subgroup"), data).status_code == 302
    assert queries.subgroup_sizes(division, LATER) == {target.pk: len(students)}
    stranger = factories.make_students(faculty, 1)[0]
    client.post(
        reverse("students_students_bulk"), {"action": "subgroup", "pk": [students[0].pk, stranger.pk]}
    )
    assert client.get(reverse("students_assign_subgroup")).url == reverse("students_students_list")


@pytest.mark.duty("B4")
def test_quotas_stand_against_the_actual(client, faculty, group, students):
    factories.make_candidate(group)
    quota = AdmissionQuota.objects.create(
        entry_year=2026,
        speciality=group.speciality,
        education_form="11",
        payment_form="12",
        language="11",
        places=4,
    )
    client.force_login(factories.make_user("academic_affairs"))
    page = client.get(reverse("students_quotas_list"), {"over": "1"})
    (row,) = page.context["page"].object_list
    assert (row.candidates, row.students, row.free) == (5, 4, -1)
    factories.make_candidate(group, payment="11")
    outside = client.get(reverse("students_quota_outside"))
    assert outside.context["total"] == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        AdmissionQuota.objects.filter(pk=quota.pk).update(places=-1)
    client.force_login(factories.make_user("dean", faculty))
    assert client.get(reverse("students_quotas_edit", args=[quota.pk])).status_code == 403
    assert client.get(reverse("students_quota_import")).status_code == 403


@pytest.mark.duty("B4")
def test_quotas_come_from_excel_with_a_fault_per_cell(faculty, group):
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Mutaxassislik kodi", "Fakultet", "Taʼlim shakli", "Toʻlov shakli", "Taʼlim tili", "Kvota"])
    good = ["60610100", "", "Kunduzgi", "Toʻlov-shartnoma", "oʻzbek tili", 25]
    page.append(good)
    page.append(good[:5] + [-1])
    page.append(["60999999", *good[1:]])
    page.append(good)
    page.append([*good[:3], "Davlat granti", "oʻzbek tili", "2.5"])
    out = io.BytesIO()
    book.save(out)
    sheet = QuotaSheet(factories.access_of(factories.make_user("academic_affairs")), {"year": 2026})
    checked = sheet.check(read_table(out.getvalue()))
    assert [(one.row, one.fault) for one in checked.faults] == [
        (3, "bad_places"), (4, "unknown_speciality"), (5, "repeated_row"), (6, "bad_places"),
    ]  # fmt: skip
    assert sheet.save(checked.good).added == 1 and AdmissionQuota.objects.get().places == 25
    assert sheet.save(checked.good).unchanged == 1


@pytest.mark.duty("2.1")
def test_the_card_of_one_student_is_printed_from_the_page(client, students, dean, stranger, monkeypatch):
    student = students[0]
    address = reverse("student_print_card", args=[student.pk])
    page = reverse("students_students_detail", args=[student.pk])
    client.force_login(dean)
    assert address in client.get(page).content.decode()
    first, again = client.post(address), client.post(address)
    document = Document.objects.get(kind="student_card", owner=student.person)
    assert first.url == again.url == reverse("document_pdf", args=[document.pk]), (
        "the valid card, not another"
    )
    assert client.get(address).status_code == 405
    client.force_login(stranger)
    assert client.post(address).status_code == 404
    for module in ("students.documents", "students.pages.students"):
        monkeypatch.setattr(f"{module}.studies", lambda one: False)
    client.force_login(dean)
    assert client.post(address).url == page
    assert address not in client.get(page).content.decode(), "who does not study has no card to print"


@pytest.mark.duty("2.1")
def test_student_cards_of_a_group_are_printed_and_verified(client, group, students, dean, stranger):
    client.force_login(dean)
    answer = client.post(reverse("students_groups_bulk"), {"action": "cards", "pk": [group.pk]})
    job = Job.objects.get()
    assert answer.url == reverse("job", args=[job.pk])
    run_now(job)
    job.refresh_from_db()
    assert job.state == Job.DONE, job.message
    with job.result_file.open("rb") as file:
        pages = pypdf.PdfReader(file).pages
        assert len(pages) == len(students)
        width, height = (float(side) / 72 * 25.4 for side in pages[0].mediabox[2:])
    assert (round(width, 1), round(height, 1)) == (85.6, 54.0)
    card = Document.objects.filter(kind="student_card").first()
    client.logout()
    public = client.get(f"/v/{card.token}/").content.decode()
    assert card.number in public and card.payload["name"] not in public
    student = students[0]
    by = dean
    university = factories.make_university()
    again = issue_card(student, university=university, by=by)
    assert Document.objects.filter(kind="student_card").count() == len(students), (
        "the valid card is not doubled"
    )
    person = student.person
    person.first_name = "Boshqa"
    person.save()
    fresh = issue_card(type(student).objects.with_card().get(pk=student.pk), university=university, by=by)
    again.refresh_from_db()
    assert (again.state, again.replaced_by) == (Document.REPLACED, fresh)
    client.force_login(stranger)
    assert client.get(reverse("document_pdf", args=[fresh.pk])).status_code == 404
