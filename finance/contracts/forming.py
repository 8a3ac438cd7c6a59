"""Forming contracts and renewing them: who, at what sum, who lacks what; then the job (duty 7.1)."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.contracts import forms, queries, rules
from finance.models import Contract
from hemis.access.guard import page
from hemis.base import Request
from hemis.jobs.actions import start
from hemis.pages import menu
from hemis.pages.menu import MenuItem

SHOWN_ASIDE = 200


@page("contract.create")
def form_contracts(request: Request) -> HttpResponse:
    """Choose whose contracts; see how many, the sum and who lacks what; start the job."""
    asked = request.POST or ("faculty" in request.GET and forms.FormContractsForm.usual(request.GET)) or None
    form = forms.FormContractsForm(asked, access=request.access)
    context = {"title": _("Form contracts"), "form": form}
    if form.is_bound and form.is_valid():
        if request.method == "POST":
            return _start(request, form)
        context |= _preview(request, form)
    return render(request, "finance/form_contracts.html", context, status=422 if form.errors else 200)


def _preview(request: Request, form: forms.FormContractsForm | forms.RenewContractsForm) -> dict:
    """What would happen; nothing is written."""
    chosen, data = form.selection, form.cleaned_data
    rows = queries.fee_paying(request.access.scope("contract.create"), chosen)
    total, counted = Decimal(0), 0
    aside: list[queries.Proposal] = []
    for one in queries.proposals(
        queries.without_contract(rows, chosen.year),
        year=chosen.year,
        on=data["date"],
        offer=form.offer,
    ):
        if one.price:
            counted, total = counted + 1, total + one.price.value
            continue
        aside.append(one)
    students = rows.count()
    return _found(rows, chosen.year, aside, some=bool(counted)) | {
        "students": students,
        "counted": counted,
        "total": total,
        "done": students - counted - len(aside),
    }


def _found(rows, year: int, aside: list[queries.Proposal], *, some: bool) -> dict:
    """What every preview shows: who is set aside and why, and whether there is something to start."""
    waiting = Contract.objects.filter(academic_year=year, state=Contract.DRAFT, student__in=rows).count()
    reasons = Counter(name for one in aside for name in one.lacks)
    return {
        "previewed": True,
        "waiting": waiting,
        "aside": aside[:SHOWN_ASIDE],
        "aside_count": len(aside),
        "reasons": [(rules.CannotPrice([name]).texts()[0], number) for name, number in reasons.most_common()],
        "can_start": some or bool(waiting),
    }


def _start(request: Request, form: forms.FormContractsForm | forms.RenewContractsForm) -> HttpResponse:
    data = form.cleaned_data
    params = {
        "chosen": form.selection.as_json(),
        "date": data["date"].isoformat(),
        "offer": asdict(form.offer),
        "draw_later": data["draw_later"],
    }
    title = _("Contracts: %(faculty)s, %(year)s") % {
        "faculty": data["faculty"] or _("all faculties"),
        "year": data["year"],
    }
    return redirect(
        "job",
        pk=start(
            "finance.form_contracts", user=request.user, params=params, title=title, access=request.access
        ).pk,
    )


@page("contract.create")
def renew_contracts(request: Request) -> HttpResponse:
    """Next year's contracts on last year's terms: what they come to beside last year's; then the job."""
    form = forms.RenewContractsForm(request.POST or request.GET or None, access=request.access)
    context = {"title": _("Renew contracts"), "form": form}
    if form.is_bound and form.is_valid():
        if request.method == "POST":
            return _start(request, form)
        context |= _renewal(request, form)
    return render(request, "finance/renew_contracts.html", context, status=422 if form.errors else 200)


def _renewal(request: Request, form: forms.RenewContractsForm) -> dict:
    """What would happen, faculty by faculty, beside last year's sums; nothing is written."""
    chosen = form.selection
    scope = request.access.scope("contract.create")
    rows = queries.fee_paying(scope, chosen)
    by_faculty: dict[str, dict] = {}
    aside: list[queries.Proposal] = []
    for one in queries.proposals(
        queries.without_contract(rows, chosen.year),
        year=chosen.year,
        on=form.cleaned_data["date"],
        offer=form.offer,
    ):
        if one.price is None:
            aside.append(one)
            continue
        found = by_faculty.setdefault(
            one.student.current.faculty.name,
            {"renewed": 0, "first": 0, "before": Decimal(0), "after": Decimal(0), "new": Decimal(0)},
        )
        if one.renews:
            found["renewed"] += 1
            found["before"] += one.renews.amount
            found["after"] += one.price.value
        else:
            found["first"] += 1
            found["new"] += one.price.value
    return _found(rows, chosen.year, aside, some=bool(by_faculty)) | {
        "faculties": sorted(by_faculty.items()),
        "sums": _added(list(by_faculty.values())),
        "unmoved": queries.fee_paying(scope, replace(chosen, year=chosen.year - 1)).count(),
    }


def _added(rows: list[dict]) -> dict:
    """The sums of all faculties."""
    return {name: sum(row[name] for row in rows) for name in ("renewed", "first", "before", "after", "new")}


menu.register(
    MenuItem("finance", gettext_lazy("Form contracts"), "finance_form_contracts", "contract.create", 12)
)
menu.register(
    MenuItem("finance", gettext_lazy("Renew contracts"), "finance_renew_contracts", "contract.create", 12)
)
