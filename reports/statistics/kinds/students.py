"""Students on any day, from the placements in force then (duties 2.8, 3.7; a tutor's own groups)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Scope
from hemis.pages.columns import Column
from reports.statistics.declaration import DAY, Asked, Dimension, Measure, Statistic, register
from reports.statistics.dimensions import YES_NO, age, age_bands, coded, of_person, of_placement, sign_in
from students.models import Placement
from students.models.studies import MARITAL_STATUSES

PERMISSION = "statistics.view"
STUDYING, FEE_PAYING, WOMAN, FOREIGN_CITIZEN = "11", "12", "12", "12"
GENDER = {"gender": "student__person__gender"}


def placed(scope: Scope, asked: Asked) -> QuerySet:
    """Placements in force on the day: at most one of each student."""
    return Placement.objects.on(asked.day).for_scope(scope)


STUDENTS = register(
    Statistic(
        "students",
        _("Students"),
        PERMISSION,
        placed,
        Placement,
        DAY,
        dimensions=(
            coded("status", _("Status"), "status", "h_student_status"),
            *of_placement("", PERMISSION),
            *of_person("student__person__"),
            age_bands("age", _("Age"), "student__person__birth_date", (17, 18, 19, 20, 21, 22, 23, 25, 30, 35)),
            coded("social", _("Social category"), "student__social_category", "h_social_category"),
            coded("kind", _("Kind of student"), "student__student_type", "h_student_type"),
            coded("accommodation", _("Place of living"), "student__accommodation", "h_accommodation"),
            coded("living", _("Status of the place of living"), "student__living_status", "h_student_living_status"),
            coded("living_region", _("Region of living"), "student__current_region", "h_soato",
                  among=lambda code: len(code) == 4),
            Dimension("marital", _("Marital status"), "student__marital_status", choices=MARITAL_STATUSES),
            Dimension("targeted", _("Targeted admission"), "student__is_targeted", choices=YES_NO),
            Dimension("entry_year", _("Entry year"), "student__entry_year", is_time=True),
            sign_in("student__person__"),
        ),
        measures=(
            Measure(
                "people", _("Students"), unit=_("people"),
                why=_("placements in force on the day; a student has at most one"),
            ),
            Measure(
                "women", _("Women"), f"count(*) FILTER (WHERE {{gender}} = '{WOMAN}')", GENDER, _("people"),
                why=_("of the students, those whose gender is female"),
            ),
            Measure(
                "women_share", _("Women, %"),
                f"round(100.0 * count(*) FILTER (WHERE {{gender}} = '{WOMAN}') / nullif(count(*), 0), 1)", GENDER,
                why=_("women of a hundred students"), adds_up=False, digits=1,
            ),
            Measure(
                "paying", _("Studying for a fee"), f"count(*) FILTER (WHERE {{payment}} = '{FEE_PAYING}')",
                {"payment": "payment_form"}, _("people"), why=_("of the students, those on a payment contract"),
            ),
            Measure(
                "foreign", _("Foreign citizens"), f"count(*) FILTER (WHERE {{citizenship}} = '{FOREIGN_CITIZEN}')",
                {"citizenship": "student__person__citizenship"}, _("people"),
                why=_("of the students, citizens of a foreign state"),
            ),
            Measure(
                "average_age", _("Average age"), "round(avg({age}), 1)", {"age": age("student__person__birth_date")},
                why=_("full years on the day, over those whose birth date is entered"), adds_up=False, digits=1,
            ),
        ),
        by=("faculty", "course"),
        columns=(
            Column("student__person", _("Student"), link=True),
            Column("student__number"),
            Column("faculty"),
            Column("programme__speciality"),
            Column("group"),
            Column("course"),
            Column("payment_form"),
            Column("status"),
        ),
        help=_(
            "Where and how somebody studied is taken from the orders in force on the day; facts about the person are "
            "those of today. A faculty sees those who were its own on that day."
        ),
        chosen={"status": (STUDYING,)},
        select_related=("student__person", "faculty", "programme__speciality", "group"),
        ordering=("student__person__sort_key", "pk"),
        link=lambda row: reverse("students_students_detail", args=[row.student_id]),
        place=1,
    )
)  # fmt: skip
