"""Pages of diplomas: the faculty forms, HR approves, prints and hands over (duties 1.3, 2.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grading.pages.choices import faculties, groups
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.documents.rendering import draft_pdf
from hemis.explain import readable_steps
from hemis.jobs.actions import start
from hemis.pages import home
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import BulkAction, Register, Tab
from hemis.pages.verbs import tell_refused
from records.diplomas import actions, documents, facts, forms
from records.diplomas.actions import APPROVE, FORM, HANDOVER, PRINT
from records.models import Diploma
from students.models import Student
from students.pages import Students

STATE_COLOURS = {
    Diploma.FORMED: "blue", Diploma.APPROVED: "yellow", Diploma.PRINTED: "orange", Diploma.HANDED: "green",
    Diploma.REPLACED: "secondary", Diploma.CANCELLED: "red",
}  # fmt: skip
AT_ONCE = 500
Verb = Callable[..., actions.Outcome]


def _tell(request: Request, outcome: actions.Outcome, done: str) -> None:
    """How many, and the first of those who were refused with the reason."""
    if outcome.done:
        messages.success(request, done % {"count": len(outcome.done)})
    tell_refused(request, [f"{one.name}: {one.reason}" for one in outcome.refused])


def _many(verb: Verb, done: Any) -> Callable[[Request, QuerySet], None]:
    def run(request: Request, rows: QuerySet) -> None:
        try:
            outcome = verb(list(rows[:AT_ONCE]), access=request.access)
        except actions.DiplomaError as error:
            messages.error(request, str(error))
            return
        _tell(request, outcome, str(done))

    return run


def _print(request: Request, rows: QuerySet) -> HttpResponse:
    """To the choice of the printers, with the ticked diplomas."""
    request.session["diplomas"] = list(rows.order_by("year", "serial").values_list("pk", flat=True)[:AT_ONCE])
    return redirect("records_diplomas_print_sheets")


def _hand(request: Request, rows: QuerySet) -> HttpResponse:
    """To the form of handing over, with the ticked diplomas."""
    request.session["diplomas"] = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    return redirect("records_diplomas_hand_over")


class Diplomas(Register):
    app, name, title, title_one = "records", "diplomas", gettext_lazy("Diplomas"), gettext_lazy("diploma")
    model, permission, menu, menu_place = Diploma, "diploma", "record", 30
    columns = [
        Column("serial", gettext_lazy("Registration number"), value=lambda row: row.number, sort="serial"),
        Column("student__person__full_name", gettext_lazy("Graduate"), sort="student__person__sort_key", link=True),
        Column("group", sort="group__name"),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("education_type", hidden=True),
        Column("category"),
        Column("blank", value=lambda row: row.blank.code if row.blank else "", sort="blank__code"),
        Column("supplement_blank", value=lambda row: row.supplement_blank.code if row.supplement_blank else "",
               sort="supplement_blank__code", hidden=True),
        Column("state", badge=STATE_COLOURS),
        Column("remark"),
        Column("registered_on"),
        Column("handed_on"),
    ]  # fmt: skip
    filters = [
        Filter("state"),
        Filter("category"),
        Filter("education_type"),
        RelatedFilter("faculty", faculties("diploma.view")),
        RelatedFilter("group", groups("diploma.view")),
        BooleanFilter("duplicate", lookup="is_second", label=gettext_lazy("Duplicate")),
        RangeFilter("registered_on", "date"),
    ]
    search = ("student__number", "blank__code")
    search_person = "student__person"
    select_related = (
        "student__person", "group", "faculty", "blank", "supplement_blank", "document", "supplement", "duplicate_of",
        "formed_by__person", "approved_by__person", "printed_by__person", "handed_by__person",
    )  # fmt: skip
    fields = (
        "serial", "student", "group", "faculty", "education_type", "category", "decided_on", "state", "remark", "blank",
        "supplement_blank", "duplicate_of", "ground", "basis", "applied_on", "due_on", "fee", "fee_paid", "formed_by",
        "formed_at", "approved_by", "approved_at",
        "printed_by", "printed_at", "handed_by", "handed_on", "recipient_kind", "recipient", "recipient_document",
    )  # fmt: skip
    actions = [
        BulkAction("approve", gettext_lazy("Approve"), APPROVE,
                   _many(actions.approve, gettext_lazy("Diplomas approved and registered: %(count)d")),
                   confirm=gettext_lazy("Approve the ticked diplomas? They get their numbers in the book of issue.")),
        BulkAction("print", gettext_lazy("Print onto blanks"), PRINT, _print, icon="printer"),
        BulkAction("printed", gettext_lazy("Printed well"), PRINT,
                   _many(actions.mark_printed, gettext_lazy("Printed: %(count)d")), icon="circle-check",
                   confirm=gettext_lazy("Did diploma and supplement of each come out well?")),
        BulkAction("hand", gettext_lazy("Hand over"), HANDOVER, _hand, icon="certificate"),
    ]  # fmt: skip
    header_actions = [
        MenuItem("record", gettext_lazy("Form diplomas"), "records_diplomas_form", FORM),
        MenuItem("record", gettext_lazy("Book of issue"), "records_book_list", "diploma.view"),
    ]
    empty = gettext_lazy("Diplomas are formed for the accredited graduates, whole groups at once.")
    detail_template = "records/diploma.html"

    @classmethod
    def base_queryset(cls):
        return Diploma.objects.annotate(is_second=Q(duplicate_of__isnull=False))

    @classmethod
    def card(cls, obj):
        """What is not yet there is not shown."""
        return [(label, text) for label, text in super().card(obj) if text]

    @classmethod
    def summary(cls, rows):
        counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
        return [
            (str(title).capitalize(), counts[state]) for state, title in Diploma.STATES if counts.get(state)
        ]

    @classmethod
    def detail_context(cls, request, obj):
        access = request.access

        def may(permission: str) -> bool:
            if not access.can(permission):
                return False
            return Diploma.objects.for_scope(access.scope(permission)).filter(pk=obj.pk).exists()

        forming, approving = may(FORM), may(APPROVE)
        return {
            "may_refresh": forming and obj.state == Diploma.FORMED and not obj.is_duplicate,
            "may_send_back": approving and obj.state == Diploma.FORMED and not obj.remark,
            "may_approve": approving and obj.state == Diploma.FORMED and not obj.remark,
            "may_cancel": forming and obj.state == Diploma.FORMED,
            "may_annul": approving and obj.state == Diploma.APPROVED,
            "may_duplicate": forming and obj.state == Diploma.HANDED,
            "duplicate_form": forms.DuplicateForm(),
            "may_pay": forming
            and bool(obj.fee)
            and obj.state in (Diploma.FORMED, Diploma.APPROVED, Diploma.PRINTED),
            "fee_steps": readable_steps(obj.fee_steps),
            "has_papers": obj.state not in (Diploma.FORMED, Diploma.CANCELLED),
        }


class Book(Register):
    """The book of issue: what was handed over, to whom, by which document; in the order of numbers."""

    app, name = "records", "book"
    title, title_one = gettext_lazy("Book of issue of diplomas"), gettext_lazy("line of the book of issue")
    model, permission, menu, menu_place = Diploma, "diploma", "record", 31
    columns = [
        Column("serial", gettext_lazy("Registration number"), value=lambda row: row.number, sort="serial", link=True),
        Column("registered_on"),
        Column("blank", value=lambda row: row.blank.code if row.blank else "", sort="blank__code"),
        Column("supplement_blank", value=lambda row: row.supplement_blank.code if row.supplement_blank else "",
               sort="supplement_blank__code"),
        Column("student__person__full_name", gettext_lazy("Graduate"), sort="student__person__sort_key"),
        Column("speciality", gettext_lazy("Speciality"), value=lambda row: row.facts["speciality"]["uz"], sort=None),
        Column("group", sort="group__name"),
        Column("education_type", hidden=True),
        Column("decided_on"),
        Column("category"),
        Column("kind", gettext_lazy("Duplicate"), value=lambda row: row.is_duplicate, sort=None, hidden=True),
        Column("handed_on"),
        Column("recipient"),
        Column("recipient_document", gettext_lazy("By which document")),
        Column("signature", gettext_lazy("Signature"), value=lambda row: "", sort=None),
        Column("state", badge=STATE_COLOURS),
    ]  # fmt: skip
    filters = [
        Filter("state"),
        Filter("category"),
        RelatedFilter("faculty", faculties("diploma.view")),
        RangeFilter("registered_on", "date"),
        RangeFilter("handed_on", "date"),
    ]
    search = ("blank__code", "recipient")
    search_person = "student__person"
    select_related = Diplomas.select_related
    ordering = ("-year", "serial")
    fields = Diplomas.fields
    empty = gettext_lazy("A diploma gets its line when HR approves it.")

    @classmethod
    def base_queryset(cls):
        """Every number ever given, the cancelled ones too: the book has no gaps."""
        return Diploma.objects.filter(serial__isnull=False)

    @classmethod
    def url_of(cls, obj):
        return Diplomas.url_of(obj)


@page("diploma.edit")
def form(request: Request) -> HttpResponse:
    """Diplomas of whole groups, as a job."""
    asked = forms.FormingForm(request.POST or None, access=request.access)
    if request.method == "POST" and asked.is_valid():
        keys = [one.pk for one in asked.cleaned_data["groups"]]
        job = start("records.form_diplomas", user=request.user, params={"groups": keys})
        return redirect("job", job.pk)
    context = {
        "title": _("Form diplomas"), "form": asked, "button": _("Form"),
        "note": _("Diploma and supplement are made from the academic record, in Uzbek and English."),
        "back": reverse("records_diplomas_list"),
    }  # fmt: skip
    return render(request, "records/form.html", context, status=422 if asked.errors else 200)


@page("diploma.edit")
@require_POST
def form_one(request: Request, pk: int) -> HttpResponse:
    """The diploma of one student."""
    student = get_in_scope(Student, request, "diploma.edit", pk=pk)
    outcome = actions.form([student.pk], access=request.access)
    _tell(request, outcome, _("Diplomas formed: %(count)d"))
    if outcome.done:
        return redirect(Diplomas.url_of(outcome.done[0]))
    return redirect(Students.url_of(student) + "?tab=diploma")


def _verb(
    request: Request, pk: int, permission: str, verb: Callable[[Diploma], Any], done: str
) -> HttpResponse:
    diploma = get_in_scope(Diploma, request, permission, pk=pk)
    try:
        made = verb(diploma)
    except actions.DiplomaError as error:
        messages.error(request, str(error))
    else:
        if isinstance(made, actions.Outcome):
            _tell(request, made, done)
        else:
            messages.success(request, done)
        if isinstance(made, Diploma):
            return redirect(Diplomas.url_of(made))
    return redirect(Diplomas.url_of(diploma))


@page("diploma.edit")
@require_POST
def refresh(request: Request, pk: int) -> HttpResponse:
    """Form anew from today's facts."""
    return _verb(
        request, pk, "diploma.edit", lambda one: actions.refresh(one, access=request.access),
        _("The diploma is formed anew."),
    )  # fmt: skip


