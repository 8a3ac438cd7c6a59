"""Pages of applications: the student's cabinet, the queue of the dean's office, the rules as rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, page, signed_in
from hemis.base import Request
from hemis.pages import files, home
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from hemis.pages.verbs import each
from movement.applications import actions, forms, queries
from movement.applications.kinds import KINDS
from movement.applications.models import Application, ApplicationTerm, ApplicationWindow
from movement.models import Order
from movement.pages import Orders
from structure.models import Unit
from students.pages import Students

STATE_COLOURS = {
    Application.DRAFT: "secondary",
    Application.SENT: "azure",
    Application.IN_WORK: "orange",
    Application.GRANTED: "green",
    Application.REFUSED: "red",
    Application.WITHDRAWN: "secondary",
    Application.EXECUTED: "green",
    Application.CANCELLED: "red",
}
URGENCY = {
    queries.OVERDUE: gettext_lazy("overdue"),
    queries.SOON: gettext_lazy("due soon"),
    queries.CALM: gettext_lazy("in time"),
}
URGENCY_COLOURS = {queries.OVERDUE: "red", queries.SOON: "orange", queries.CALM: "green"}


# --- the queue


def faculties_seen(access, permission: str = "application.view"):
    """The faculties that a filter offers: those in scope."""
    scope = access.scope(permission)
    found = Unit.objects.faculties()
    return found if scope.everything else found.filter(pk__in=scope.faculty_ids)


def _take(request: Request, rows: QuerySet) -> str | None:
    sent = rows.filter(state=Application.SENT)
    taken = each(request, sent, partial(actions.take, access=request.access), errors=actions.ApplicationError)
    return _("%(count)d applications are taken in work.") % {"count": taken}


def _together(request: Request, rows: QuerySet) -> HttpResponse:
    keys = ",".join(str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)[:500])
    return redirect(reverse("applications_order") + f"?ids={keys}")


def _papers(request: Request, application: Application) -> dict[str, Any]:
    return {"documents": application.documents.select_related("uploaded_by__person")}


class Applications(Register):
    app, name, title, title_one = (
        "movement",
        "applications",
        gettext_lazy("Applications"),
        gettext_lazy("application"),
    )
    model, permission, menu = Application, "application", "movement"
    columns = [
        Column("number", sort="pk", link=True),
        Column("sent_at", gettext_lazy("Sent")),
        Column("student__person__full_name", gettext_lazy("Student"), sort="student__person__sort_key"),
        Column("student__number", gettext_lazy("Student number"), hidden=True),
        Column("kind"),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("state", badge=STATE_COLOURS),
        Column("due_on"),
        Column("urgency", gettext_lazy("Term"), sort="urgency", value=lambda row: URGENCY.get(row.urgency, ""),
               badge=URGENCY_COLOURS),
        Column("order", sort="order__title"),
        Column("taken_by", sort=None, hidden=True),
        Column("decided_by", sort=None, hidden=True),
        Column("is_paper", hidden=True),
    ]  # fmt: skip
    filters = [
        Filter("kind"),
        Filter(
            "state",
            choices=lambda access: [(k, str(v)) for k, v in Application.STATES if k != Application.DRAFT],
        ),
        Filter(
            "urgency",
            label=gettext_lazy("Term"),
            choices=lambda access: [(k, str(v)) for k, v in URGENCY.items()],
        ),
        RelatedFilter("faculty", faculties_seen),
        RangeFilter("sent_at", "date", lookup="sent_at__date", label=gettext_lazy("Sent")),
        RangeFilter("due_on", "date"),
    ]
    search = ("number", "student__number")
    search_person = "student__person"
    select_related = (
        "student__person", "student__current__group", "student__current__programme__speciality", "faculty", "order",
        "programme__speciality", "group", "target_group", "taken_by__person", "decided_by__person",
        "created_by__person",
    )  # fmt: skip
    fields = (
        "number", "sent_at", "kind", "student", "student__current__programme",
        "student__current__group", "faculty", "given_by", "is_paper", "state", "due_on", "due_source", "ground",
        "start_date", "end_date", "change", "programme", "group", "language", "university", "details", "taken_by",
        "decided_by", "note", "refusal_source", "target_group", "target_semester", "order",
    )  # fmt: skip
    tabs = [Tab("documents", gettext_lazy("Documents"), "movement/applications/_papers.html", _papers)]
    actions = [
        BulkAction("take", gettext_lazy("Take in work"), "application.decide", _take, icon="check"),
        BulkAction(
            "together", gettext_lazy("Put on orders"), "application.decide", _together, icon="file-text"
        ),
    ]
    ordering = ("-sent_at",)
    header_actions = [
        MenuItem(
            "movement",
            gettext_lazy("Register a paper application"),
            "application_paper",
            "application.decide",
        )
    ]
    empty = gettext_lazy("Applications that students send from the cabinet come here.")
    detail_template = "movement/applications/application.html"

    @classmethod
    def base_queryset(cls):
        return queries.with_urgency(Application.objects.exclude(state=Application.DRAFT))

    @classmethod
    def card(cls, obj):
        """Only what this kind asks and what is known so far."""
        return [(label, text) for label, text in super().card(obj) if text]

    @classmethod
    def detail_context(cls, request, obj):
        may = _may_decide(request, obj)
        waits = obj.state in (Application.SENT, Application.IN_WORK)
        return {
            "kind": KINDS[obj.kind],
            "steps": queries.timeline(obj),
            "urgency": URGENCY.get(obj.urgency, ""),
            "urgency_colour": URGENCY_COLOURS.get(obj.urgency, ""),
            "may_take": may and obj.state == Application.SENT,
            "may_decide": may and waits,
            "may_order": may and obj.state == Application.GRANTED and obj.order_id is None,
            "state_colour": STATE_COLOURS[obj.state],
        }


def _may_decide(request: Request, application: Application) -> bool:
    if not request.access.can(actions.DECIDE) or application.student.person_id == request.user.person_id:
        return False
    scope = request.access.scope(actions.DECIDE)
    return Application.objects.for_scope(scope).filter(pk=application.pk).exists()


@page("application.decide")
@require_POST
def take(request: Request, pk: int) -> HttpResponse:
    """Take one in work."""
    application = get_in_scope(Application, request, "application.decide", pk=pk)
    return _try(
        request, application, lambda: actions.take(application, access=request.access), _("Taken in work.")
    )


def _try(request: Request, application: Application, verb: Callable[[], Any], done: str) -> HttpResponse:
    try:
        verb()
    except actions.ApplicationError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(Applications.url_of(application))


@page("application.decide")
def grant(request: Request, pk: int) -> HttpResponse:
    """Grant, and put it on an order."""
    application = _of_queue(request, pk)
    form = forms.GrantForm(request.POST or None, application=application, access=request.access)
    return _decide(request, application, form, _("Grant the application"), _("Grant"), lambda: actions.grant(
        application, access=request.access, **form.for_action()))  # fmt: skip


@page("application.decide")
def refuse(request: Request, pk: int) -> HttpResponse:
    """Refuse, with the reason and its source."""
    application = _of_queue(request, pk)
    form = forms.RefuseForm(request.POST or None)
    return _decide(request, application, form, _("Refuse the application"), _("Refuse"), lambda: actions.refuse(
        application, access=request.access, **form.cleaned_data))  # fmt: skip


def _of_queue(request: Request, pk: int) -> Application:
    request.access.require("application.decide")
    rows = Applications.rows(request.access, "application.decide")
    return get_object_or_404(rows, pk=pk)


def _decide(request: Request, application: Application, form, title: str, button: str, verb) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            verb()
        except actions.ApplicationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The decision is made; the student is told."))
            return redirect(Applications.url_of(application))
    context = {
        "title": f"{title} · № {application.number}", "form": form, "button": button, "application": application,
        "card": Applications.card(application), "documents": application.documents.all(),
        "back_url": Applications.url_of(application),
    }  # fmt: skip
    return render(request, "movement/applications/decide.html", context, status=422 if form.errors else 200)


@page("application.decide")
def order(request: Request) -> HttpResponse:
    """Draft orders of several granted applications, one for each kind and faculty."""
    keys = [int(one) for one in request.GET.get("ids", "").split(",") if one.isdigit()][:500]
    rows = list(Applications.rows(request.access, "application.decide").filter(pk__in=keys).order_by("pk"))
    ready = [one for one in rows if one.state == Application.GRANTED]
    if not ready:
        messages.warning(request, _("Tick granted applications: only those go on an order."))
        return redirect("movement_applications_list")
    groups = list(actions.by_order(ready).values())
    title = KINDS[ready[0].kind].order_title
    form = forms.TogetherForm(request.POST or None, initial={"title": title}, several=len(groups) > 1)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.put_on_orders(ready, access=request.access, **form.cleaned_data)
        except actions.ApplicationError as error:
            form.add_error(None, str(error))
        else:
            return _formed(request, made, len(ready))
    context = {
        "title": _("Put on orders"), "form": form, "left_out": len(rows) - len(ready),
        "groups": [(KINDS[one[0].kind].order_title, one[0].faculty, one) for one in groups],
        "back_url": reverse("movement_applications_list"),
    }  # fmt: skip
    return render(request, "movement/applications/order.html", context, status=422 if form.errors else 200)


def _formed(request: Request, made: list[Order], count: int) -> HttpResponse:
    """Say what was formed, and go where it is: to the order, or to the list of drafts."""
    if len(made) == 1:
        messages.success(
            request, _("The draft order is formed of %(count)d applications.") % {"count": count}
        )
        return redirect("movement_orders_detail", pk=made[0].pk)
    messages.success(
        request,
        _("%(orders)d draft orders are formed of %(count)d applications.")
        % {"orders": len(made), "count": count},
    )
    return redirect(reverse("movement_orders_list") + f"?state={Order.DRAFT}")


@page("application.decide")
def paper(request: Request) -> HttpResponse:
    """An application that came on paper: first whose and which, then its questions and the scan."""
    who = forms.PaperForm(request.GET or None, access=request.access)
    if not who.is_valid():
        context = {"title": _("Register a paper application"), "form": who, "back_url": reverse(
            "movement_applications_list")}  # fmt: skip
        return render(
            request,
            "movement/applications/paper.html",
            context,
            status=422 if request.GET and who.errors else 200,
        )
    chosen, student = KINDS[who.cleaned_data["kind"]], who.cleaned_data["student"]
    application = Application(given_by=who.cleaned_data["given_by"])
    form = forms.ApplicationForm(request.POST or None, kind=chosen, student=student, instance=application)
    scan = forms.DocumentForm(
        request.POST or None, request.FILES or None, initial={"title": _("application on paper")}
    )
    if request.method == "POST" and form.is_valid() and scan.is_valid():
        try:
            made = actions.register_with_scan(
                form.save(commit=False), access=request.access, student=student,
                upload=scan.cleaned_data["file"], title=scan.cleaned_data["title"],
            )  # fmt: skip
        except actions.ApplicationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The application is registered."))
            return redirect(Applications.url_of(made))
    context = {
        "title": f"{queries.title_of(chosen)} · {student}", "form": form, "scan": scan, "kind": chosen,
        "back_url": reverse("application_paper"),
    }  # fmt: skip
    bad = request.method == "POST" and (form.errors or scan.errors)
    return render(request, "movement/applications/questions.html", context, status=422 if bad else 200)


@signed_in
def document(request: Request, pk: int) -> FileResponse:
    """A paper of an application, to those who may see it: otherwise it is not there."""
    found = get_object_or_404(queries.readable_documents(request.access), pk=pk)
    return files.response(found.file, name=f"application-{found.application_id}-{pk}")


# --- rules as rows


class ApplicationTerms(Register):
    app, name = "movement", "application_terms"
    title, title_one = gettext_lazy("Terms for decisions"), gettext_lazy("term for a decision")
    model, permission, menu = ApplicationTerm, "application_rule", "movement"
    columns = [
        Column("kind", link=True),
        Column("valid_from"),
        Column("days", numeric=True),
        Column("source"),
        Column("is_confirmed"),
    ]
    filters = [Filter("kind"), BooleanFilter("is_confirmed")]
    search = ("source",)
    form = forms.TermForm


class ApplicationWindows(Register):
    app, name = "movement", "application_windows"
    title, title_one = gettext_lazy("Windows for applications"), gettext_lazy("window for applications")
    model, permission, menu = ApplicationWindow, "application_rule", "movement"
    columns = [
        Column("kind", link=True), Column("opens"), Column("closes"), Column("decide_from"), Column("decide_by"),
        Column("source"), Column("is_confirmed"),
    ]  # fmt: skip
    filters = [Filter("kind"), BooleanFilter("is_confirmed"), RangeFilter("opens", "date")]
    search = ("source",)
    form = forms.WindowForm


# --- elsewhere


def _of_student(request: Request, student) -> dict[str, Any]:
    scope = request.access.scope("application.view")
    rows = Application.objects.for_scope(scope).filter(student=student).select_related("order")
    return {"applications": rows.exclude(state=Application.DRAFT)}


def _of_order(request: Request, order) -> dict[str, Any]:
    rows = order.applications.select_related("student__person").prefetch_related("documents")
    return {"applications": rows.order_by("student__person__sort_key")}


def _waiting(access) -> int:
    return queries.waiting(Application.objects.for_scope(access.scope("application.decide"))).count()


Students.add_tab(
    Tab("applications", gettext_lazy("Applications"), "movement/applications/_of_student.html", _of_student,
        "application.view")
)  # fmt: skip
Orders.add_tab(
    Tab(
        "applications",
        gettext_lazy("Applications"),
        "movement/applications/_of_order.html",
        _of_order,
        "order.view",
    )
)
home.register_todo(
    home.Todo(
        gettext_lazy("Applications to decide"), "application.decide", _waiting,
        lambda: reverse("movement_applications_list") + "?state=sent&state=in_work&sort=due_on", "file-text",
    )
)  # fmt: skip
