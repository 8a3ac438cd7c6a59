"""The page of a reconciliation: of a student, by number, or of a payer, by STIR or PINFL (duty 7.1)."""

from __future__ import annotations

import datetime

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.common import date_input
from finance.models import THREE_SIDED, Contract
from finance.reconciliation.documents import payload_of
from finance.reconciliation.queries import reconciled
from hemis.access.guard import page
from hemis.base import Request
from hemis.documents.actions import issue
from hemis.pages import menu
from hemis.pages.menu import MenuItem
from students.models import Student


class ReconciliationForm(forms.Form):
    """Of whom and of which days."""

    who = forms.CharField(label=gettext_lazy("Student number, or payer's STIR or PINFL"), max_length=14)
    start = forms.DateField(label=gettext_lazy("From"), widget=date_input())
    end = forms.DateField(label=gettext_lazy("to"), widget=date_input())

    def __init__(self, *args, access, **kwargs):
        super().__init__(*args, **kwargs)
        self.access = access
        self.student: Student | None = None
        self.contracts: QuerySet[Contract] = Contract.objects.none()
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self):
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["start"] > data["end"]:
            self.add_error("end", _("The period ends before it begins."))
        if data.get("who"):
            self._find(data["who"].strip())
        return data

    def _find(self, who: str) -> None:
        """A student of this number goes before payers of this code."""
        rows = Contract.objects.for_scope(self.access.scope("payment.view"))
        students = Student.objects.for_scope(self.access.scope("payment.view")).select_related("person")
        self.student = students.filter(number=who).first()
        if self.student:
            self.contracts = rows.filter(student=self.student)
            return
        self.contracts = rows.filter(parties=THREE_SIDED, payer_tin=who)
        if not self.contracts.exists():
            self.add_error("who", _("Neither a student nor a payer has this number."))

    @property
    def side(self) -> tuple[str, str]:
        """Name and code of the other side."""
        if self.student:
            return self.student.person.full_name, self.student.number
        first = self.contracts.order_by("-date", "-pk").first()
        return (first.payer_name if first else ""), self.cleaned_data["who"].strip()


def _usual() -> dict[str, str]:
    today = timezone.localdate()
    return {"start": datetime.date(today.year, 1, 1).isoformat(), "end": today.isoformat()}


@page("payment.view")
def reconciliation(request: Request) -> HttpResponse:
    """Look at it (GET), then put it on paper (POST)."""
    data = request.POST if request.method == "POST" else request.GET
    asked = "who" in data
    form = ReconciliationForm(data if asked else None, access=request.access, initial=_usual())
    context = {"title": _("Reconciliation of accounts"), "form": form, "found": None}
    if not asked or not form.is_valid():
        return render(request, "finance/reconciliation.html", context, status=422 if form.errors else 200)
    start, end = form.cleaned_data["start"], form.cleaned_data["end"]
    found, (name, code) = reconciled(form.contracts, start, end), form.side
    if request.method == "POST":
        document = issue(
            kind="reconciliation",
            payload=payload_of(
                found, name=name, code=code, is_person=form.student is not None, start=start, end=end
            ),
            owner=form.student.person if form.student else None,
            faculty=form.student.current.faculty if form.student and form.student.current else None,
            issued_by=request.user,
        )
        return redirect("document_pdf", pk=document.pk)
    return render(
        request, "finance/reconciliation.html", context | {"found": found, "side": name, "code": code}
    )


menu.register(
    MenuItem(
        "finance", gettext_lazy("Reconciliation of accounts"), "finance_reconciliation", "payment.view", 33
    )
)
