"""What is done with posts by an order: end, move, another rate, dismissal; activation links; absences of many."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.sheets.pages import way_to
from staff import accounts, actions
from staff.documents import issue_card
from staff.forms.posts import AbsencesForm, EndForm, MoveForm, OrderForm, RateForm
from staff.models import Absence, Employee, Position
from staff.pages.employees import Employees, links_of
from staff.pages.posts import register_of
from structure.models import University


def _position(request: Request, pk: int) -> Position:
    return get_in_scope(Position, request, "employee.edit", pk=pk)


def _answer(
    request: Request, form: OrderForm, *, title: str, note: str, button: str, back: str
) -> HttpResponse:
    context = {"title": title, "form": form, "note": note, "button": button, "back_url": back}
    return render(request, "staff/verb.html", context, status=422 if form.is_bound else 200)


def _run(request: Request, form: OrderForm, verb: Callable[[], tuple[str, list[str]]]) -> HttpResponse | None:
    """Do the verb of a valid form and go where it says; a refusal stands at its field."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        target, said = verb()
    except actions.StaffError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None
    messages.success(request, _("Done."))
    for text in said:
        messages.info(request, text)
    return redirect(target)


@page("employee.edit")
def end(request: Request, pk: int) -> HttpResponse:
    """End a post by an order."""
    position = _position(request, pk)
    back = register_of(position).url_of(position)
    form = EndForm(request.POST or None)

    def verb():
        data = form.cleaned_data
        said = actions.end_post(
            position,
            access=request.access,
            last_day=data["last_day"],
            order=form.order,
            reason=data["reason"],
        )
        return back, said

    return _run(request, form, verb) or _answer(
        request,
        form,
        title=_("End the post: %(post)s") % {"post": position},
        note=_("The roles that the post brought end on the last day of work."),
        button=_("End the post"),
        back=back,
    )


@page("employee.edit")
def move(request: Request, pk: int) -> HttpResponse:
    """Move to another unit or post; the old post stays in the history."""
    position = _position(request, pk)
    back = register_of(position).url_of(position)
    form = MoveForm(request.POST or None, position=position)

    def verb():
        new, said = actions.move_post(
            position,
            access=request.access,
            from_day=form.cleaned_data["from_day"],
            order=form.order,
            changes=form.changes,
        )
        return register_of(new).url_of(new), said

    return _run(request, form, verb) or _answer(
        request,
        form,
        title=_("Move: %(post)s") % {"post": position},
        note=_("This post ends the day before; the next one begins on the day you enter."),
        button=_("Move"),
        back=back,
    )


@page("employee.edit")
def rate(request: Request, pk: int) -> HttpResponse:
    """Another rate from a day on."""
    position = _position(request, pk)
    back = register_of(position).url_of(position)
    form = RateForm(request.POST or None, position=position)

    def verb():
        data = form.cleaned_data
        new, said = actions.change_rate(
            position, access=request.access, from_day=data["from_day"], order=form.order, rate=data["rate"]
        )
        return register_of(new).url_of(new), said

    return _run(request, form, verb) or _answer(
        request,
        form,
        title=_("Another rate: %(post)s") % {"post": position},
        note=_("Now: %(rate)s from %(day)s.")
        % {
            "rate": f"{position.rate:.2f}",
            "day": f"{position.valid_from:%d.%m.%Y}",
        },
        button=_("Change the rate"),
        back=back,
    )


@page("employee.edit")
def dismiss(request: Request, pk: int) -> HttpResponse:
    """End all posts of an employee by one order."""
    employee = get_in_scope(Employee, request, "employee.edit", pk=pk)
    back = Employees.url_of(employee)
    form = EndForm(request.POST or None)

    def verb():
        data = form.cleaned_data
        said = actions.dismiss(
            employee,
            access=request.access,
            last_day=data["last_day"],
            order=form.order,
            reason=data["reason"],
        )
        return back, said

    return _run(request, form, verb) or _answer(
        request,
        form,
        title=_("Dismiss: %(name)s") % {"name": employee},
        note=_("All posts end on the last day of work, and with them the roles that they brought."),
        button=_("Dismiss"),
        back=back,
    )


