"""Quality of the students' data: how complete, what is wrong with whom, mended in place (clause B4)."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django import forms as django_forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.guard import page
from hemis.access.scope import Access
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.pages import menu
from hemis.pages.forms import RegisterForm, StaleRow
from hemis.people import names
from hemis.sheets.writing import book
from structure.models import Unit
from students import actions, quality
from students.forms.card import PhotoForm
from students.models import Group, Student
from students.pages.card import PARTS
from students.sheets import card_rows

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CUTS = {
    "faculty": gettext_lazy("By faculty"),
    "course": gettext_lazy("By course"),
    "group": gettext_lazy("By group"),
}
PAGE_SIZE = 25


# Parts of the card that come back filled in from Excel.
FILLED = ("personal", "permanent", "living", "contacts")


def _chosen(request: Request) -> dict[str, str]:
    return {name: request.GET[name] for name in quality.NARROW if request.GET.get(name)}


def _named(lines: list[quality.Line], by: str) -> list[dict[str, Any]]:
    """Lines with readable labels, sorted by them."""
    keys = [line.key for line in lines if line.key]
    labels: dict[str, str] = {}
    if by == "course":
        labels = {key: classifiers.label("h_course", key) for key in keys}
    else:
        model: Any = Unit if by == "faculty" else Group
        labels = {str(pk): name for pk, name in model.objects.filter(pk__in=keys).values_list("pk", "name")}
    shown = [{"line": line, "label": labels.get(line.key, "") or _("none")} for line in lines]
    return sorted(shown, key=lambda one: names.sort_key(one["label"]))


@page("data_quality.view")
def overview(request: Request) -> HttpResponse:
    """Completeness and the count of every rule, by faculty, course or group."""
    scope = request.access.scope("data_quality.view")
    by = request.GET.get("by") if request.GET.get("by") in CUTS else ""
    by = by or ("faculty" if scope.everything else "group")
    total, *lines = quality.overview(scope, by=by, chosen=_chosen(request))
    rules = quality.by_severity(quality.RULES.values())
    context = {
        "title": _("Quality of data"),
        "total": total,
        "lines": _named(lines, by),
        "by": by,
        "cuts": CUTS.items(),
        "chosen": _chosen(request),
        "narrowed": _narrowed(_chosen(request)),
        "rules": [
            {
                "rule": rule,
                "count": total.faults[rule.code],
                "severity": quality.SEVERITIES[rule.severity][0],
                "colour": quality.SEVERITIES[rule.severity][1],
            }
            for rule in rules
        ],
    }
    if request.GET.get("file") == "xlsx":
        return _overview_file(context)
    return render(request, "students/quality.html", context)


def _narrowed(chosen: dict[str, str]) -> str:
    """What the address narrows to, in words."""
    found: list[str] = []
    if chosen.get("faculty", "").isdigit():
        found += Unit.objects.filter(pk=chosen["faculty"]).values_list("name", flat=True)
    if chosen.get("course"):
        found.append(classifiers.label("h_course", chosen["course"]))
    if chosen.get("group", "").isdigit():
        found += Group.objects.filter(pk=chosen["group"]).values_list("name", flat=True)
    return " · ".join(found)


def _overview_file(context: dict[str, Any]) -> HttpResponse:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    rules = [one["rule"] for one in context["rules"]]
    head = [
        _("Cut"),
        _("Students"),
        _("Without faults"),
        _("Completeness, %"),
        *(str(r.title) for r in rules),
    ]
    sheet.write_row(0, 0, head, bold)
    rows = [*context["lines"], {"line": context["total"], "label": _("Total")}]
    for at, one in enumerate(rows, start=1):
        line = one["line"]
        figures = [line.students, line.clean, line.completeness, *(line.faults[r.code] for r in rules)]
        sheet.write_row(at, 0, [one["label"], *figures])
    sheet.set_column(0, 0, 40)
    book.close()
    return _file(out.getvalue(), "data-quality")


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.xlsx"'
    return answer


def _rule(code: str) -> quality.Rule:
    rule = quality.RULES.get(code)
    if rule is None:
        raise Http404(code)
    return rule


def _found(request: Request, rule: quality.Rule) -> QuerySet[Student]:
    sql, params = quality.students_with(rule, request.access.scope("data_quality.view"), _chosen(request))
    rows = Student.objects.filter(pk__in=RawSQL(sql, params)).with_card()  # noqa: S611
    return rows.order_by("person__sort_key", "pk")


@page("data_quality.view")
def by_rule(request: Request, code: str) -> HttpResponse:
    """The students on whom one rule finds something, each with the form that mends it."""
    rule = _rule(code)
    rows = _found(request, rule)
    if request.GET.get("file") == "xlsx":
        return _rule_file(rule, rows)
    paginator = Paginator(rows, PAGE_SIZE)
    shown = paginator.get_page(request.GET.get("page"))
    _lead_on(request.access, rule, shown.object_list)
    context = {
        "title": rule.title,
        "rule": rule,
        "severity": quality.SEVERITIES[rule.severity][0],
        "colour": quality.SEVERITIES[rule.severity][1],
        "page": shown,
        "paginator": paginator,
        "narrowed": _narrowed(_chosen(request)),
        "may_mend": bool(rule.section) and request.access.can("student.edit"),
        "may_fill": rule.section in FILLED and request.access.can("student.edit"),
    }
    return render(request, "students/quality_rule.html", context)


def _lead_on(access: Access, rule: quality.Rule, students: Any) -> None:
    """Tell each row where its fault is mended, for whoever has the duty."""
    if rule.mend is None or not access.can(rule.mend.permission):
        return
    for one in students:
        one.mend_url = rule.mend.url(one)


def _rule_file(rule: quality.Rule, rows: QuerySet[Student]) -> HttpResponse:
    """The list as the sheet of cards: filled in, it is given back by the upload."""
    headers, cells = card_rows(rows)
    return _file(book([(str(_("Students")), headers, cells)]), f"data-quality-{rule.code}")


# --- mending


def mend_form(
    rule: quality.Rule, student: Student, access: Access, data: Any = None, uploaded: Any = None
) -> django_forms.Form | RegisterForm:
    """A form of exactly the fields that the rule finds missing or contradicting."""
    if rule.section == "photo":
        return PhotoForm(data, uploaded, auto_id=f"id_{student.pk}_%s")
    part = PARTS[rule.section]
    obj = part.blank(student) if part.many else part.rows(student)[0]
    form = part.form(data, uploaded, instance=obj, access=access, auto_id=f"id_{student.pk}_%s")
    if rule.fields:
        for name in [name for name in form.fields if name not in (*rule.fields, "row_version")]:
            del form.fields[name]
    for name in rule.fields:
        form.fields[name].required = True
    return form


@page("student.edit")
def mend(request: Request, code: str, pk: int) -> HttpResponse:
    """Mend one fault of one student: the row of the list (htmx), or a page of its own."""
    rule = _rule(code)
    if not rule.section:
        raise Http404(code)
    rows = Student.objects.for_scope(request.access.scope("student.edit")).with_card()
    student = get_object_or_404(rows, pk=pk)
    posted = request.method == "POST"
    form = mend_form(
        rule,
        student,
        request.access,
        request.POST if posted else None,
        (request.FILES or None) if posted else None,
    )
    status = 200
    if posted:
        if form.is_valid():
            try:
                _save(rule, student, form, request.access)
            except StaleRow:
                form.add_error(None, _("Somebody else saved this meanwhile; open the card."))
            else:
                return _mended(request, rule, student)
        status = 422
    context = {
        "title": f"{rule.title}: {student.person}",
        "rule": rule,
        "student": student,
        "form": form,
        "button": _("Save"),
        "back_url": reverse("students_quality_rule", args=[code]),
        "note": rule.hint,
    }
    template = "students/_mend.html" if request.htmx else "students/simple_form.html"
    # htmx swaps only answers that are not errors.
    return render(request, template, context, status=200 if request.htmx else status)


def _save(rule: quality.Rule, student: Student, form: Any, access: Access) -> None:
    if rule.section == "photo":
        actions.set_photo(student, access=access, photo=form.cleaned_data["photo"])
    else:
        form.save()


def _mended(request: Request, rule: quality.Rule, student: Student) -> HttpResponse:
    wrong = bool(quality.still_wrong(rule, [student.pk]))
    if not request.htmx:
        return redirect("students_quality_rule", code=rule.code)
    return render(request, "students/_mended.html", {"rule": rule, "student": student, "still_wrong": wrong})


menu.register(
    menu.MenuItem("students", gettext_lazy("Quality of data"), "students_quality", "data_quality.view", 15)
)
