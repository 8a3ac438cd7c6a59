"""Commissions with their members, sessions with their protocols, results (duties 8.3, 2.6, 2.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grading.pages.choices import faculties, groups, kafedras, years
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.register import Register, Tab
from records import actions, documents, forms, queries
from records.models import (
    AttestationLine,
    AttestationRule,
    AttestationSession,
    Commission,
    CommissionMember,
)
from records.pages.base import may, verb

COMMISSION_COLOURS = {Commission.DRAFT: "orange", Commission.APPROVED: "green", Commission.ENDED: "secondary"}
SESSION_COLOURS = {
    AttestationSession.OPEN: "orange", AttestationSession.CLOSED: "green", AttestationSession.CANCELLED: "secondary",
}  # fmt: skip
LINE_COLOURS = {
    AttestationLine.EMPTY: "secondary", AttestationLine.GRADED: "green", AttestationLine.ABSENT: "red",
    AttestationLine.EXCUSED: "azure", AttestationLine.NOT_ADMITTED: "red",
}  # fmt: skip


class Commissions(Register):
    app, name, title, title_one = (
        "records", "commissions", gettext_lazy("State attestation commissions"),
        gettext_lazy("state attestation commission"),
    )  # fmt: skip
    model, permission, menu, menu_place = Commission, "commission", "archive", 20
    columns = [
        Column("name", link=True),
        Column("kind"),
        Column("speciality", sort="speciality__name"),
        Column("kafedra", sort="kafedra__name", hidden=True),
        Column("order_number"),
        Column("valid_from", hidden=True),
        Column("valid_to", hidden=True),
        Column("academic_year"),
        Column("state", badge=COMMISSION_COLOURS),
    ]
    filters = [
        RelatedFilter("academic_year", years),
        RelatedFilter("faculty", faculties("commission.view"), lookup="kafedra__parent",
                      label=gettext_lazy("Faculty")),
        RelatedFilter("kafedra", kafedras("commission.view")),
        Filter("kind"),
        Filter("state"),
    ]  # fmt: skip
    search = ("name", "order_number")
    select_related = ("speciality", "kafedra", "academic_year")
    fields = (
        "name", "kind", "academic_year", "kafedra", "speciality", "order_number", "order_date", "valid_from",
        "valid_to", "state",
    )  # fmt: skip
    form = forms.CommissionForm
    detail_template = "records/commission.html"
    empty = gettext_lazy("Enter the commission, name its members, and approve it by the rector's order.")

    @classmethod
    def rows(cls, access, permission=""):
        """Only a draft is changed."""
        found = super().rows(access, permission)
        return found.filter(state=Commission.DRAFT) if permission == cls.edit_permission() else found

    @classmethod
    def history_parts(cls, obj):
        return [obj.members.all()]

    @classmethod
    def detail_context(cls, request, obj):
        can = may(request, obj, "commission.edit")
        draft = obj.state == Commission.DRAFT
        return {
            "members": obj.members.select_related("employee__person"),
            "verdict": actions.judge_commission(obj) if draft else None,
            "may_change": can and draft,
            "may_approve": draft and may(request, obj, "commission.approve"),
            "may_end": can and obj.state == Commission.APPROVED,
            "may_sit": obj.state == Commission.APPROVED and may(request, obj, "attestation.record"),
            "sessions": obj.sessions.select_related("group", "curriculum_subject__subject"),
        }


def _approve(request: Request, commission: Commission) -> str:
    actions.approve_commission(commission, access=request.access)
    return _("The commission is approved.")


def _end(request: Request, commission: Commission) -> str:
    actions.end_commission(commission, access=request.access)
    return _("The commission has ended its work.")


approve = verb(Commission, "commission.approve", "records_commissions_detail", _approve)
end = verb(Commission, "commission.edit", "records_commissions_detail", _end)


@page("commission.edit")
def add_member(request: Request, pk: int) -> HttpResponse:
    """A further member of a draft."""
    commission = get_in_scope(Commission, request, "commission.edit", pk=pk)
    if commission.state != Commission.DRAFT:
        messages.error(request, _("The commission is approved already."))
        return redirect("records_commissions_detail", pk=pk)
    form = forms.MemberForm(request.POST or None, commission=commission)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The member is added."))
        return redirect("records_commissions_detail", pk=pk)
    context = {
        "title": _("Member: %(commission)s") % {"commission": commission}, "form": form, "button": _("Add"),
        "back": Commissions.url_of(commission),
    }  # fmt: skip
    return render(request, "records/form.html", context, status=422 if form.errors else 200)


@page("commission.edit")
@require_POST
def remove_member(request: Request, pk: int) -> HttpResponse:
    """Take a member off a draft."""
    rows = CommissionMember.objects.for_scope(request.access.scope("commission.edit"))
    member = get_object_or_404(rows, pk=pk, commission__state=Commission.DRAFT)
    member.delete()
    messages.success(request, _("The member is taken off."))
    return redirect("records_commissions_detail", pk=member.commission_id)


# --- sessions


class Sessions(Register):
    app, name, title, title_one = (
        "records", "sessions", gettext_lazy("State attestation"), gettext_lazy("session of state attestation"),
    )  # fmt: skip
    model, permission, menu, menu_place = AttestationSession, "attestation", "controls", 10
    columns = [
        Column("serial", gettext_lazy("Number"), link=True, value=lambda row: row.number, sort="serial"),
        Column("held_on"),
        Column("group", sort="group__name"),
        Column("subject", gettext_lazy("Subject"), value=lambda row: row.curriculum_subject.subject.get_name_display(),
               sort="curriculum_subject__subject__name"),
        Column("commission", sort="commission__name"),
        Column("state", badge=SESSION_COLOURS),
    ]  # fmt: skip
    filters = [
        RelatedFilter("academic_year", years),
        RelatedFilter("faculty", faculties("attestation.view"), lookup="commission__kafedra__parent",
                      label=gettext_lazy("Faculty")),
        RelatedFilter("group", groups("attestation.view")),
        Filter("state"),
    ]  # fmt: skip
    search = ("commission__name", "curriculum_subject__subject__name", "group__name")
    select_related = (
        "group__faculty", "commission__speciality", "commission__kafedra", "curriculum_subject__subject",
        "academic_year", "opened_by", "closed_by",
    )  # fmt: skip
    fields = (
        "serial", "commission", "group", "subject", "held_on", "starts_at", "place", "state", "remark", "opened_by",
        "closed_by", "closed_at",
    )  # fmt: skip
    detail_template = "records/session.html"
    empty = gettext_lazy("A session is opened from the card of an approved commission.")

    @classmethod
    def history_parts(cls, obj):
        return [obj.lines.all()]

    @classmethod
    def detail_context(cls, request, obj):
        is_open = obj.state == AttestationSession.OPEN
        return {
            "lines": obj.lines.select_related("student__person", "topic__supervisor__person"),
            "present": obj.present.all(),
            "quorum": actions.judge_quorum(obj) if is_open else None,
            "may_fill": is_open and may(request, obj, "attestation.fill"),
            "may_record": is_open and may(request, obj, "attestation.record"),
        }


@page("attestation.record")
def open_session(request: Request, pk: int) -> HttpResponse:
    """Which group stands before the commission."""
    commission = get_in_scope(Commission, request, "attestation.record", pk=pk)
    if commission.state != Commission.APPROVED:
        messages.error(request, _("Only an approved commission sits."))
        return redirect("records_commissions_detail", pk=pk)
    form = forms.SessionForm(request.POST or None, commission=commission)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_session(commission, access=request.access, **form.cleaned_data)
        except actions.RecordsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The protocol is open: see who is admitted and who not."))
            return redirect("records_sessions_detail", pk=made.pk)
    context = {
        "title": _("Session: %(commission)s") % {"commission": commission}, "form": form,
        "button": _("Open the protocol"), "back": Commissions.url_of(commission),
    }  # fmt: skip
    return render(request, "records/form.html", context, status=422 if form.errors else 200)


@page("attestation.fill")
def fill(request: Request, pk: int) -> HttpResponse:
    """Who was present, and what each student has got."""
    session = get_in_scope(AttestationSession, request, "attestation.fill", pk=pk)
    if session.state != AttestationSession.OPEN:
        messages.error(request, _("The protocol is closed."))
        return redirect("records_sessions_detail", pk=pk)
    if request.method == "POST":
        return _save(request, session)
    return _grid(request, session)


def _typed(request: Request, prefix: str) -> Iterator[tuple[int, str]]:
    """Fields of lines: the line's key and what stands in it."""
    for name, text in request.POST.items():
        key = name.removeprefix(prefix)
        if key != name and key.isdigit():
            yield int(key), str(text)[:16]


