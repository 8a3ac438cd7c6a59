"""What registers of works and of figures share: who changes a row, and the buttons of the head (duties B6.1, 8.4)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.home import Todo, register_todo
from hemis.pages.register import BulkAction, Register
from hemis.pages.verbs import verb
from research import actions
from research.forms.works import RemarkForm
from research.models import Approval

COLOURS = {
    Approval.DRAFT: "secondary", Approval.SUBMITTED: "blue", Approval.APPROVED: "green", Approval.RETURNED: "orange",
}  # fmt: skip


def _approve_ticked(request: Request, rows) -> str:
    """Approve those of the ticked rows that are submitted and answered for by the person's kafedra."""
    done = 0
    for entry in rows.filter(state=Approval.SUBMITTED).order_by("pk"):
        if actions.may_decide(entry, request.access):
            actions.approve(entry, access=request.access)
            done += 1
    return _("Approved: %(count)s") % {"count": done}


class Entered(Register):
    """A register of what teachers enter and heads approve; ``verbs`` name the addresses of submit, approve, return."""

    app, permission, menu = "research", "publication", "science"
    files = ("scan",)
    detail_template = "research/entered.html"
    actions = [
        BulkAction(
            "approve", gettext_lazy("Approve"), "publication.approve", _approve_ticked,
            confirm=gettext_lazy("Approve the ticked rows that are submitted?"),
        )
    ]  # fmt: skip
    verbs: ClassVar[tuple[str, str, str]]

    @classmethod
    def rows(cls, access, permission=""):
        """Only who entered a row changes it, while it is open."""
        rows = super().rows(access, permission)
        if permission != cls.edit_permission():
            return rows
        owner = {f"{cls.model.owner_path}__person": access.scope(permission).person_id}  # type: ignore[attr-defined]
        return rows.filter(state__in=Approval.OPEN, **owner)

    @classmethod
    def detail_context(cls, request, obj):
        """The addresses of the buttons that stand on the card."""
        decides = actions.may_decide(obj, request.access)
        stands = {
            "submit_url": cls.can_edit(request.access, obj),
            "approve_url": decides and obj.state == Approval.SUBMITTED,
            "return_url": decides and obj.state not in Approval.OPEN,
        }
        urls = zip(stands.items(), cls.verbs, strict=True)
        return {name: reverse(url, args=[obj.pk]) if may else "" for (name, may), url in urls}


def submitting(model: type[Approval]):
    """The button that hands an entry to the head."""

    def do(request: Request, entry: Approval) -> str:
        actions.submit(entry, access=request.access)
        return _("It is submitted to the head of the kafedra.")

    return verb(model, "publication.edit", do, back=model.card, errors=actions.WorkError)


def approving(model: type[Approval]):
    """The head's button."""

    def do(request: Request, entry: Approval) -> str:
        actions.approve(entry, access=request.access)
        return _("It is approved, and its authors are told.")

    return verb(model, "publication.approve", do, back=model.card, errors=actions.WorkError)


def returning(model: type[Approval]):
    """The page on which the head says why an entry goes back."""

    @page("publication.approve")
    def view(request: Request, pk: int) -> HttpResponse:
        entry = get_in_scope(model, request, "publication.approve", pk=pk)
        form = RemarkForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                actions.send_back(entry, remark=form.cleaned_data["remark"], access=request.access)
            except actions.WorkError as error:
                form.add_error("remark", str(error))
            else:
                messages.success(request, _("It is returned, and its authors are told."))
                return redirect(model.card, pk=pk)
        context = {
            "title": _("Return with a remark"),
            "form": form,
            "entry": entry,
            "back_url": reverse(model.card, args=[pk]),
        }
        return render(request, "research/remark.html", context, status=422 if form.errors else 200)

    return view


def register_todos(register: type[Entered], *, to_approve: str | Promise, returned: str | Promise) -> None:
    """What waits: for the head what is submitted, for who entered it what came back."""

    def waiting(access) -> int:
        scope = access.scope("publication.approve")
        rows = register.rows(access, "publication.approve").filter(state=Approval.SUBMITTED)
        return (rows if scope.everything else rows.filter(kafedra__in=scope.unit_ids)).order_by().count()

    def came_back(access) -> int:
        return register.rows(access, "publication.edit").filter(state=Approval.RETURNED).order_by().count()

    def address(state: str):
        return lambda: f"{reverse(register.url_name('list'))}?state={state}"

    register_todo(Todo(to_approve, "publication.approve", waiting, address(Approval.SUBMITTED)))
    register_todo(Todo(returned, "publication.edit", came_back, address(Approval.RETURNED), "edit"))
