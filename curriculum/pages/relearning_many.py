"""Many debtors of one subject registered for relearning at once, after a look at what each would get (duty 2.3)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import relearning as offers
from curriculum import relearning_many as room
from curriculum.models import Registration, RelearningWindow
from curriculum.pages.common import dressed
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.verbs import tell_refused

CHOSEN = "curriculum.chosen_debts"
LIST = "curriculum_relearnings_list"


class ManyForm(forms.Form):
    """A half-year that is open, a place that teaches the subject in it, and the basis of those without a contract."""

    window = forms.ModelChoiceField(label=gettext_lazy("half-year"), queryset=RelearningWindow.objects.none())
    place = forms.ChoiceField(label=gettext_lazy("studied with"), required=False)
    basis = forms.CharField(
        label=gettext_lazy("basis"),
        max_length=255,
        required=False,
        help_text=gettext_lazy(
            "The payment or the decision; needed for those who have no contract of the year."
        ),
    )

    def __init__(self, data: QueryDict, *, rows: list[Registration]):
        windows = offers.open_windows().select_related("academic_year")
        given = data.copy()
        if "window" not in given and (first := windows.first()):
            given["window"] = str(first.pk)
        super().__init__(given)
        field: Any = self.fields["window"]
        field.queryset = windows
        window = windows.filter(pk=given["window"]).first() if given.get("window", "").isdigit() else None
        self.places = {one.key: one for one in room.places_for(rows, window)} if window else {}
        place: Any = self.fields["place"]
        place.choices = [("", "—"), *((one.key, str(one)) for one in self.places.values())]
        # A place of another half-year is none of this one; where there is but one, it is meant.
        if given.get("place") not in self.places:
            given["place"] = next(iter(self.places)) if len(self.places) == 1 else ""
        dressed(self)

    @property
    def chosen(self) -> offers.Place | None:
        return self.places.get(self.cleaned_data["place"]) if self.is_valid() else None


@page("relearning.edit")
def many(request: Request) -> HttpResponse:
    """What each chosen debtor would get at a place; those who stay ticked are registered in one transaction."""
    rows = list(room.debts_of(request.session.get(CHOSEN, []), request.access))
    if not rows:
        messages.info(request, _("Tick debts of one subject in the list of debtors first."))
        return redirect(LIST)
    subject = rows[0].curriculum_subject.subject
    form = ManyForm(request.POST if request.method == "POST" else request.GET, rows=rows)
    place = form.chosen
    if request.method == "POST" and place is not None:
        ticked = set(request.POST.getlist("student"))
        return _register(request, form, [row for row in rows if str(row.student_id) in ticked])
    found = []
    if place is not None:
        data = form.cleaned_data
        found = room.candidates(rows, data["window"], place, basis=data["basis"])
    context = {
        "title": _("Relearning of many: %(subject)s") % {"subject": subject.get_name_display()},
        "form": form,
        "place": place,
        "rows": rows,
        "found": found,
        "ready": sum(not one.reason for one in found),
        "most": room.MOST if len(request.session.get(CHOSEN, [])) > room.MOST else 0,
    }
    return render(request, "curriculum/relearning_many.html", context)


def _register(request: Request, form: ManyForm, rows: list) -> HttpResponse:
    data, place = form.cleaned_data, form.chosen
    assert place is not None  # asked before
    found = room.candidates(rows, data["window"], place, basis=data["basis"])
    outcome = room.register(found, data["window"], place, access=request.access, basis=data["basis"])
    tell_refused(request, outcome.refused)
    if outcome.done:
        messages.success(
            request,
            _("%(count)d students are registered and go to the lessons of %(group)s.")
            % {"count": outcome.done, "group": place.group},
        )
    request.session.pop(CHOSEN, None)
    return redirect(LIST)
