"""Curricula (duty 2.3), their approval (B6), and the laws of the database."""

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pypdf import PdfReader

from curriculum import actions, documents, queries, rules
from curriculum.models import (
    Curriculum,
    CurriculumSubject,
    CurriculumWeek,
    GroupCurriculum,
    SubjectHours,
)
from curriculum.pages.plan import Curricula, CurriculumSubjects
from students.models import Group
from tests import factories
from tests.curriculum import makers
from tests.pages.base import RegisterTests
from tests.sharing import shared


@shared
def faculty(db):
    factories.make_university()
    return factories.make_faculty()


@shared
def dean(faculty):
    return factories.make_user("dean", faculty)


@shared
def access(dean):
    return factories.access_of(dean)


@shared
def affairs(db):
    return factories.make_user("academic_affairs")


@shared
def plan(faculty):
    plan = makers.make_curriculum(faculty)
    makers.fill(plan)
    return plan


@shared
def approved(plan, affairs):
    return actions.approve(plan, access=factories.access_of(affairs))


def client_of(user) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


@pytest.mark.duty("2.3")
class TestCurricula(RegisterTests):
    register = Curricula
    viewer_role, editor_role, faculty_code = "rectorate", "dean", "303-101"

    def make(self, number):
        return makers.make_curriculum(factories.make_faculty(self.faculty_code), start=2026 + number)

    def form_data(self, row):
        return {
            "name": "Amaliy matematika", "speciality": row.speciality_id, "education_form": "11",
            "marking_system": row.marking_system_id, "start_year": row.start_year_id, "semester_count": 2,
            "hours_per_credit": 30,
        }  # fmt: skip

    def test_a_new_plan_has_its_semesters_and_weeks(self, editor):
        data = self.form_data(self.make(1)) | {
            "start_year": self.make(3).start_year_id,
            "education_form": "13",
        }
        answer = editor.post(self.url("new"), data | {"semester_count": 10})
        assert answer.status_code == 302, answer.context["form"].errors
        made = Curriculum.objects.get(education_form="13")
        assert made.semesters.count() == 10
        assert made.weeks.exclude(semester=None).exists()

    def test_a_second_plan_for_the_year_is_a_copy(self, editor):
        answer = editor.post(self.url("new"), self.form_data(self.make(1)))
        assert answer.status_code == 422


@pytest.mark.duty("2.3")
class TestCurriculumSubjects(RegisterTests):
    register = CurriculumSubjects
    viewer_role, editor_role, faculty_code = "rectorate", "dean", "303-101"

    def make(self, number):
        faculty = factories.make_faculty(self.faculty_code)
        plan = Curriculum.objects.first() or makers.make_curriculum(faculty)
        return makers.add_subject(plan, 1)

    def search_for(self, row):
        return row.subject.code

    def form_data(self, row):
        return {
            "semester": row.semester_id, "subject": row.subject_id, "kind": "11", "sheet_kind": row.sheet_kind_id,
            "final_form": "12", "kafedra": row.kafedra_id, "credit": "3", "in_semester": "on", "hours_11": "40",
            "hours_17": "50", "control_11": "50", "control_13": "50",
        }  # fmt: skip

    def test_hours_and_controls_are_saved_with_the_subject(self, editor):
        row = self.make(1)
        answer = editor.post(self.url("edit", row.pk), self.form_data(row) | {"row_version": 1})
        assert answer.status_code == 302
        assert dict(row.hours.values_list("training_type", "hours")) == {"11": 40, "17": 50}
        assert dict(row.controls.values_list("control", "max_points")) == {"11": 50, "13": 50}

    def test_controls_that_do_not_add_up_are_told_at_the_field(self, editor):
        row = self.make(1)
        data = self.form_data(row) | {"row_version": 1, "control_13": "40"}
        answer = editor.post(self.url("edit", row.pk), data)
        assert answer.status_code == 422
        assert "control_13" in answer.context["form"].errors


