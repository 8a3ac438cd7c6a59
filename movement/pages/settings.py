"""What academic affairs keep for orders: figures of the law, and who agrees to what."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.duties import ROLES
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register
from movement import actions
from movement.defaults import USUAL_STEPS
from movement.forms import AgreementStepForm, MovementRuleForm
from movement.kinds import KINDS, kind_title
from movement.models import AgreementStep, MovementRule
from movement.pages.register import Orders


class MovementRules(Register):
    app, name = "movement", "rules"
    title, title_one = gettext_lazy("Rules of movement"), gettext_lazy("rule")
    model, permission, menu = MovementRule, "order_rule", Orders.menu
    columns = [
        Column("code", link=True),
        Column("value"),
        Column("valid_from"),
        Column("source"),
        Column("is_confirmed"),
    ]
    filters = [Filter("code"), BooleanFilter("is_confirmed")]
    search = ("code", "source", "value")
    form = MovementRuleForm
    empty = gettext_lazy("Enter the figures of the law with the day from which they hold; older ones stay.")


class AgreementSteps(Register):
    app, name = "movement", "agreement_steps"
    title, title_one = gettext_lazy("Who agrees to orders"), gettext_lazy("step of agreement")
    model, permission, menu = AgreementStep, "order_rule", Orders.menu
    columns = [
        Column("order_kind", value=lambda row: kind_title(row.order_kind), sort="order_kind", link=True),
        Column("position", numeric=True),
        Column("role"),
        Column("is_active"),
    ]
    filters = [
        Filter("order_kind", choices=lambda access: [(key, str(kind.title)) for key, kind in KINDS.items()]),
        Filter("role"),
        BooleanFilter("is_active"),
    ]
    form = AgreementStepForm
    header_actions = [
        MenuItem("movement", gettext_lazy("The usual steps"), "order_usual_steps", "order_rule.edit")
    ]
    empty = gettext_lazy("Nobody is asked to agree: orders go to the signature at once.")


@page("order_rule.edit")
def usual_steps(request: Request) -> HttpResponse:
    """The steps that most universities have: shown, then added; what is set already stays."""
    if request.method == "POST":
        made = actions.add_usual_steps(access=request.access)
        messages.success(request, _("%(count)d steps are added.") % {"count": made})
        return redirect("movement_agreement_steps_list")
    steps = [
        (kind_title(key), [str(ROLES[role].title) for role in roles]) for key, roles in USUAL_STEPS.items()
    ]
    return render(request, "movement/usual_steps.html", {"title": _("The usual steps"), "steps": steps})