@page("diploma.approve")
@require_POST
def approve(request: Request, pk: int) -> HttpResponse:
    """Approve one."""
    return _verb(
        request, pk, "diploma.approve", lambda one: actions.approve([one], access=request.access),
        _("Diplomas approved and registered: %(count)d"),
    )  # fmt: skip


@page("diploma.approve")
@require_POST
def send_back(request: Request, pk: int) -> HttpResponse:
    """Back to the faculty, with a remark."""
    remark = request.POST.get("remark", "")
    return _verb(
        request, pk, "diploma.approve",
        lambda one: actions.send_back(one, access=request.access, remark=remark), _("The faculty reads your remark."),
    )  # fmt: skip


def _cancel(request: Request, pk: int, permission: str) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _verb(
        request, pk, permission,
        lambda one: actions.cancel(one, access=request.access, permission=permission, reason=reason),
        _("The diploma is cancelled."),
    )  # fmt: skip


@page("diploma.edit")
@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    """The faculty cancels what it has formed."""
    return _cancel(request, pk, FORM)


@page("diploma.approve")
@require_POST
def annul(request: Request, pk: int) -> HttpResponse:
    """HR cancels what it has approved."""
    return _cancel(request, pk, APPROVE)


@page("diploma.edit")
@require_POST
def duplicate(request: Request, pk: int) -> HttpResponse:
    """A duplicate of what was handed over."""
    asked = forms.DuplicateForm(request.POST)
    if not asked.is_valid():
        get_in_scope(Diploma, request, "diploma.edit", pk=pk)
        messages.error(request, _("Say the ground and the basis of the duplicate."))
        return redirect("records_diplomas_detail", pk=pk)
    return _verb(
        request, pk, "diploma.edit",
        lambda one: actions.duplicate(one, access=request.access, **asked.cleaned_data), _("The duplicate is formed."),
    )  # fmt: skip