@pytest.mark.duty("2.3")
def test_a_dean_forms_plans_of_the_own_faculty_only(dean, plan):
    other = factories.make_faculty("303-102")
    foreign = makers.make_curriculum(other, code="70410101")
    client = client_of(dean)
    page = reverse("curriculum_add_subject", args=[plan.pk])
    assert client.get(page).status_code == 200
    for name in ("curriculum_add_subject", "curriculum_curricula_detail"):
        assert client.get(reverse(name, args=[foreign.pk])).status_code == 404
    for name in ("curriculum_copy", "curriculum_weeks", "curriculum_add_block"):
        assert client.post(reverse(name, args=[foreign.pk])).status_code == 404
    assert client.post(reverse("curriculum_approve", args=[plan.pk])).status_code == 403


@pytest.mark.duty("2.3")
def test_subjects_are_added_moved_and_taken_off(dean, plan):
    client = client_of(dean)
    semester, kafedra = plan.semesters.get(number=2), factories.make_kafedra(plan.speciality.faculty)
    new = makers.make_subject("Mantiq", education_type="12")
    data = {
        "semester": semester.pk, "subject": new.pk, "kind": "11", "final_form": "11", "kafedra": kafedra.pk,
        "sheet_kind": plan.subjects.first().sheet_kind_id, "credit": "6", "in_semester": "on", "hours_11": "80",
        "hours_17": "100", "control_11": "50", "control_13": "50",
    }  # fmt: skip
    answer = client.post(reverse("curriculum_add_subject", args=[plan.pk]), data)
    assert answer.status_code == 302, answer.context["form"].errors
    added = CurriculumSubject.objects.get(subject=new)
    assert list(semester.subjects.order_by("position"))[-1] == added
    first = plan.semesters.get(number=1)
    client.post(reverse("curriculum_move_subject", args=[added.pk]), {"semester": first.pk})
    assert list(first.subjects.order_by("position"))[0] == added
    client.post(reverse("curriculum_remove_subject", args=[added.pk]))
    assert not CurriculumSubject.objects.filter(pk=added.pk).exists()


@pytest.mark.duty("B6")
def test_academic_affairs_approves_what_passes_its_checks(affairs, plan, access):
    client = client_of(affairs)
    spoiled = plan.subjects.first()
    actions.set_parts(spoiled, hours={"11": 10}, controls=makers.CONTROLS)
    client.post(reverse("curriculum_approve", args=[plan.pk]))
    plan.refresh_from_db()
    assert plan.state == Curriculum.DRAFT
    actions.set_parts(spoiled, hours=makers.HOURS, controls=makers.CONTROLS)
    client.post(reverse("curriculum_approve", args=[plan.pk]))
    plan.refresh_from_db()
    assert (plan.state, plan.approved_by) == (Curriculum.APPROVED, affairs)
    assert client.get(reverse("curriculum_curricula_edit", args=[plan.pk])).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.approve(plan, access=access)


def test_the_next_version_takes_the_place_of_the_approved_one(approved, access, affairs):
    week = approved.weeks.get(number=3)
    actions.set_weeks(approved, access=access, first=3, last=3, kind="12")
    copy = actions.copy(approved, access=access, start_year=approved.start_year_id)
    assert (copy.release, copy.copied_from, copy.state) == (2, approved, Curriculum.DRAFT)
    assert copy.weeks.get(number=week.number).kind == "12"
    assert queries.plan_of(copy).subjects == queries.plan_of(approved).subjects
    actions.approve(copy, access=factories.access_of(affairs))
    approved.refresh_from_db()
    assert approved.state == Curriculum.RETIRED


