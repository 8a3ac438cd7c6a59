"""The gaps of the house; what other rooms add is a few lines here."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from attendance import queries as journals
from curriculum.materials import queries as materials
from curriculum.models import (
    Curriculum,
    CurriculumSubject,
    GroupCurriculum,
    Lesson,
    Registration,
    Teaching,
    TeachingAudience,
)
from curriculum.timetable.rules import PAIR_HOURS
from finance.contracts.without import where_it_is_formed, without_any
from finance.models import Contract
from grading.models import GradeSheet
from hemis.access.scope import Scope
from hemis.pages.columns import Column
from movement.models import Order
from records.employment import queries as employment
from records.models import Diploma
from reports.completeness.declaration import FACULTY, KAFEDRA, Gap, Moment, register
from staff.models import Position
from students import quality
from students.models import Group, Student, TutorGroup

STUDYING, FEE_PAYING = "11", "12"


def studying(scope: Scope, moment: Moment) -> QuerySet:
    return Student.objects.for_scope(scope).filter(current__status__in=("11", "13"))


def faulty(scope: Scope, moment: Moment) -> QuerySet:
    """Students on whom a rule of data quality finds something missing or contradicting."""
    sql, params = quality.faulty(scope)
    return Student.objects.filter(pk__in=RawSQL(sql, params))  # noqa: S611 - conditions of the rules


STUDENT = (
    Column("person", _("Student"), link=True),
    Column("number"),
    Column("current__group", _("Group")),
    Column("current__course", _("Course")),
)
STUDENT_ROWS: dict[str, Any] = {
    "model": Student,
    "columns": STUDENT,
    "select_related": ("person", "current__group", "current__faculty"),
    "ordering": ("current__group__name", "person__sort_key"),
}


def _student(row: Student) -> str:
    return reverse("students_students_detail", args=[row.pk])


register(
    Gap(
        "student_data", _("Students whose data lack something or contradict"), FACULTY, "data_quality.view", "2.1",
        rows=faulty, of=studying, unit="current__faculty", link=_student, fix=lambda: reverse("students_quality"),
        help=_("By the rules of data quality that miss something or find a contradiction."), **STUDENT_ROWS,
    )
)  # fmt: skip


def open_groups(scope: Scope, moment: Moment) -> QuerySet:
    """Groups in which somebody studies now."""
    here = Student.objects.filter(current__group=OuterRef("pk"), current__status=STUDYING)
    return Group.objects.for_scope(scope).filter(Exists(here), is_active=True)


def _group(row: Group) -> str:
    return reverse("students_groups_detail", args=[row.pk])


GROUP_ROWS: dict[str, Any] = {
    "model": Group,
    "columns": (Column("name", link=True), Column("speciality"), Column("entry_year"), Column("faculty")),
    "select_related": ("speciality", "faculty"),
    "ordering": ("name",),
}
register(
    Gap(
        "no_curriculum", _("Groups without a curriculum"), FACULTY, "group.view", "2.3", unit="faculty",
        rows=lambda scope, moment: open_groups(scope, moment).filter(
            ~Exists(GroupCurriculum.objects.filter(group=OuterRef("pk")))
        ),
        of=open_groups, link=_group, **GROUP_ROWS,
    )
)  # fmt: skip
register(
    Gap(
        "no_tutor", _("Groups without a tutor"), FACULTY, "group.view", "2.1", unit="faculty",
        rows=lambda scope, moment: open_groups(scope, moment).filter(
            ~Exists(TutorGroup.objects.on(moment.today).filter(group=OuterRef("pk")))
        ),
        of=open_groups, link=_group, **GROUP_ROWS,
    )
)  # fmt: skip
register(
    Gap(
        "curriculum_draft", _("Curricula not approved"), FACULTY, "curriculum.view", "B6", Curriculum,
        rows=lambda scope, moment: Curriculum.objects.for_scope(scope).filter(state=Curriculum.DRAFT),
        of=lambda scope, moment: Curriculum.objects.for_scope(scope).exclude(state=Curriculum.RETIRED),
        unit="speciality__faculty",
        columns=(Column("name", link=True), Column("speciality"), Column("education_form"), Column("start_year")),
        select_related=("speciality", "start_year"), ordering=("speciality__code", "pk"),
        link=lambda row: reverse("curriculum_curricula_detail", args=[row.pk]),
    )
)  # fmt: skip


def all_studying(scope: Scope, moment: Moment) -> QuerySet:
    return Student.objects.for_scope(scope).filter(current__status=STUDYING)


register(
    Gap(
        "registered_for_nothing", _("Students registered for no subject"), FACULTY, "registration.view", "2.3",
        rows=lambda scope, moment: all_studying(scope, moment).filter(
            ~Exists(
                Registration.objects.active().filter(
                    student=OuterRef("pk"), semester__academic_year=moment.year,
                    semester__number__in=moment.semesters,
                )
            )
        ),
        of=all_studying, unit="current__faculty", link=_student, fix=lambda: reverse("curriculum_unregistered"),
        help=_("Of this half-year: nobody in a journal sees them."), **STUDENT_ROWS,
    )
)  # fmt: skip


def teachings(scope: Scope, moment: Moment) -> QuerySet:
    """Teachings of the half-year."""
    return Teaching.objects.for_scope(scope).filter(academic_year=moment.year, term=moment.term)


def not_placed(scope: Scope, moment: Moment) -> QuerySet:
    """Teachings whose lessons in the timetable have fewer hours than they should."""
    lessons = Lesson.objects.planned().filter(teaching=OuterRef("pk")).order_by().values("teaching")
    placed = Subquery(lessons.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return (
        teachings(scope, moment)
        .annotate(placed=Coalesce(placed, Value(0)) * PAIR_HOURS)
        .filter(placed__lt=F("hours"))
    )


def _teaching_columns() -> tuple[Column, ...]:
    return (
        Column("subject", link=True), Column("training_type"), Column("kafedra"), Column("teacher", _("Teacher")),
        Column("hours"),
    )  # fmt: skip


TEACHING_ROWS: dict[str, Any] = {
    "model": Teaching,
    "select_related": ("subject", "kafedra", "teacher__person"),
    "ordering": ("subject__name", "pk"),
    "link": lambda row: reverse("curriculum_teachings_detail", args=[row.pk]),
}


def faculty_of_groups() -> Subquery:
    """The faculty of the first group of the audience."""
    rows = TeachingAudience.objects.filter(teaching=OuterRef("pk")).order_by("pk")
    return Subquery(rows.values("group__faculty")[:1])


register(
    Gap(
        "timetable", _("Teachings not placed in full"), FACULTY, "teaching.view", "2.3", rows=not_placed,
        of=teachings, unit=faculty_of_groups, columns=_teaching_columns(), fix=lambda: reverse("timetable"),
        help=_("Hours of the half-year for which the timetable has no lesson yet."), **TEACHING_ROWS,
    )
)  # fmt: skip


def sheets(scope: Scope, moment: Moment) -> Any:
    return GradeSheet.objects.for_scope(scope).valid()


SHEET_ROWS: dict[str, Any] = {
    "model": GradeSheet,
    "columns": (
        Column("serial", link=True), Column("curriculum_subject__subject"), Column("group"), Column("control"),
        Column("attempt"), Column("state"), Column("due_on"),
    ),
    "select_related": ("curriculum_subject__subject", "group"),
    "ordering": ("due_on", "pk"),
    "link": lambda row: reverse("grading_sheets_detail", args=[row.pk]),
}  # fmt: skip
register(
    Gap(
        "sheets_to_close", _("Checked grade sheets not closed"), FACULTY, "grade_sheet.view", "2.4",
        rows=lambda scope, moment: sheets(scope, moment).filter(state=GradeSheet.CHECKED), of=sheets,
        unit="group__faculty", **SHEET_ROWS,
    )
)  # fmt: skip
register(
    Gap(
        "orders_waiting", _("Orders not carried out in time"), FACULTY, "order.view", "2.2", Order,
        rows=lambda scope, moment: Order.objects.for_scope(scope).filter(
            state__in=Order.PENDING, effective_date__lte=moment.today
        ),
        unit="faculty",
        columns=(Column("title", link=True), Column("kind_text", _("Kind")), Column("state"), Column("effective_date")),
        ordering=("effective_date", "pk"), link=lambda row: reverse("movement_orders_detail", args=[row.pk]),
        help=_("The day from which they should hold has come."),
    )
)  # fmt: skip


def without_contract(scope: Scope, moment: Moment) -> QuerySet:
    rows: Any = without_any()
    return rows.for_scope(scope)


def fee_paying(scope: Scope, moment: Moment) -> QuerySet:
    return all_studying(scope, moment).filter(current__payment_form=FEE_PAYING)


register(
    Gap(
        "no_contract", _("Fee-paying students without a contract"), FACULTY, "contract.view", "7.1",
        rows=without_contract, of=fee_paying, unit="current__faculty",
        link=where_it_is_formed, fix=lambda: reverse("finance_form_contracts"), **STUDENT_ROWS,
    )
)  # fmt: skip
register(
    Gap(
        "contract_unsigned", _("Contracts formed and not signed"), FACULTY, "contract.view", "7.1", Contract,
        rows=lambda scope, moment: Contract.objects.for_scope(scope).filter(
            academic_year=moment.year, state__in=(Contract.DRAFT, Contract.FORMED)
        ),
        of=lambda scope, moment: Contract.objects.for_scope(scope)
        .filter(academic_year=moment.year)
        .exclude(state=Contract.CANCELLED),
        unit="faculty",
        columns=(Column("number", link=True), Column("student__person", _("Student")), Column("group"),
                 Column("current_amount"), Column("state")),
        select_related=("student__person", "group"), ordering=("number",),
        link=lambda row: reverse("finance_contracts_detail", args=[row.pk]),
    )
)  # fmt: skip


def graduates(scope: Scope, moment: Moment) -> QuerySet:
    """Everybody who has graduated, with what is known of the employment."""
    return employment.graduates(scope)


def diplomas(scope: Scope, moment: Moment) -> QuerySet:
    return Diploma.objects.for_scope(scope).live()


register(
    Gap(
        "diplomas", _("Diplomas not handed over"), FACULTY, "diploma.view", "1.3", Diploma,
        rows=lambda scope, moment: diplomas(scope, moment).exclude(state=Diploma.HANDED), of=diplomas,
        unit="faculty",
        columns=(Column("student__person", _("Graduate"), link=True), Column("group"), Column("serial"),
                 Column("state")),
        select_related=("student__person", "group"), ordering=("student__person__sort_key", "pk"),
        link=lambda row: reverse("records_diplomas_detail", args=[row.pk]),
    )
)  # fmt: skip
register(
    Gap(
        "employment", _("Graduates of whom nothing is known"), FACULTY, "employment.view", "4.1", Student,
        rows=lambda scope, moment: graduates(scope, moment).filter(told_id=None), of=graduates,
        unit="current__faculty",
        columns=(Column("person", _("Graduate"), link=True), Column("current__programme__speciality", _("Speciality")),
                 Column("graduated", _("Year of graduation"), value=lambda row: row.graduated)),
        select_related=("person", "current__programme__speciality"), ordering=("person__sort_key", "pk"),
        link=lambda row: reverse("records_graduates_detail", args=[row.pk]),
    )
)  # fmt: skip


# --- kafedras


def past_lessons(scope: Scope, moment: Moment) -> QuerySet:
    """Lessons of the half-year that have ended."""
    return Lesson.objects.for_scope(scope).filter(
        journals.is_past(),
        state=Lesson.PLANNED,
        teaching__academic_year=moment.year,
        teaching__term=moment.term,
    )


register(
    Gap(
        "journals", _("Lessons not recorded in the journal"), KAFEDRA, "journal.view", "9.2", Lesson,
        rows=lambda scope, moment: past_lessons(scope, moment).filter(record=None), of=past_lessons,
        unit="teaching__kafedra",
        columns=(Column("day"), Column("starts_at"), Column("teaching__subject"), Column("teaching__training_type"),
                 Column("teacher", _("Teacher"))),
        select_related=("teaching__subject", "teacher__person"), ordering=("-day", "pk"),
        fix=lambda: reverse("attendance_missing"), help=_("Of this half-year, from the moment a lesson has ended."),
    )
)  # fmt: skip


def subjects(scope: Scope, moment: Moment) -> QuerySet:
    """Subjects of the half-year that somebody studies."""
    rows = materials.half_year(materials.subjects_of(scope), moment.year, moment.term)
    rows = rows.filter(Exists(TeachingAudience.objects.filter(curriculum_subject=OuterRef("pk"))))
    return materials.with_hours(rows)


SUBJECT_ROWS: dict[str, Any] = {
    "model": CurriculumSubject,
    "columns": (Column("subject"), Column("curriculum"), Column("semester"), Column("teacher", _("Teacher"))),
    "select_related": ("subject", "curriculum", "semester", "teacher__person"),
    "ordering": ("subject__name", "pk"),
    "fix": lambda: reverse("curriculum_completeness"),
}
for _code, _title, _lacks in (
    ("topics", _("Subjects whose hours lack topics"), Q(topic_hours__lt=F("plan_hours"))),
    ("resources", _("Subjects without resources"), Q(resource_count=0)),
    ("questions", _("Subjects without control questions"), Q(question_count=0)),
):
    register(
        Gap(
            f"subject_{_code}", _title, KAFEDRA, "resource.view", "9.1", of=subjects, unit="kafedra",
            rows=lambda scope, moment, lacks=_lacks: subjects(scope, moment).filter(lacks), **SUBJECT_ROWS,
        )
    )  # fmt: skip

register(
    Gap(
        "no_teacher", _("Teachings without a teacher"), KAFEDRA, "teaching.view", "8.2", of=teachings,
        rows=lambda scope, moment: teachings(scope, moment).filter(teacher=None), unit="kafedra",
        columns=_teaching_columns(), **TEACHING_ROWS,
    )
)  # fmt: skip
register(
    Gap(
        "sheets_late", _("Grade sheets not filled in time"), KAFEDRA, "grade_sheet.view", "B7.1",
        rows=lambda scope, moment: sheets(scope, moment).late(moment.today), of=sheets,
        unit="curriculum_subject__kafedra", **SHEET_ROWS,
    )
)  # fmt: skip
register(
    Gap(
        "sheets_to_check", _("Signed grade sheets not checked"), KAFEDRA, "grade_sheet.view", "B7.2",
        rows=lambda scope, moment: sheets(scope, moment).filter(state=GradeSheet.SIGNED), of=sheets,
        unit="curriculum_subject__kafedra", **SHEET_ROWS,
    )
)  # fmt: skip


def held(scope: Scope, moment: Moment) -> QuerySet:
    """Posts held today."""
    return Position.objects.in_force(moment.today).for_scope(scope)


POSITION_ROWS: dict[str, Any] = {
    "model": Position,
    "columns": (
        Column("employee__person", _("Employee")),
        Column("unit"),
        Column("post"),
        Column("valid_from"),
    ),
    "select_related": ("employee__person", "unit"),
    "ordering": ("unit__name", "employee__person__sort_key"),
    "unit": "unit",
}
register(
    Gap(
        "post_without_order", _("Posts without an order"), KAFEDRA, "employee.view", "1.2", of=held,
        rows=lambda scope, moment: held(scope, moment).filter(Q(order_number="") | Q(order_date=None)),
        **POSITION_ROWS,
    )
)  # fmt: skip
register(
    Gap(
        "employee_data", _("Employees whose data are incomplete"), KAFEDRA, "employee.view", "1.2", of=held,
        rows=lambda scope, moment: held(scope, moment).filter(
            Q(employee__person__birth_date=None)
            | Q(employee__person__passport="")
            | Q(employee__person__phone="")
            | Q(employee__person__photo="")
        ),
        help=_("Birth date, passport, phone or photo is missing."), **POSITION_ROWS,
    )
)  # fmt: skip
