"""Panels of the home page: the contingent for those who see students, the own studies for a student."""

from __future__ import annotations

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from hemis.access.scope import Access
from hemis.base import name_of
from hemis.classifiers import queries as classifiers
from hemis.pages.charts import Chart, Series
from hemis.pages.home import Panel, register_panel
from students.models import Student

STUDYING = "11"


def _list(**query: str) -> str:
    return reverse("students_students_list", query={"status": STUDYING, **query})


def contingent(access: Access) -> dict | None:
    """Students of the scope by course and payment form: one query."""
    rows = (
        Student.objects.for_scope(access.scope("student.view"))
        .filter(current__status=STUDYING)
        .order_by()
        .values_list("current__course", "current__payment_form")
        .annotate(people=Count("pk"))
    )
    counted = {(course, payment): people for course, payment, people in rows}
    if not counted:
        return None
    courses = sorted({course for course, _payment in counted})
    payments = sorted({payment for _course, payment in counted})
    chart = Chart(
        title=gettext("Students by course and payment form"),
        heading=gettext("Course"),
        rows=[classifiers.label("h_course", course) for course in courses],
        series=[
            Series(
                classifiers.label("h_payment_form", payment),
                [counted.get((course, payment), 0) for course in courses],
                [_list(course=course, payment_form=payment) for course in courses],
            )
            for payment in payments
        ],
        unit=gettext("people"),
    )
    return {"chart": chart}


def by_faculty(access: Access) -> dict | None:
    """Students of each faculty, for those whose scope is the whole university: one query."""
    scope = access.scope("student.view")
    if not scope.everything:
        return None
    rows = list(
        Student.objects.filter(current__status=STUDYING)
        .order_by("current__faculty__position", "current__faculty__code")
        .values_list("current__faculty", name_of("current__faculty"))
        .annotate(people=Count("pk"))
    )
    if not rows:
        return None
    chart = Chart(
        title=gettext("Students by faculty"),
        heading=gettext("Faculty"),
        rows=[name for _pk, name, _people in rows],
        series=[
            Series(
                gettext("Students"),
                [people for _pk, _name, people in rows],
                [_list(faculty=str(pk)) for pk, _name, _people in rows],
            )
        ],
        horizontal=True,
        unit=gettext("people"),
    )
    return {"chart": chart}


def own_studies(access: Access) -> dict | None:
    """Where and how the student studies now: one query."""
    found = Student.objects.for_scope(access.scope("own.card")).with_card().filter(current__isnull=False)
    student = found.order_by("-entry_year").first()
    return {"student": student} if student else None


register_panel(
    Panel(
        "contingent",
        gettext_lazy("Students by course and payment form"),
        "student.view",
        "components/panel_chart.html",
        contingent,
        _list,
    )
)
register_panel(
    Panel(
        "faculties",
        gettext_lazy("Students by faculty"),
        "student.view",
        "components/panel_chart.html",
        by_faculty,
    )
)
register_panel(
    Panel(
        "own-studies",
        gettext_lazy("My studies"),
        "own.card",
        "students/_own_studies.html",
        own_studies,
        lambda: reverse("my_card"),
    )
)