def test_a_copy_for_another_year_has_that_year_s_calendar(approved, access):
    spring = approved.weeks.filter(semester__number=2).order_by("number")[2]
    for number in (3, spring.number):
        actions.set_weeks(approved, access=access, first=number, last=number, kind="12")
    copy = actions.copy(approved, access=access, start_year=2028)
    assert copy.release == 1
    # Weeks are for the same as in the plan copied: by their place in the semester.
    assert copy.weeks.filter(kind="12").count() == 2
    assert [copy.weeks.filter(semester__number=n).order_by("number")[2].kind for n in (1, 2)] == ["12", "12"]
    assert {one.starts_on.year for one in copy.semesters.all()} == {2028, 2029}
    assert copy.subjects.count() == approved.subjects.count()


@pytest.mark.duty("2.3")
def test_a_plan_has_its_name_in_every_language(dean, access, approved):
    copy = actions.copy(approved, access=access, start_year=2028)
    page, client = reverse("curriculum_curricula_edit", args=[copy.pk]), client_of(dean)
    data = {
        "name": copy.name, "name_ru": "Компьютерные науки", "name_en": "Computer Science",
        "speciality": copy.speciality_id,
        "education_form": copy.education_form, "marking_system": copy.marking_system_id, "hours_per_credit": 30,
        "row_version": copy.version,
    }  # fmt: skip
    assert client.post(page, data).status_code == 302
    copy.refresh_from_db()
    assert actions.copy(copy, access=access, start_year=2029).name_en == "Computer Science"
    with override("ru"):
        assert str(copy) == "Компьютерные науки (2028/2029)"
    with override("en"):
        assert str(copy).startswith("Computer Science") and copy.name == approved.name
    assert str(approved).startswith(approved.name)  # untranslated: Uzbek in every language


def test_a_copy_for_another_form_is_a_plan_of_its_own(approved, dean):
    answer = client_of(dean).post(
        reverse("curriculum_copy", args=[approved.pk]),
        {"start_year": approved.start_year_id, "education_form": "13"},
    )
    made = Curriculum.objects.get(copied_from=approved)
    assert answer.status_code == 302 and (made.education_form, made.release, made.state) == ("13", 1, "draft")
    assert queries.plan_of(made).subjects == queries.plan_of(approved).subjects


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE curriculum_curriculum SET name = 'x' WHERE id = %s",
        "UPDATE curriculum_curriculum SET state = 'draft' WHERE id = %s",
        "DELETE FROM curriculum_curriculum WHERE id = %s",
        "UPDATE curriculum_curriculumsubject SET credit = 7 WHERE curriculum_id = %s",
        "UPDATE curriculum_curriculumsemester SET ends_on = ends_on + 1 WHERE curriculum_id = %s",
        "DELETE FROM curriculum_curriculumsemester WHERE curriculum_id = %s",
        "UPDATE curriculum_curriculumsubject SET semester_id = semester_id + 1 WHERE curriculum_id = %s",
        "DELETE FROM curriculum_curriculumblock WHERE curriculum_id = %s",
        "UPDATE curriculum_subjecthours SET hours = 2 WHERE curriculum_subject_id IN "
        "(SELECT id FROM curriculum_curriculumsubject WHERE curriculum_id = %s)",
        "DELETE FROM curriculum_subjectcontrol WHERE curriculum_subject_id IN "
        "(SELECT id FROM curriculum_curriculumsubject WHERE curriculum_id = %s)",
    ],
)
def test_an_approved_plan_is_frozen_in_the_database(plan, affairs, statement):
    plan.blocks.create(code="11.01", block="11.01")
    actions.approve(plan, access=factories.access_of(affairs))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [plan.pk])