@page("employee.edit")
@require_POST
def activation(request: Request, pk: int) -> HttpResponse:
    """A new activation link for the employee's account, shown once."""
    employee = get_in_scope(Employee, request, "employee.edit", pk=pk)
    back = f"{Employees.url_of(employee)}?tab=account"
    return links_of(request, Employee.objects.filter(pk=pk), back_url=back)


@page("employee.edit")
@require_POST
def agree(request: Request, pk: int) -> HttpResponse:
    """Bring one account into agreement with the posts."""
    employee = get_in_scope(Employee, request, "employee.edit", pk=pk)
    said = accounts.bring_into_agreement(employee)
    if accounts.close_accounts(among=Employee.objects.filter(pk=employee.pk)):
        said.append(_("The account is closed: no post and no role is left."))
    for text in said or [_("The account agrees with the posts already.")]:
        messages.info(request, text)
    return redirect(f"{Employees.url_of(employee)}?tab=account")


@page("employee.edit")
def absences_many(request: Request) -> HttpResponse:
    """One order on the leave or business trip of several employees; nobody is absent twice."""
    keys = [value for value in request.GET.getlist("pk") if value.isdigit()]
    scope = request.access.scope("employee.edit")
    people = list(Employee.objects.for_scope(scope).filter(pk__in=keys).select_related("person"))
    back = reverse(Employees.url_name("list"))
    if not people:
        messages.warning(request, _("Nothing is ticked."))
        return redirect(back)
    form = AbsencesForm(request.POST or None)

    def verb():
        data = form.cleaned_data
        try:
            with transaction.atomic():
                Absence.objects.bulk_create(Absence(employee=one, **data) for one in people)
        except IntegrityError as error:
            busy = Absence.objects.filter(
                employee__in=people, valid_from__lte=data["valid_to"], valid_to__gte=data["valid_from"]
            ).select_related("employee__person")
            names = ", ".join(str(one.employee) for one in busy[:10])
            raise actions.StaffError(
                _("Nothing is saved: absent on some of these days already: %(names)s.") % {"names": names}
            ) from error
        return back, [_("Employees: %(count)d.") % {"count": len(people)}]

    return _run(request, form, verb) or _answer(
        request,
        form,
        title=_("Leave or business trip by one order"),
        note=", ".join(str(one) for one in people[:20]) + (" …" if len(people) > 20 else ""),
        button=_("Save"),
        back=back,
    )


import_employees = way_to("staff.employees", permission="employee.edit")


@page("employee.view")
def personal_card(request: Request, pk: int) -> HttpResponse:
    """The personal card (shaxsiy varaqa) of an employee on paper."""
    employee = get_object_or_404(Employees.rows(request.access).select_related("person"), pk=pk)
    context = {
        "title": str(employee),
        "employee": employee,
        "person": employee.person,
        "photo": reverse(Employees.url_name("file"), args=[pk, "person__photo"])
        if employee.person.photo
        else "",
        "posts": employee.positions.select_related("unit").order_by("valid_from"),
        "educations": employee.educations.order_by("end_year"),
        "degrees": employee.degrees.all(),
        "developments": employee.developments.all(),
        "awards": employee.awards.all(),
        "foreign": employee.foreign_trainings.all(),
        "back_url": Employees.url_of(employee),
    }
    return render(request, "staff/personal_card.html", context)


@page("employee.edit")
@require_POST
def print_card(request: Request, pk: int) -> HttpResponse:
    """The card of one employee: the valid one, or a new one where its facts have changed."""
    employee = get_in_scope(Employee, request, "employee.edit", pk=pk)
    try:
        document = issue_card(employee, university=University.objects.get(), by=request.user)
    except ValueError:
        messages.warning(request, _("%(name)s holds no post now.") % {"name": employee.person})
        return redirect("staff_employees_detail", pk=pk)
    return redirect("document_pdf", pk=document.pk)