def _save(request: Request, session: AttestationSession) -> HttpResponse:
    cells = {key: (text, str(request.POST.get(f"note-{key}", ""))) for key, text in _typed(request, "cell-")}
    seen = dict(_typed(request, "was-"))
    present = [int(key) for key in request.POST.getlist("present") if key.isdigit()]
    try:
        errors = actions.fill_session(session, cells=cells, present=present, access=request.access, seen=seen)
    except actions.RecordsError as error:
        messages.error(request, str(error))
        return redirect("records_sessions_detail", pk=session.pk)
    if errors:
        return _grid(request, session, typed=cells, errors=errors)
    messages.success(request, _("Saved."))
    return redirect("records_sessions_detail", pk=session.pk)


def _grid(
    request: Request, session: AttestationSession, *, typed: dict[int, tuple[str, str]] | None = None,
    errors: dict[int, str] | None = None,
) -> HttpResponse:  # fmt: skip
    rows: list[dict[str, Any]] = []
    for line in session.lines.select_related("student__person", "topic"):
        text, note = (typed or {}).get(line.pk, (line.text, line.note))
        rows.append({"line": line, "text": text, "note": note, "error": (errors or {}).get(line.pk, "")})
    context = {
        "title": f"{session} · {session.group}", "session": session, "rows": rows,
        "members": session.commission.members.all(),
        "present": set(session.present.values_list("pk", flat=True)),
        "back": reverse("records_sessions_detail", args=[session.pk]),
    }  # fmt: skip
    return render(request, "records/fill.html", context, status=422 if errors else 200)


