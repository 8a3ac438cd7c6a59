"""Pages of changes of contracts: what orders have proposed, what is in force (duty 7.1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.common import FinanceError, faculties, year_filter
from finance.contracts import changes, forms
from finance.contracts.pages import signature
from finance.models import ContractChange
from finance.steps import readable_steps
from hemis.access.guard import is_in_scope
from hemis.access.scope import Access
from hemis.base import Request
from hemis.documents.actions import drawn_when_opened
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.home import Todo, register_todo
from hemis.pages.register import BulkAction, Register, Tab
from hemis.pages.verbs import each, verb

STATE_COLOURS = {
    ContractChange.PROPOSED: "orange",
    ContractChange.FORMED: "azure",
    ContractChange.SIGNED: "green",
    ContractChange.CANCELLED: "red",
}
AT_ONCE = 50


def _steps(request: Request, change: ContractChange) -> dict:
    return {"steps": readable_steps(change.steps), "change": change}


def _instalments(request: Request, change: ContractChange) -> dict:
    return {"instalments": change.instalments.all()}


def _form_many(request: Request, rows) -> str:
    """Put the ticked proposals into force; who cannot be reckoned is told."""
    chosen = rows.filter(state=ContractChange.PROPOSED).order_by("contract", "position")[:AT_ONCE]
    with drawn_when_opened():
        done = each(request, chosen, partial(changes.form_change, access=request.access), errors=FinanceError)
    return _("%(count)d changes are in force.") % {"count": done}


class ContractChanges(Register):
    app, name = "finance", "contract_changes"
    title, title_one = gettext_lazy("Changes of contracts"), gettext_lazy("change of a contract")
    model, permission, menu = ContractChange, "contract", "finance"
    menu_place = 14
    columns = [
        Column("number", gettext_lazy("Number"), link=True, sort="contract__number"),
        Column(
            "contract__student__person", gettext_lazy("Student"), sort="contract__student__person__sort_key"
        ),
        Column("kind", value=lambda row: row.ground_text, sort="kind"),
        Column("effective_on"),
        Column("order", hidden=True),
        Column("before", numeric=True),
        Column("amount", numeric=True),
        Column(
            "difference", gettext_lazy("Difference, soʻm"), numeric=True, value=lambda row: row.difference
        ),
        Column("state", badge=STATE_COLOURS),
        Column("contract__faculty", sort="contract__faculty__name", hidden=True),
    ]
    filters = [
        year_filter("contract__academic_year"),
        RelatedFilter("faculty", faculties, lookup="contract__faculty"),
        Filter("kind"),
        Filter("state"),
        RangeFilter("effective_on", "date"),
    ]
    search = ("contract__number", "contract__student__number")
    search_person = "contract__student__person"
    select_related = (
        "contract__student__person", "contract__faculty", "contract__academic_year", "order", "formed_by__person",
        "placement__programme__speciality", "relearning__student__person", "relearning__owed__subject",
    )  # fmt: skip
    fields = (
        "contract", "kind", "effective_on", "order", "relearning", "placement__programme",
        "placement__education_form", "before",
        "amount", "state", "date", "formed_by", "signed_on", "cancel_reason",
    )  # fmt: skip
    tabs = [
        Tab("steps", gettext_lazy("Why so much?"), "finance/_change_steps.html", _steps),
        Tab("instalments", gettext_lazy("Instalments"), "finance/_change_instalments.html", _instalments),
    ]
    actions = [
        BulkAction("form", gettext_lazy("Put into force"), "contract.create", _form_many, icon="check"),
    ]
    detail_template = "finance/contract_change.html"
    files = ("scan",)
    empty = gettext_lazy(
        "Orders on transfer, leave and expulsion, and relearning, propose changes here by themselves."
    )

    @classmethod
    def edit_permission(cls) -> str:
        return "contract.create"

    @classmethod
    def detail_context(cls, request, obj):
        """Which verbs this person may use now."""
        may = is_in_scope(obj, request.access, "contract.create")
        return {
            "may_form": may and obj.state == ContractChange.PROPOSED,
            "may_sign": may and obj.state == ContractChange.FORMED,
            "may_cancel": may and obj.state != ContractChange.CANCELLED,
            "signed_form": forms.SignedForm(),
            "cancel_form": forms.CancelForm(),
        }


def _form(request: Request, change: ContractChange) -> str:
    changes.form_change(change, access=request.access)
    return _("The change is in force.")


def _recount(request: Request, change: ContractChange) -> str:
    changes.recount(change, access=request.access)
    return _("The change is reckoned anew.")


def _sign(request: Request, change: ContractChange) -> str:
    changes.sign_change(change, access=request.access, **signature(request))
    return _("The change is marked as signed.")


def _cancel(request: Request, change: ContractChange) -> str:
    changes.cancel_change(change, access=request.access, reason=request.POST.get("reason", ""))
    return _("The change is cancelled.")


def _button(do: Callable[[Request, ContractChange], str]):
    return verb(
        ContractChange, "contract.create", do, back="finance_contract_changes_detail", errors=FinanceError
    )


form_change = _button(_form)
recount = _button(_recount)
sign = _button(_sign)
cancel = _button(_cancel)


def _waiting(access: Access) -> int:
    rows = ContractChange.objects.for_scope(access.scope("contract.create"))
    return rows.filter(state=ContractChange.PROPOSED).count()


register_todo(
    Todo(
        gettext_lazy("Changes of contracts to be put into force"),
        "contract.create",
        _waiting,
        lambda: f"{reverse('finance_contract_changes_list')}?state={ContractChange.PROPOSED}",
        icon="file-text",
    )
)
