"""The student's applications in the cabinet (duty S)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from movement.applications import actions, forms, queries
from movement.applications.kinds import KINDS
from movement.applications.models import Application, ApplicationDocument
from movement.applications.pages import STATE_COLOURS, Applications
from movement.objections import queries as objections
from students.models import Student


def _own(request: Request, pk: int) -> Application:
    rows = queries.with_card(Application.objects.for_scope(_own_scope(request)))
    return get_object_or_404(rows, pk=pk)


def _own_scope(request: Request):
    return request.access.scope("own.application")


def _study(request: Request) -> Student:
    student = queries.study_of(_own_scope(request).person_id)
    if student is None:
        raise Http404
    return student


@page("own.application")
def my_applications(request: Request) -> HttpResponse:
    """What was asked for, and what may be asked for."""
    student = queries.study_of(_own_scope(request).person_id)
    rows = queries.with_card(Application.objects.filter(student__person=_own_scope(request).person_id))
    context = {
        "title": _("My applications"),
        "rows": [(one, STATE_COLOURS[one.state]) for one in rows.order_by("-created_at")],
        "offered": queries.offered(student, timezone.localdate()),
        "student": student,
    }
    return render(request, "movement/applications/mine.html", context)


@page("own.application")
def new(request: Request, kind: str) -> HttpResponse:
    """Begin an application of a kind."""
    if kind not in KINDS:
        raise Http404
    student, chosen = _study(request), KINDS[kind]
    known = Application.objects.filter(student=student, kind=kind, state__in=Application.OPEN).first()
    if known:
        return redirect("my_application", pk=known.pk)
    form = forms.ApplicationForm(request.POST or None, kind=chosen, student=student)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.begin(form.save(commit=False), access=request.access, student=student)
        except actions.ApplicationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The draft is saved. Add the documents, then send it."))
            return redirect("my_application", pk=made.pk)
    return _questions(request, form, chosen, reverse("my_applications"))


def _questions(request: Request, form, chosen, back: str) -> HttpResponse:
    context = {"title": queries.title_of(chosen), "form": form, "kind": chosen, "back_url": back}
    return render(
        request, "movement/applications/questions.html", context, status=422 if form.errors else 200
    )


@page("own.application")
def edit(request: Request, pk: int) -> HttpResponse:
    """Change a draft."""
    application = _own(request, pk)
    back = reverse("my_application", args=[pk])
    if application.state != Application.DRAFT:
        messages.error(request, _("What is sent is not changed any more; withdraw it and send another."))
        return redirect(back)
    chosen = KINDS[application.kind]
    form = forms.ApplicationForm(
        request.POST or None, kind=chosen, student=application.student, instance=application
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(back)
    return _questions(request, form, chosen, back)


@page("own.application")
def mine(request: Request, pk: int) -> HttpResponse:
    """One's own application: its answers, papers, way so far, and what may be done now."""
    application = _own(request, pk)
    form = forms.DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_document(
                application,
                access=request.access,
                upload=form.cleaned_data["file"],
                title=form.cleaned_data["title"],
            )
        except actions.ApplicationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The document is added."))
            return redirect("my_application", pk=pk)
    state = application.state
    kind = KINDS[application.kind]
    context = {
        "title": str(application),
        "application": application,
        "kind": kind,
        "card": [
            (label, text)
            for label, text in Applications.card(application)
            if label not in _hidden_from_owner()
        ],
        "documents": application.documents.all(),
        "steps": queries.timeline(application),
        "form": form,
        "state_colour": STATE_COLOURS[state],
        "is_draft": state == Application.DRAFT,
        "objection": _objection(application),
        "may_add": state in (Application.DRAFT, Application.SENT, Application.IN_WORK)
        or _is_objected(application),
        "may_withdraw": state in (Application.SENT, Application.IN_WORK, Application.GRANTED)
        and not application.order_id,
    }
    return render(
        request, "movement/applications/my_application.html", context, status=422 if form.errors else 200
    )


def _is_objected(application: Application) -> bool:
    return application.state == Application.REFUSED and application.objections.filter(state="sent").exists()


def _objection(application: Application) -> dict[str, Any] | None:
    """What the student may do about a refusal: object, take the objection back, or turn to the ministry."""
    if application.state != Application.REFUSED:
        return None
    standing = objections.standing(application, timezone.localdate())
    last = objections.to_this_refusal(application).order_by("pk").last()
    terms = objections.terms_of(application.kind, timezone.localdate(application.decided_at))
    return {
        "standing": standing,
        "waiting": last if last and last.state == last.SENT else None,
        "above": terms if terms.above and last and last.state == last.REJECTED else None,
    }


def _hidden_from_owner() -> set[str]:
    """Labels that one's own page shows elsewhere or does not need."""
    names = ("state", "student", "number", "order", "note", "refusal_source", "is_paper")
    return {label for name in names for label in [str(Column(name).bind(Application).label)]}


def _own_verb(verb: Callable[[Application, Any], Any], done: str | Any, *, then: str = ""):
    """A button of one's own application: POST, permission and scope first, errors in words."""

    @page("own.application")
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        application = _own(request, pk)
        try:
            verb(application, request.access)
        except actions.ApplicationError as error:
            messages.error(request, str(error))
            return redirect("my_application", pk=pk)
        messages.success(request, str(done))
        return redirect(then) if then else redirect("my_application", pk=pk)

    return view


send = _own_verb(
    lambda one, access: actions.send(one, access=access), gettext_lazy("The application is sent.")
)
withdraw = _own_verb(
    lambda one, access: actions.withdraw(one, access=access), gettext_lazy("The application is withdrawn.")
)
delete = _own_verb(
    lambda one, access: actions.delete_draft(one, access=access), gettext_lazy("The draft is deleted."),
    then="my_applications",
)  # fmt: skip


@page("own.application")
@require_POST
def remove_document(request: Request, pk: int) -> HttpResponse:
    """Take a paper off one's own draft."""
    own = Application.objects.for_scope(_own_scope(request)).filter(student__person=request.user.person_id)
    paper = get_object_or_404(ApplicationDocument, pk=pk, application__in=own.values("pk"))
    try:
        actions.remove_document(paper, access=request.access)
    except actions.ApplicationError as error:
        messages.error(request, str(error))
    return redirect("my_application", pk=paper.application_id)


register_menu(MenuItem("cabinet", gettext_lazy("My applications"), "my_applications", "own.application"))
