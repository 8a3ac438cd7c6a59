"""What the pages of the study process share: the half-year, chosen rows, plain forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from curriculum import rules
from hemis.base import Request
from hemis.classifiers.queries import choices
from hemis.pages.columns import begin_large
from students.models import AcademicYear, Group

AUTUMN, SPRING = "11", "12"


def dressed(form: forms.BaseForm) -> Any:
    """A form that is no register's, in the dress of the house."""
    for field in form.fields.values():
        field.label = begin_large(field.label or "")  # type: ignore[arg-type]
        css = "form-control"
        if isinstance(field.widget, forms.Select):
            css = "form-select"
        if isinstance(field.widget, forms.CheckboxInput):
            css = "form-check-input"
        field.widget.attrs.setdefault("class", css)
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = "—"
            field.widget.attrs.setdefault("data-autocomplete", "1")
    return form


def now_half_year() -> tuple[int, str]:
    """The academic year and the half-year of today; in the holidays, that which comes."""
    today = timezone.localdate()
    if today.month >= rules.AUTUMN[0] - 1:
        return today.year, AUTUMN
    return today.year - 1, SPRING if today.month > 1 else AUTUMN


def asked_half_year(data) -> tuple[int, str]:
    """The half-year of the address, or that of today."""
    year, term = now_half_year()
    asked, half = data.get("year", ""), data.get("term", "")
    return (int(asked) if asked.isdigit() and len(asked) == 4 else year), half if half in (
        AUTUMN,
        SPRING,
    ) else term  # noqa: PLR2004


class HalfYearForm(forms.Form):
    """An academic year and a half-year."""

    year = forms.ModelChoiceField(label=gettext_lazy("academic year"), queryset=AcademicYear.objects.all())
    term = forms.ChoiceField(label=gettext_lazy("half-year"))

    def __init__(self, *args, **kwargs):
        year, term = now_half_year()
        kwargs["initial"] = {"year": year, "term": term} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["term"].choices = choices("h_semestr_type")  # type: ignore[attr-defined]
        dressed(self)


class GroupForm(forms.Form):
    """A group of the scope; empty: the own one again."""

    group = forms.ModelChoiceField(
        label=gettext_lazy("attends with the group"), queryset=Group.objects.none(), required=False
    )

    def __init__(self, *args, groups, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        dressed(self)


def keep_chosen(key: str, url_name: str) -> Callable[[Request, Any], HttpResponse]:
    """A bulk action that asks further on a page of its own: the ticked rows wait in the session."""

    def run(request: Request, rows) -> HttpResponse:
        request.session[key] = list(rows.values_list("pk", flat=True)[:MOST_CHOSEN])
        return redirect(url_name)

    return run


MOST_CHOSEN = 5000


def form_page(
    request: Request, form: forms.BaseForm, *, title: str, note: str, button: str, back: str
) -> HttpResponse:
    """A page with one form."""
    context = {"title": title, "form": form, "note": note, "button": button, "back_url": back}
    return render(request, "students/simple_form.html", context, status=422 if form.errors else 200)


def to_tab(url_name: str, pk: int, tab: str) -> HttpResponse:
    """Back to a tab of a card."""
    return redirect(f"{reverse(url_name, args=[pk])}?tab={tab}")