def test_parts_belong_to_one_plan(plan, faculty):
    other = makers.make_curriculum(faculty, code="70540201")
    with pytest.raises(DatabaseError), transaction.atomic():
        CurriculumSubject.objects.filter(curriculum=plan).update(semester=other.semesters.first())
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_weeks_never_meet_and_the_responsible_teacher_may_change(approved):
    week = approved.weeks.get(number=2)
    with pytest.raises(DatabaseError), transaction.atomic():
        CurriculumWeek.objects.filter(pk=week.pk).update(starts_on=approved.weeks.get(number=1).starts_on)
    subject = approved.subjects.select_related("kafedra").first()
    teacher = factories.make_employee(subject.kafedra)
    head = factories.access_of(factories.make_user("head", subject.kafedra))
    actions.set_teacher(subject, access=head, employee=teacher)
    subject.refresh_from_db()
    assert subject.teacher == teacher
    stranger = factories.make_employee(factories.make_kafedra(approved.speciality.faculty, 2))
    with pytest.raises(actions.CurriculumError):
        actions.set_teacher(subject, access=head, employee=stranger)


def test_moving_a_semester_moves_its_weeks(plan, access):
    semester = plan.semesters.get(number=1)
    before = semester.weeks.count()
    end = semester.ends_on.replace(day=10)
    actions.set_semester_dates(semester, access=access, starts_on=semester.starts_on, ends_on=end)
    assert semester.weeks.count() < before
    assert not plan.weeks.filter(semester=None).exclude(kind=rules.HOLIDAY).exists()
    with pytest.raises(actions.CurriculumError):
        late = plan.semesters.get(number=2).starts_on
        actions.set_semester_dates(semester, access=access, starts_on=semester.starts_on, ends_on=late)


@pytest.mark.duty("2.3")
def test_groups_get_the_approved_plan_of_their_speciality(approved, dean, faculty):
    group = Group.objects.create(
        name="610-26.01", entry_year=2026, faculty=faculty, speciality=approved.speciality
    )
    other = factories.make_group(faculty, code="60540200", name="540-26.01")
    client = client_of(dean)
    answer = client.post(
        reverse("students_groups_bulk"), {"action": "curriculum", "pk": [group.pk, other.pk]}, follow=True
    )
    assert other.name in answer.content.decode()
    assert list(GroupCurriculum.objects.values_list("group", "curriculum")) == [(group.pk, approved.pk)]
    with pytest.raises(DatabaseError), transaction.atomic():
        GroupCurriculum.objects.create(group=other, curriculum=approved)


def test_the_plan_on_paper_says_what_the_page_says(approved, affairs, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = client_of(affairs)
    answer = client.post(reverse("curriculum_pdf", args=[approved.pk]), follow=True)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    flat = " ".join(text.split())
    for one in approved.subjects.select_related("subject"):
        assert one.subject.code in flat
    assert "60 kredit, 1800 soat" in flat
    # The order of the official form: the year's graph, the budget of weeks, subjects by blocks, controls.
    places = [
        flat.index(part)
        for part in ("TASDIQLAYMAN", "I. Oʻquv", "Avgust", "II. Vaqt", "III. Oʻquv", "IV. Nazorat")
    ]
    assert places == sorted(places) and "May" in flat
    payload = documents.payload_of(approved)
    assert payload["sum"]["credit"] == "60" and payload["sum"]["semesters"] == ["30", "30"]
    assert sum(block["total"] for block in payload["blocks"]) == payload["sum"]["total"] == 1800
    assert all(row["total"] == sum(row["values"]) for row in payload["budget"])
    again = client.post(reverse("curriculum_pdf", args=[approved.pk]))
    assert again.url == answer.redirect_chain[0][0]


def test_a_plan_costs_a_fixed_number_of_queries(plan, dean, django_assert_max_num_queries):
    client = client_of(dean)
    for tab in ("plan", "graph", "checks"):
        address = reverse("curriculum_curricula_detail", args=[plan.pk]) + f"?tab={tab}"
        client.get(address)
        with django_assert_max_num_queries(14):
            assert client.get(address).status_code == 200


def test_hours_of_zero_are_no_row(plan):
    one = plan.subjects.first()
    actions.set_parts(one, hours={"11": 0, "13": 80, "17": 100}, controls=makers.CONTROLS)
    assert not SubjectHours.objects.filter(curriculum_subject=one, training_type="11").exists()
