"""The group builder: choose, look at the groups as they would be, then let it happen (duty 2.1)."""

from __future__ import annotations

from statistics import fmean
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import menu
from movement import actions as orders
from movement.builder import actions
from movement.builder.forms import BuilderForm, OrderForm
from students.distribution import NO_GROUP
from students.models import Candidate

FEMALE, MALE = "12", "11"


@page("group.edit")
def builder(request: Request) -> HttpResponse:
    """A preview by GET, the deed by POST of exactly what the preview showed."""
    form = BuilderForm(request.GET if "faculty" in request.GET else None, access=request.access)
    context: dict[str, Any] = {
        "title": _("Distribute into groups"),
        "form": form,
        "back_url": reverse("students_groups_list"),
    }
    if not form.is_bound or not form.is_valid():
        return render(request, "movement/builder.html", context, status=422 if form.errors else 200)
    question = form.question
    students = question.who == actions.STUDENTS_WITHOUT
    order_form = OrderForm(request.POST or None) if students else None
    if request.method == "POST" and (order_form is None or order_form.is_valid()):
        done = _done(request, question, order_form)
        if done:
            return done
    context |= _preview(actions.plan(question, access=request.access)) | {"order_form": order_form}
    failed = request.method == "POST"
    return render(request, "movement/builder.html", context, status=422 if failed else 200)


def _done(request: Request, question: actions.Question, order_form: OrderForm | None) -> HttpResponse | None:
    """Do it; None when it cannot be done and the preview is to be looked at again."""
    shown = request.POST.get("shown", "")
    try:
        if order_form is None:
            count = actions.place_candidates(question, access=request.access, shown=shown)
            messages.success(
                request,
                _("Candidates with a group now: %(count)d. Form the admission order.") % {"count": count},
            )
            return redirect("students_candidates_list")
        made = actions.order_students(question, access=request.access, shown=shown, **order_form.cleaned_data)
    except actions.Changed:
        messages.warning(request, _("People or groups have changed meanwhile: look at the new preview."))
    except orders.OrderError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("Draft orders are formed: %(count)d. The groups hold once the orders are executed.")
            % {"count": len(made)},
        )
        return redirect("movement_orders_list")
    return None


def _preview(plan: actions.Plan) -> dict[str, Any]:
    """Every group as it would be, and who is left."""
    coming: dict[int, list] = {}
    for person, group in plan.result.places.items():
        coming.setdefault(group, []).append(plan.people[person])
    groups = [
        _group(plan, key, sorted(people, key=lambda one: one.person.sort_key))
        for key, people in sorted(coming.items(), key=lambda one: plan.groups[one[0]].name)
    ]
    left = [
        {
            "row": plan.people[key],
            "programme": _programme(plan.people[key]),
            "why": _("no active group of this speciality, form, language and entry year")
            if why == NO_GROUP
            else _("no free place in the groups that fit"),
        }
        for key, why in plan.result.left.items()
    ]
    left.sort(key=lambda one: (one["why"], one["row"].person.sort_key))
    return {
        "previewed": True,
        "plan": plan,
        "groups": groups,
        "left": left,
        "placed": len(plan.result.places),
    }


def _group(plan: actions.Plan, key: int, people: list) -> dict[str, Any]:
    place = plan.places[key]
    scores = [float(score) for one in people if (score := _score(one)) is not None]
    return {
        "group": plan.groups[key],
        "before": place.taken,
        "after": place.taken + len(people),
        "women": sum(one.person.gender == FEMALE for one in people),
        "men": sum(one.person.gender == MALE for one in people),
        "score": round(fmean(scores), 1) if scores else None,
        "people": [{"row": one, "score": _score(one)} for one in people],
    }


def _score(row: Any) -> Any:
    return row.score if isinstance(row, Candidate) else row.entrance_score


def _programme(row: Any) -> Any:
    return row.programme if isinstance(row, Candidate) else row.current.programme


menu.register(
    menu.MenuItem("students", gettext_lazy("Distribute into groups"), "students_builder", "group.edit", 21)
)