def _close(request: Request, session: AttestationSession) -> str:
    count = actions.close_session(session, access=request.access)
    return _("The protocol is closed; lines of the academic record: %(count)d") % {"count": count}


def _refresh(request: Request, session: AttestationSession) -> str:
    count = actions.refresh_session(session, access=request.access)
    return _("Admission is judged anew; lines changed: %(count)d") % {"count": count}


def _cancel(request: Request, session: AttestationSession) -> str:
    actions.cancel_session(session, reason=request.POST.get("remark", ""), access=request.access)
    return _("The session is cancelled.")


def _print(request: Request, session: AttestationSession) -> HttpResponse:
    return redirect("document_pdf", pk=documents.issue_protocol(session, by=request.user).pk)


_BACK = "records_sessions_detail"
close = verb(AttestationSession, "attestation.record", _BACK, _close)
refresh = verb(AttestationSession, "attestation.record", _BACK, _refresh)
cancel = verb(AttestationSession, "attestation.record", _BACK, _cancel)
print_protocol = verb(AttestationSession, "attestation.view", _BACK, _print)


# --- results, one line a student


def _steps(request: Request, line: AttestationLine) -> dict[str, Any]:
    return {"explained": {"steps": line.conditions}}


class Results(Register):
    app, name, title, title_one = (
        "records", "results", gettext_lazy("Results of state attestation"),
        gettext_lazy("result of state attestation"),
    )  # fmt: skip
    model, permission, menu, menu_place = AttestationLine, "attestation", "controls", 20
    columns = [
        Column("student", link=True, sort="student__person__sort_key"),
        Column("session__group", sort="session__group__name"),
        Column("subject", gettext_lazy("Subject"),
               value=lambda row: row.session.curriculum_subject.subject.get_name_display(),
               sort="session__curriculum_subject__subject__name"),
        Column("session__held_on"),
        Column("attempt", numeric=True, hidden=True),
        Column("points", numeric=True),
        Column("mark", numeric=True),
        Column("passed"),
        Column("status", badge=LINE_COLOURS),
    ]  # fmt: skip
    filters = [
        RelatedFilter("academic_year", years, lookup="session__academic_year", label=gettext_lazy("Academic year")),
        RelatedFilter("faculty", faculties("attestation.view"), lookup="session__commission__kafedra__parent",
                      label=gettext_lazy("Faculty")),
        RelatedFilter("group", groups("attestation.view"), lookup="session__group", label=gettext_lazy("Group")),
        Filter("status"),
        BooleanFilter("passed"),
    ]  # fmt: skip
    search = ("student__number", "session__curriculum_subject__subject__name")
    search_person = "student__person"
    select_related = (
        "student__person", "session__group", "session__curriculum_subject__subject",
        "session__curriculum_subject__sheet_kind", "session__academic_year", "topic",
    )  # fmt: skip
    fields = (
        "student", "session", "session__group", "subject", "session__held_on", "topic", "attempt", "status",
        "points", "mark", "letter", "passed", "note",
    )  # fmt: skip
    detail_template = "records/result.html"
    tabs = [Tab("why", gettext_lazy("Why admitted or not"), "grading/_steps.html", _steps)]
    empty = gettext_lazy("Results appear as soon as a session is opened.")

    @classmethod
    def detail_context(cls, request, obj):
        return {"repeat": queries.repeat_until(obj)}


class Rules(Register):
    app, name, title, title_one = (
        "records", "rules", gettext_lazy("Rules of state attestation and diplomas"),
        gettext_lazy("rule of state attestation and diplomas"),
    )  # fmt: skip
    model, permission, menu, menu_place = AttestationRule, "attestation_rule", "controls", 90
    columns = [
        Column("code", link=True),
        Column("value", numeric=True),
        Column("valid_from"),
        Column("basis"),
        Column("is_confirmed"),
    ]
    filters = [Filter("code"), BooleanFilter("is_confirmed")]
    search = ("basis",)
    form = forms.AttestationRuleForm
    empty = gettext_lazy("Figures of state attestation and diplomas, with the day they hold from.")
