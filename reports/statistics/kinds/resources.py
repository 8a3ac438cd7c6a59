"""What subjects have: topics, resources, questions; and places of admission (duties 2.3, 8.2, B4, B6)."""

from __future__ import annotations

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from curriculum.materials import queries
from curriculum.models import CurriculumSubject, Subject, TeachingAudience
from grading.tasks.models import Task
from hemis.access.scope import Access, Scope
from hemis.pages.columns import Column
from reports.statistics.declaration import YEAR, Asked, Dimension, Measure, Statistic, register
from reports.statistics.dimensions import coded, faculty, kafedra, names_of, speciality
from reports.statistics.kinds.attendance import NAME, kafedras
from reports.statistics.kinds.results import SEMESTERS
from staff.models import Employee
from students.models import AdmissionQuota
from students.queries import with_actual

RESOURCE, QUOTA = "resource.view", "quota.view"
TOPICS = ((queries.COMPLETE, _("all hours have topics")), (queries.PART, _("some hours have topics")),
          (queries.NONE, _("no topics")))  # fmt: skip


def subjects(scope: Scope, asked: Asked) -> QuerySet:
    """Subjects of approved plans that are studied in the year, with what they have."""
    rows = queries.subjects_of(scope).filter(semester__academic_year=asked.year, curriculum__state="approved")
    # From the audiences of the subject to their tasks: few of either, where the tasks of a year are many.
    audiences = TeachingAudience.objects.filter(curriculum_subject=OuterRef("pk"))
    sent = Count("teaching__tasks", distinct=True, filter=~Q(teaching__tasks__state=Task.DRAFT))
    counted = audiences.order_by().values("curriculum_subject").annotate(n=sent)
    return queries.with_hours(rows).annotate(
        task_count=Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), Value(0))
    )


def teachers(access: Access) -> QuerySet:
    """Responsible teachers of subjects in the scope."""
    seen = CurriculumSubject.objects.for_scope(access.scope(RESOURCE)).order_by().values("teacher")
    return Employee.objects.filter(pk__in=seen).select_related("person").order_by("person__sort_key")


def _has(name: str) -> str:
    return f"count(*) FILTER (WHERE {{{name}}} > 0)"


RESOURCES = register(
    Statistic(
        "resources",
        _("Resources of subjects"),
        RESOURCE,
        subjects,
        CurriculumSubject,
        YEAR,
        dimensions=(
            kafedra("kafedra", kafedras(RESOURCE)),
            faculty("curriculum__speciality__faculty", RESOURCE),
            speciality("curriculum__speciality", RESOURCE),
            coded("course", _("Course"), "semester__course", "h_course"),
            Dimension("semester", _("Semester"), "semester__number", choices=SEMESTERS),
            coded("form", _("Education form"), "curriculum__education_form", "h_education_form"),
            coded("subject_kind", _("Kind of subject"), "kind", "h_subject_type"),
            Dimension("topics", _("Topics"), "topic_state", choices=TOPICS),
            Dimension(
                "teacher", _("Responsible teacher"), "teacher", names=names_of(Employee, *NAME), offered=teachers,
                is_wide=True,
            ),
            Dimension("subject", _("Subject"), "subject", names=names_of(Subject, "name"), is_wide=True),
        ),
        measures=(
            Measure("subjects", _("Subjects"), why=_("subjects of approved plans, one for each plan and semester")),
            Measure("topics", _("With all topics"), f"count(*) FILTER (WHERE {{state}} = '{queries.COMPLETE}')",
                    {"state": "topic_state"}, why=_("subjects whose topics cover all hours of the plan")),
            Measure("resourced", _("With resources"), _has("resources"), {"resources": "resource_count"},
                    why=_("subjects with at least one resource")),
            Measure("questioned", _("With questions"), _has("questions"), {"questions": "question_count"},
                    why=_("subjects with at least one control question")),
            Measure("resources", _("Resources"), "coalesce(sum({resources}), 0)", {"resources": "resource_count"},
                    why=_("resources of these subjects")),
            Measure("tasks", _("Tasks"), "coalesce(sum({tasks}), 0)", {"tasks": "task_count"},
                    why=_("control tasks and tests sent to the students of these subjects")),
            Measure("share", _("With resources, %"),
                    "round(100.0 * count(*) FILTER (WHERE {resources} > 0) / nullif(count(*), 0), 1)",
                    {"resources": "resource_count"}, why=_("subjects with resources of a hundred"), adds_up=False,
                    digits=1),
        ),
        by=("kafedra", ""),
        columns=(
            Column("subject", link=True),
            Column("curriculum"),
            Column("semester"),
            Column("kafedra"),
            Column("topic_state", _("Topics"), value=lambda row: dict(TOPICS)[row.topic_state]),
            Column("resource_count", _("Resources"), value=lambda row: row.resource_count),
            Column("question_count", _("Questions"), value=lambda row: row.question_count),
            Column("task_count", _("Tasks"), value=lambda row: row.task_count),
            Column("teacher"),
        ),
        help=_("From approved curricula of the year and what teachers have uploaded."),
        select_related=("subject", "curriculum", "semester", "kafedra", "teacher__person"),
        ordering=("subject__name", "pk"),
        link=lambda row: reverse("curriculum_topics_detail", args=[row.pk]),
        place=10,
    )
)  # fmt: skip


def quotas(scope: Scope, asked: Asked) -> QuerySet:
    """Quotas of the year of entry with who was admitted."""
    return with_actual(AdmissionQuota.objects.for_scope(scope).filter(entry_year=asked.year))


QUOTAS = register(
    Statistic(
        "quota",
        _("Admission quotas"),
        QUOTA,
        quotas,
        AdmissionQuota,
        YEAR,
        dimensions=(
            faculty("speciality__faculty", QUOTA),
            speciality("speciality", QUOTA),
            coded("form", _("Education form"), "education_form", "h_education_form"),
            coded("payment", _("Payment form"), "payment_form", "h_payment_form"),
            coded("language", _("Language"), "language", "h_language"),
        ),
        measures=(
            Measure("places", _("Places"), "coalesce(sum({places}), 0)", {"places": "places"}, _("places"),
                    why=_("places of the quotas")),
            Measure("candidates", _("Admitted"), "coalesce(sum({candidates}), 0)", {"candidates": "candidates"},
                    _("people"), why=_("people of the admission lists who fall under a quota")),
            Measure("students", _("Became students"), "coalesce(sum({students}), 0)", {"students": "students"},
                    _("people"), why=_("of the admitted, those with an executed order")),
            Measure("free", _("Free"), "coalesce(sum({free}), 0)", {"free": "free"}, _("places"),
                    why=_("places less the admitted; below zero when more were admitted")),
            Measure("share", _("Filled, %"), "round(100.0 * sum({candidates}) / nullif(sum({places}), 0), 1)",
                    {"candidates": "candidates", "places": "places"}, why=_("admitted of a hundred places"),
                    adds_up=False, digits=1),
        ),
        by=("faculty", ""),
        columns=(
            Column("speciality", link=True),
            Column("education_form"),
            Column("payment_form"),
            Column("language"),
            Column("places"),
            Column("candidates", _("Admitted"), value=lambda row: row.candidates),
            Column("free", _("Free"), value=lambda row: row.free),
        ),
        help=_("Quotas of the year of entry against the admission lists."),
        select_related=("speciality",),
        ordering=("speciality__code", "pk"),
        link=lambda row: reverse("students_quotas_detail", args=[row.pk]),
        place=11,
        year_title=_("Entry year"),
    )
)  # fmt: skip
