"""Transfers (16) inside the university: group; programme, form and language; faculty."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from movement import rules
from movement.kinds.base import OrderKind, Paper, joint_of, register


@register
class TransferToGroup(OrderKind):
    """To another group of the same programme and course; the dean's own business."""

    code = "16"
    title = _("Transfer to another group")
    help_text = _("Within the programme, the course and the faculty.")
    icon = "users"
    source_statuses = frozenset({rules.STUDYING})
    questions = ("group",)
    papers = (Paper("application", _("Application"), required=False),)
    order_title = "Talabalarni boshqa guruhga koʻchirish toʻgʻrisida"

    @classmethod
    def effect(cls, student, *, year, choices):
        return {"group_id": choices["group"].pk}

    @classmethod
    def own_checks(cls, line, context):
        return [context.group_check(line, same_course=True), context.capacity_check(line)]


class _ToProgramme(OrderKind):
    """To another programme, form or language: the window, GPA and differences of VMQ 578/2025."""

    code = "16"
    source_statuses = frozenset({rules.STUDYING})
    questions = ("programme", "group", "language", "applied_on", "figures", "figures_basis")
    papers = (Paper("application", _("Application")),)
    facts = ("gpa", "differences", "contract_debt")

    @classmethod
    def effect(cls, student, *, year, choices):
        programme = choices["programme"]
        return {
            "programme_id": programme.pk, "education_form": programme.education_form,
            "faculty_id": choices["group"].faculty_id, "group_id": choices["group"].pk,
            "language": choices.get("language") or student.current.language,
        }  # fmt: skip

    @classmethod
    def own_checks(cls, line, context):
        figures, book = context.figures(line), context.book
        before, after = line.closes.programme.speciality, line.programme.speciality
        return [
            rules.check_window(day=context.day, book=book, prefix="transfer.decide"),
            rules.check_not_first_semester(semester=line.closes.semester),
            rules.check_related_programme(before=before.code, after=after.code),
            rules.check_not_targeted(targeted=line.student.is_targeted, before=before.code, after=after.code),
            rules.check_not_joint(joint=joint_of(before, after)),
            rules.check_gpa(gpa=figures.get("gpa"), book=book, rule="transfer.gpa"),
            rules.check_differences(differences=figures.get("differences"), book=book),
            *rules.check_transfer_score(score=line.student.entrance_score, book=book),
            rules.check_contract_paid(debt=figures.get("contract_debt")),
            rules.check_programme_open(active=line.programme.is_active),
            context.group_check(line, same_course=True),
            context.capacity_check(line),
        ]


@register
class TransferToProgramme(_ToProgramme):
    """Programme, form or language, inside the faculty."""

    variant = "programme"
    title = _("Transfer to another programme, form or language")
    help_text = _("Within the faculty.")
    icon = "arrows-exchange"
    order_title = "Oʻqishni boshqa yoʻnalish (shakl, til)ga koʻchirish toʻgʻrisida"


@register
class TransferToFaculty(_ToProgramme):
    """To another faculty: academic affairs start it (duty 3.5)."""

    variant = "faculty"
    title = _("Transfer to another faculty")
    help_text = _("Between faculties of the university.")
    icon = "arrows-exchange"
    university_only = True
    order_title = "Oʻqishni boshqa fakultetga koʻchirish toʻgʻrisida"
