"""A new order of any kind: its kind, its people, its answers; then the draft with its checks."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.jobs.actions import start
from hemis.people import names
from movement import actions, queries
from movement.forms import ArrivalForm, PeopleForm, QuestionsForm
from movement.jobs import LONG, choices_as_json, choices_from_json
from movement.kinds import KINDS, OrderKind, kind_by_slug, kind_of
from movement.listing import SHOWN, Left, ListForm, find
from movement.models import Order
from structure.models import Unit
from students.models import Candidate, Student

ON_A_PAGE = 50
LISTS, LISTS_KEPT = "order_lists", 5


def _may_start(request: Request, kind: type[OrderKind]) -> bool:
    access = request.access
    if not access.can(kind.start_permission):
        return False
    return access.scope(kind.start_permission).everything or not kind.university_only


def _first_page(kind: type[OrderKind]) -> str:
    return reverse("order_admission") if kind.key() == "21" else reverse("order_people", args=[kind.slug()])


@page("order.create")
def new_order(request: Request) -> HttpResponse:
    """Choose the kind."""
    kinds = [{"kind": kind, "url": _first_page(kind)} for kind in KINDS.values() if _may_start(request, kind)]
    context = {"title": _("New order"), "kinds": kinds, "back_url": reverse("movement_orders_list")}
    return render(request, "movement/new_order.html", context)


def _kind(request: Request, slug: str) -> type[OrderKind]:
    kind = kind_by_slug(slug)
    if kind is None or not _may_start(request, kind):
        raise Http404
    return kind


def _found(request: Request, kind: type[OrderKind], faculty: Unit, form: PeopleForm) -> QuerySet:
    """Those whom an order of the kind may name, narrowed as asked."""
    scope = request.access.scope(kind.start_permission)
    data = form.cleaned_data if form.is_valid() else {}
    if kind.makes_students:
        rows = queries.free_candidates(Candidate.objects.for_scope(scope)).select_related("person", "group")
        path, order = "", ("group__name", "person__sort_key", "pk")
    else:
        rows = queries.free_students(Student.objects.for_scope(scope)).select_related(  # type: ignore[assignment]
            "person", "current__group", "current__programme__speciality"
        )
        path, order = "current__", ("current__group__name", "person__sort_key", "pk")
    rows = kind.people(rows, faculty)
    if data.get("group"):
        rows = rows.filter(**{f"{path}group__in": data["group"]})
    if data.get("course"):
        rows = rows.filter(**{f"{path}course": data["course"]})
    text = (data.get("q") or "").strip()
    if text:
        match = Q(person__search=names.search_query(text))
        rows = rows.filter(match if kind.makes_students else match | Q(number=text))
    return rows.order_by(*order)


@page("order.create")
def people(request: Request, slug: str) -> HttpResponse:
    """Choose whom the order names: filters and ticks, everybody found, or a list of student numbers."""
    kind = _kind(request, slug)
    form = PeopleForm(request.GET, access=request.access, permission=kind.start_permission)
    faculty = form.chosen_faculty()
    shown = None
    if faculty:
        shown = Paginator(_found(request, kind, faculty, form), ON_A_PAGE).get_page(request.GET.get("page"))
    left: list[Left] = []
    listed = ListForm()
    if request.method == "POST" and faculty and not kind.makes_students:
        listed = ListForm(request.POST, request.FILES)
        if listed.is_valid():
            chosen, left = find(listed.cleaned_data["all"], kind=kind, faculty=faculty, access=request.access)
            keys = list(chosen.values_list("pk", flat=True))
            if keys and (not left or listed.cleaned_data["skip"]):
                kept = _keep_list(request, keys)
                return redirect(f"{reverse('order_answers', args=[slug])}?faculty={faculty.pk}&list={kept}")
            if not keys:
                listed.add_error(None, _("The order can name nobody of this list."))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "title": kind.title, "kind": kind, "form": form, "faculty": faculty, "people": shown, "lines": shown,
        "query": query.urlencode(), "fields": list(form.visible_fields()), "step": 2,
        "answers_url": reverse("order_answers", args=[slug]), "back_url": reverse("order_new"),
        "listed": listed, "left": left[:SHOWN], "left_more": max(0, len(left) - SHOWN),
        "kept": [(name, value) for name in ("faculty", "group", "course", "q") for value in request.GET.getlist(name)],
    }  # fmt: skip
    bad = bool(listed.errors or left)
    return render(request, "movement/order_people.html", context, status=422 if bad else 200)


def _keep_list(request: Request, keys: list[int]) -> str:
    """Remember the people of a list, which may be too long for an address; the last few lists of the session."""
    lists = request.session.get(LISTS, {})
    name = secrets.token_urlsafe(6)
    request.session[LISTS] = dict([*lists.items()][1 - LISTS_KEPT :]) | {name: keys}
    return name


@page("order.create")
def answers(request: Request, slug: str) -> HttpResponse:
    """What the order says; then the draft is formed, at once or as a job."""
    kind = _kind(request, slug)
    who = PeopleForm(request.GET, access=request.access, permission=kind.start_permission)
    faculty = who.chosen_faculty()
    if faculty is None:
        return redirect("order_people", slug)
    rows = _found(request, kind, faculty, who)
    if request.GET.get("list"):
        rows = rows.filter(pk__in=request.session.get(LISTS, {}).get(request.GET["list"], []))
    elif not request.GET.get("all"):
        rows = rows.filter(pk__in=[value for value in request.GET.getlist("pk") if value.isdigit()])
    count = rows.count()
    back = reverse("order_people", args=[slug]) + "?" + _without_ticks(request)
    if not count:
        messages.warning(request, _("Nothing is ticked."))
        return redirect(back)
    listed = None if kind.makes_students else rows
    form = QuestionsForm(request.POST or None, kind=kind, faculty=faculty, people=listed)
    if request.method == "POST" and form.is_valid():
        answer = _form(request, kind, faculty, rows, form, count)
        if answer is not None:
            return answer
    context = {
        "title": kind.title, "kind": kind, "form": form, "faculty": faculty, "count": count, "step": 3,
        "first": list(rows[:8]), "more": count - 8, "back_url": back,
        "to_ask": queries.agreeing(kind.key()),
    }  # fmt: skip
    return render(request, "movement/order_answers.html", context, status=422 if form.errors else 200)


def _without_ticks(request: Request) -> str:
    query = request.GET.copy()
    for name in ("pk", "all", "list"):
        query.pop(name, None)
    return query.urlencode()


def _form(request, kind, faculty, rows, form, count) -> HttpResponse | None:
    """The draft, or the job that makes it; None when it is refused."""
    data = form.cleaned_data
    said = {"title": data["title"], "basis": data["basis"]}
    if count > LONG and not kind.makes_students:
        params = said | {
            "kind": kind.key(), "faculty": faculty.pk, "effective_date": data["effective_date"].isoformat(),
            "choices": choices_as_json(form.choices()), "students": list(rows.values_list("pk", flat=True)),
        }  # fmt: skip
        job = start(
            "movement.form", user=request.user, access=request.access, params=params, title=data["title"]
        )
        return redirect("job", pk=job.pk)
    model = Candidate if kind.makes_students else Student
    chosen = model.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))
    try:
        order = actions.create_order(
            kind=kind.key(), access=request.access, faculty=faculty, people=chosen,
            effective_date=data["effective_date"], choices=form.choices(), **said,
        )  # fmt: skip
    except actions.OrderError as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, _("The order is formed as a draft; look at the list and the checks."))
    return redirect(reverse("movement_orders_detail", args=[order.pk]) + f"?tab={_first_tab(order)}")


def _first_tab(order: Order) -> str:
    return "aside" if order.aside.exists() else "checks"


@page("order.create")
def add_listed(request: Request, pk: int) -> HttpResponse:
    """More people for a draft by a list of student numbers; they get what the others of the order get."""
    order = get_in_scope(Order, request, "order.create", pk=pk)
    kind = kind_of(order)
    if kind.makes_students:
        return redirect("order_add_people", pk=pk)
    left: list[Left] = []
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        chosen, left = find(form.cleaned_data["all"], kind=kind, faculty=order.faculty, access=request.access)
        if not left or form.cleaned_data["skip"]:
            said = {name: one["value"] for name, one in order.answers.items()}
            try:
                count = actions.add_people(
                    order, access=request.access, people=chosen, choices=choices_from_json(said)
                )
            except actions.OrderError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("%(count)d people are put on the list.") % {"count": count})
                return redirect(reverse("movement_orders_detail", args=[pk]) + f"?tab={_first_tab(order)}")
    context = {
        "title": _("Put people on the list"), "listed": form, "left": left[:SHOWN], "object": order,
        "left_more": max(0, len(left) - SHOWN), "back_url": reverse("movement_orders_detail", args=[pk]),
    }  # fmt: skip
    return render(
        request, "movement/order_add_listed.html", context, status=422 if form.errors or left else 200
    )


@page("order.create")
def arrival(request: Request) -> HttpResponse:
    """Keep somebody who comes from another university."""
    if not request.access.scope("order.create").everything:
        raise Http404
    form = ArrivalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.register_arrival(access=request.access, facts=form.cleaned_data)
        except actions.OrderError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The arrival is kept; now form the order."))
            faculty = found.candidate.group.faculty_id
            return redirect(reverse("order_people", args=["16-in"]) + f"?faculty={faculty}")
    context = {
        "title": _("Arrival from another university"), "form": form, "button": _("Save"),
        "back_url": reverse("order_people", args=["16-in"]),
    }  # fmt: skip
    return render(request, "movement/arrival.html", context, status=422 if form.errors else 200)
