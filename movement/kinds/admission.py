"""Candidates become students: by the admission list, or from another university."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from movement import queries, rules
from movement.kinds.base import SPRING_REASON, OrderKind, Paper, joint_of, register
from movement.models import OrderLine
from students.models import Candidate


class _FromCandidates(OrderKind):
    makes_students = True

    @classmethod
    def listed(cls, keys):
        return (
            queries.free_candidates(Candidate.objects.filter(pk__in=keys))
            # Who has no group yet waits for the distribution: the order names the group.
            .exclude(group=None)
            .select_related("person", "programme", "group", "arrival")
            .order_by("programme__speciality__code", "group__name", "person__sort_key", "pk")
        )

    @classmethod
    def line(cls, person, *, year, choices):
        return OrderLine(
            candidate=person, status=rules.STUDYING, faculty_id=person.group.faculty_id,
            programme=person.programme, group=person.group, academic_year_id=year, course=person.course,
            semester=cls.semester(person), education_form=person.programme.education_form,
            language=person.language, payment_form=person.payment_form,
        )  # fmt: skip

    @classmethod
    def semester(cls, candidate: Candidate) -> str:
        """The semester in which one begins."""
        return rules.first_semester(candidate.course)


@register
class Admission(_FromCandidates):
    """Admission (21): candidates become students."""

    code = "21"
    title = _("Admission")
    help_text = _("Candidates of the admission list become students.")
    icon = "school"
    order_title = "Oʻqishga qabul qilish toʻgʻrisida"

    @classmethod
    def people(cls, rows, faculty):
        return rows.filter(group__faculty=faculty, arrival=None)

    @classmethod
    def checks(cls, order, lines):
        return queries.admission_checks(order, lines)


@register
class TransferFromUniversity(_FromCandidates):
    """Transfer (16) from another university: an arrival becomes a student (VMQ 578/2025, annex 3)."""

    code, variant = "16", "in"
    title = _("Transfer from another university")
    help_text = _("Somebody who studied elsewhere comes with an academic certificate.")
    icon = "arrows-exchange"
    university_only = True
    papers = (
        Paper("application", _("Application")),
        Paper("certificate", _("Academic certificate")),
        Paper("reply", _("Reply of the other university")),
        SPRING_REASON,
    )
    questions = ("applied_on", "paid_on")
    facts = ("gpa", "differences")
    order_title = "Boshqa oliy taʼlim muassasasidan oʻqishni koʻchirish toʻgʻrisida"

    @classmethod
    def people(cls, rows, faculty):
        return rows.filter(group__faculty=faculty, arrival__isnull=False)

    @classmethod
    def semester(cls, candidate):
        return candidate.arrival.semester

    @classmethod
    def line(cls, person, *, year, choices):
        line = super().line(person, year=year, choices=choices)
        arrival = person.arrival
        line.details = {
            "university": arrival.university,
            "certificate": f"№ {arrival.certificate_number}, {arrival.certificate_date:%d.%m.%Y}",
            "certificate_on": arrival.certificate_date.isoformat(),
            "from_programme": str(person.programme.speciality_id),
            "country": arrival.country,
            "accredited": arrival.is_accredited,
        }
        return line

    @staticmethod
    def _in_time(line, context) -> list:
        """Whether the academic certificate came late; lines of drafts made before do not know its date."""
        if "certificate_on" not in line.details:
            return []
        on = datetime.date.fromisoformat(line.details["certificate_on"])
        applied = context.day_of("applied_on")
        return [
            rules.check_certificate_in_time(
                certificate_on=on, applied_on=applied, day=context.day, book=context.book
            )
        ]

    @classmethod
    def checks(cls, order, lines):
        found = queries.admission_checks(order, lines, strict=True)
        context = queries.check_context(order, lines, cls)
        for line in lines:
            figures = context.figures(line)
            found[line.pk] += [
                rules.check_window(day=context.day, book=context.book, prefix="transfer.decide"),
                rules.check_not_first_semester(semester=line.semester),
                rules.check_accredited(
                    country=line.details.get("country", ""), accredited=line.details.get("accredited")
                ),
                *cls._in_time(line, context),
                rules.check_not_joint(joint=joint_of(line.programme.speciality)),
                rules.check_gpa(gpa=figures.get("gpa"), book=context.book, rule="transfer.gpa"),
                rules.check_differences(differences=figures.get("differences"), book=context.book),
                rules.check_days_after(
                    since=context.day_of("paid_on"), day=context.day, book=context.book, rule="enrolment.days",
                    code="paid_on",
                ),
                *rules.check_spring_reason(
                    day=context.day, book=context.book, given=context.has_paper("spring_reason", line)
                ),
                *context.paper_checks(line),
            ]  # fmt: skip
        return found