@page("diploma.edit")
@require_POST
def pay_fee(request: Request, pk: int) -> HttpResponse:
    """The receipt of the fee of a duplicate."""
    paid = request.POST.get("paid", "")
    return _verb(
        request, pk, "diploma.edit",
        lambda one: actions.pay_fee(one, access=request.access, paid=paid), _("The payment of the fee is noted."),
    )  # fmt: skip


@page("diploma.view")
def draft(request: Request, pk: int, part: str) -> HttpResponse:
    """What diploma or supplement will say, before they are issued."""
    diploma = get_in_scope(Diploma, request, "diploma.view", pk=pk)
    kind = "diploma" if part == "diploma" else "diploma_supplement"
    payload = documents.payload_of(diploma)
    answer = HttpResponse(draft_pdf(kind, payload), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="draft-{kind}-{pk}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@page("diploma.view")
@require_POST
def paper(request: Request, pk: int, part: str) -> HttpResponse:
    """The full PDF with its QR code; issued when first asked for."""
    diploma = get_in_scope(Diploma, request, "diploma.view", pk=pk)
    try:
        made = actions.issue_papers(diploma, access=request.access)
    except actions.DiplomaError as error:
        messages.error(request, str(error))
        return redirect(Diplomas.url_of(diploma))
    found = made.document if part == "diploma" else made.supplement
    assert found  # noqa: S101 - both were just issued
    return redirect("document_pdf", pk=found.pk)


def _chosen(request: Request, permission: str) -> list[Diploma]:
    """The diplomas ticked in the list, kept between the list and the form."""
    request.access.require(permission)
    rows = Diploma.objects.for_scope(request.access.scope(permission))
    keys = request.session.get("diplomas", [])
    return list(rows.filter(pk__in=keys).select_related(*documents.NEEDED).order_by("year", "serial"))


@page("diploma.print")
def print_sheets(request: Request) -> HttpResponse:
    """Blanks are assigned, papers issued, the sheets for the printers made: as a job."""
    found = [one for one in _chosen(request, PRINT) if one.state == Diploma.APPROVED]
    asked = forms.PrintForm(request.POST or None)
    if request.method == "POST" and asked.is_valid() and found:
        params: dict[str, Any] = {"diplomas": [one.pk for one in found]}
        for name, profile in asked.cleaned_data.items():
            params[name] = profile.pk if profile else None
        return redirect("job", start("records.print_diplomas", user=request.user, params=params).pk)
    note = _("Approved diplomas chosen: %(count)d. The lowest free blanks are assigned.") % {
        "count": len(found)
    }
    if not found:
        note = _("Tick approved diplomas in the list first.")
    context = {
        "title": _("Print onto blanks"), "form": asked, "button": _("Make the sheets"), "note": note,
        "back": f"{reverse('records_diplomas_list')}?state={Diploma.APPROVED}",
    }  # fmt: skip
    return render(request, "records/form.html", context, status=422 if request.method == "POST" else 200)


@page("diploma.handover")
def hand_over(request: Request) -> HttpResponse:
    """To graduates themselves, or to somebody with a power of attorney."""
    found = [one for one in _chosen(request, HANDOVER) if one.state == Diploma.PRINTED]
    asked = forms.HandOverForm(request.POST or None)
    if request.method == "POST" and asked.is_valid() and found:
        try:
            outcome = actions.hand_over(found, access=request.access, **asked.cleaned_data)
        except actions.DiplomaError as error:
            asked.add_error(None, str(error))
        else:
            _tell(request, outcome, _("Handed over: %(count)d"))
            return redirect(f"{reverse('records_diplomas_list')}?state={Diploma.HANDED}")
    names = ", ".join(one.student.person.full_name for one in found[:10])
    note = _("Printed diplomas chosen: %(count)d (%(names)s).") % {"count": len(found), "names": names}
    if not found:
        note = _("Tick printed diplomas in the list first.")
    context = {
        "title": _("Hand over diplomas"), "form": asked, "button": _("Hand over"), "note": note,
        "back": f"{reverse('records_diplomas_list')}?state={Diploma.PRINTED}",
    }  # fmt: skip
    return render(request, "records/form.html", context, status=422 if request.method == "POST" else 200)


# --- elsewhere


def _of_student(request: Request, student: Student) -> dict[str, Any]:
    """The student's diplomas; where there is none, what is still missing for it."""
    seen = Diploma.objects.for_scope(request.access.scope("diploma.view")).filter(student=student)
    found = list(seen.select_related("blank", "duplicate_of"))
    live = [one for one in found if one.state != Diploma.CANCELLED]
    prepared = None
    if not live and student.current and student.current.status in (facts.STUDYING, facts.GRADUATED):
        prepared = facts.prepare([student.pk])[0]
    return {
        "diplomas": [(one, STATE_COLOURS[one.state]) for one in found],
        "prepared": prepared,
        "may_form": bool(prepared and prepared.ready and request.access.can(FORM)),
    }


@page("own.document")
def my_diplomas(request: Request) -> HttpResponse:
    """One's own diploma, from the approval on."""
    person = request.access.scope("own.document").person_id
    rows = Diploma.objects.filter(student__person=person).exclude(
        state__in=[Diploma.FORMED, Diploma.CANCELLED]
    )
    found = [
        (one, STATE_COLOURS[one.state]) for one in rows.select_related("blank", "document", "supplement")
    ]
    return render(request, "records/my_diplomas.html", {"title": _("My diploma"), "diplomas": found})


register_menu(MenuItem("cabinet", gettext_lazy("My diploma"), "my_diplomas", "own.document"))
Students.add_tab(
    Tab("diploma", gettext_lazy("Diploma"), "records/_of_student.html", _of_student, "diploma.view")
)


def _count(permission: str, state: str) -> Callable[[Any], int]:
    return lambda access: (
        Diploma.objects.for_scope(access.scope(permission)).filter(state=state, remark="").order_by().count()
    )


for _title, _permission, _state in (
    (gettext_lazy("Diplomas to approve"), APPROVE, Diploma.FORMED),
    (gettext_lazy("Diplomas to print"), PRINT, Diploma.APPROVED),
    (gettext_lazy("Diplomas to hand over"), HANDOVER, Diploma.PRINTED),
):
    home.register_todo(
        home.Todo(
            _title, _permission, _count(_permission, _state),
            lambda state=_state: f"{reverse('records_diplomas_list')}?state={state}", "certificate",
        )
    )  # fmt: skip
home.register_todo(
    home.Todo(
        gettext_lazy("Diplomas sent back by HR"), FORM,
        lambda access: Diploma.objects.for_scope(access.scope(FORM)).filter(state=Diploma.FORMED)
        .exclude(remark="").order_by().count(),
        lambda: f"{reverse('records_diplomas_list')}?state={Diploma.FORMED}", "alert-triangle",
    )
)  # fmt: skip
