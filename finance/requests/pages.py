"""Requests for contracts: the student's own page, accounting's queue (duties S, 7.1)."""

from __future__ import annotations

from functools import partial

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from finance.common import FinanceError, faculties, year_filter
from finance.contracts.forms import CancelForm
from finance.contracts.pages import with_steps
from finance.models import Contract, ContractRequest
from finance.requests import actions
from finance.steps import figure
from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.access.scope import Access
from hemis.base import Request
from hemis.classifiers.queries import label
from hemis.documents.actions import drawn_when_opened
from hemis.pages import menu
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.home import Todo, register_todo
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register
from hemis.pages.verbs import each, verb
from students.models import Student

STATE_COLOURS = {
    ContractRequest.SENT: "orange",
    ContractRequest.ACCEPTED: "green",
    ContractRequest.REFUSED: "red",
    ContractRequest.WITHDRAWN: "secondary",
}
AT_ONCE = 50


def _accept_many(request: Request, rows) -> str:
    """Form the contracts of the ticked requests; who cannot be priced is told."""
    chosen = rows.filter(state=ContractRequest.SENT).order_by("sent_at")[:AT_ONCE]
    with drawn_when_opened():
        done = each(request, chosen, partial(actions.accept, access=request.access), errors=FinanceError)
    return _("%(count)d contracts are formed.") % {"count": done}


class ContractRequests(Register):
    app, name = "finance", "contract_requests"
    title, title_one = gettext_lazy("Requests for contracts"), gettext_lazy("request for a contract")
    model, permission, menu = ContractRequest, "contract", "finance"
    menu_place = 12
    columns = [
        Column("student__person", gettext_lazy("Student"), link=True, sort="student__person__sort_key"),
        Column("sent_at"),
        Column("academic_year", sort="academic_year"),
        Column("faculty", sort="faculty__name"),
        Column("student__current__group", gettext_lazy("Group"), sort="student__current__group__name"),
        Column("sum_type"),
        Column("state", badge=STATE_COLOURS),
        Column("contract", sort="contract__number", hidden=True),
        Column("comment", hidden=True),
        Column("decided_at", hidden=True),
    ]
    filters = [
        Filter("state"),
        year_filter(),
        RelatedFilter("faculty", faculties),
        Filter("sum_type"),
    ]
    search = ("student__number", "contract__number")
    search_person = "student__person"
    select_related = (
        "student__person", "student__current__group", "faculty", "academic_year", "contract", "decided_by__person",
    )  # fmt: skip
    fields = (
        "student", "academic_year", "faculty", "student__current__group", "sum_type", "comment", "state", "sent_at",
        "contract", "refuse_reason", "decided_at", "decided_by",
    )  # fmt: skip
    actions = [
        BulkAction(
            "accept", gettext_lazy("Form the contracts"), "contract.create", _accept_many, icon="check"
        )
    ]
    detail_template = "finance/contract_request.html"
    empty = gettext_lazy("Students ask for contracts in their cabinets.")

    @classmethod
    def edit_permission(cls) -> str:
        return "contract.create"

    @classmethod
    def detail_context(cls, request, obj):
        """Whether it may be answered."""
        may = is_in_scope(obj, request.access, "contract.create") and obj.state == ContractRequest.SENT
        return {"may_answer": may, "cancel_form": CancelForm()}


def _accept(request: Request, row: ContractRequest) -> HttpResponse:
    contract = actions.accept(row, access=request.access)
    messages.success(request, _("The contract is formed; the student is told."))
    return redirect("finance_contracts_detail", pk=contract.pk)


def _refuse(request: Request, row: ContractRequest) -> str:
    actions.refuse(row, access=request.access, reason=request.POST.get("reason", ""))
    return _("The request is refused; the student is told.")


accept = verb(
    ContractRequest, "contract.create", _accept, back="finance_contract_requests_detail", errors=FinanceError
)
refuse = verb(
    ContractRequest, "contract.create", _refuse, back="finance_contract_requests_detail", errors=FinanceError
)


def _own_students(request: Request) -> list[Student]:
    person = request.access.scope("own.contract").person_id
    return list(Student.objects.filter(person=person).select_related("person", "current__programme"))


@page("own.contract")
def my_contracts(request: Request) -> HttpResponse:
    """The student's own contracts: sum, why, instalments, invoices, PDF; and what was asked for."""
    students = _own_students(request)
    own = Contract.objects.filter(student__in=students, brought_forward=False).exclude(state=Contract.DRAFT)
    asked = ContractRequest.objects.filter(student__in=students).exclude(state=ContractRequest.ACCEPTED)
    context = {
        "title": _("My contract"),
        "rows": with_steps(own),
        "today": timezone.localdate(),
        "requests": asked.select_related("academic_year")[:5],
        "may_ask": any(not actions.may_ask(one) for one in students),
    }
    return render(request, "finance/my_contracts.html", context)


class RequestForm(forms.Form):
    """What kind of sum, and a word to accounting."""

    sum_type = forms.ChoiceField(label=gettext_lazy("kind of sum"), widget=forms.RadioSelect)
    comment = forms.CharField(
        label=gettext_lazy("comment"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )

    def __init__(self, *args, student: Student, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sum_type"].choices = [  # type: ignore[attr-defined]
            (one.code, _choice(one)) for one in actions.choices_of(student)
        ]
        self.initial.setdefault("sum_type", self.fields["sum_type"].choices[0][0])  # type: ignore[attr-defined]


def _choice(one: actions.Choice) -> str:
    name = label("h_contract_summa_type", one.code)
    if one.amount is None:
        return name
    return _("%(kind)s: %(amount)s soʻm a year") % {"kind": name, "amount": figure(one.amount)}


@page("own.contract")
def ask(request: Request) -> HttpResponse:
    """The student asks for the contract of this year."""
    student = next((one for one in _own_students(request) if not actions.may_ask(one)), None)
    if student is None:
        found = _own_students(request)
        messages.error(request, actions.may_ask(found[0] if found else None))
        return redirect("my_contracts")
    form = RequestForm(request.POST or None, student=student)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask(student, access=request.access, **form.cleaned_data)
        except FinanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The request is sent; you will be told when accounting answers."))
            return redirect("my_contracts")
    context = {
        "title": _("Ask for a contract"),
        "form": form,
        "button": _("Send the request"),
        "note": _("A two-sided contract between you and the university for the academic year %(year)s.")
        % {"year": student.current.academic_year},
        "back_url": reverse("my_contracts"),
    }
    return render(request, "finance/simple_form.html", context, status=422 if form.errors else 200)


@page("own.contract")
@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    """The student takes the own request back."""
    row = get_in_scope(ContractRequest, request, "own.contract", pk=pk)
    try:
        actions.withdraw(row, access=request.access)
    except FinanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The request is taken back."))
    return redirect("my_contracts")


def _waiting(access: Access) -> int:
    rows = ContractRequest.objects.for_scope(access.scope("contract.create"))
    return rows.filter(state=ContractRequest.SENT).count()


register_todo(
    Todo(
        gettext_lazy("Requests for contracts to be answered"),
        "contract.create",
        _waiting,
        lambda: f"{reverse('finance_contract_requests_list')}?state={ContractRequest.SENT}",
        icon="file-text",
    )
)
menu.register(MenuItem("cabinet", gettext_lazy("My contract"), "my_contracts", "own.contract"))
