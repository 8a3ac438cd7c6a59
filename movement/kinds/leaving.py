"""Leaving and coming back: expulsion, leave, graduation, reinstatement, return, another university."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.legal import duty
from movement import rules
from movement.kinds.base import SPRING_REASON, OrderKind, Paper, register

HOLDING_BACK = "13"
APPLICATION = Paper("application", _("Application"))


@register
class Expulsion(OrderKind):
    """Expulsion (11) on a ground of the closed list (VMQ 578/2025, p. 49)."""

    code = "11"
    title = _("Expulsion")
    help_text = _("On one of the grounds that the act names.")
    icon = "x"
    source_statuses = frozenset({rules.STUDYING, rules.ON_LEAVE})
    questions = ("reason", "figures", "figures_basis")
    reason_list = "h_expel_reason"
    papers = (Paper("proposal", _("Application or proposal of the dean's office")),)
    facts = ("hours_missed", "contract_debt")
    order_title = "Talabalarni oʻqishdan chetlashtirish toʻgʻrisida"

    @classmethod
    def effect(cls, student, *, year, choices):
        return {"status": rules.EXPELLED}

    @classmethod
    def own_checks(cls, line, context):
        figures, before = context.figures(line), context.made_by(line)
        checks = [
            rules.check_ground_in_force(reason=line.reason),
            rules.check_not_from_leave(
                status=line.closes.status,
                reason=line.reason,
                day=context.day,
                ends=before.ends_on if before else None,
            ),  # fmt: skip
        ]
        if line.reason == rules.ABSENCE:
            checks.append(rules.check_hours_missed(hours=figures.get("hours_missed"), book=context.book))
        if line.reason == rules.NO_CLAIM:
            held_back = before is not None and before.order.key == HOLDING_BACK
            checks.append(rules.check_was_held_back(held_back=held_back))
        if line.reason == rules.UNPAID:
            checks.append(
                rules.check_payment_ground(
                    debt=figures.get("contract_debt"), payment_form=line.closes.payment_form
                )
            )
        return checks


@register
class TransferToUniversity(OrderKind):
    """Transfer (16) to another university: one leaves with an academic certificate."""

    code, variant = "16", "out"
    title = _("Transfer to another university")
    help_text = _("The student leaves; the other university has agreed.")
    icon = "arrows-exchange"
    university_only = True
    source_statuses = frozenset({rules.STUDYING})
    questions = ("university", "applied_on")
    reason_list = "h_expel_reason"
    papers = (APPLICATION, Paper("consent", _("Consent of the other university")), SPRING_REASON)
    facts = ("contract_debt",)
    order_title = "Oʻqishni boshqa oliy taʼlim muassasasiga koʻchirish toʻgʻrisida"

    @classmethod
    def effect(cls, student, *, year, choices):
        return {"status": rules.EXPELLED}

    @classmethod
    def details(cls, student, *, choices):
        return {"university": choices["university"]}

    @classmethod
    def line(cls, person, *, year, choices):
        return super().line(person, year=year, choices={**choices, "reason": rules.BY_TRANSFER})

    @classmethod
    def own_checks(cls, line, context):
        return [
            rules.check_window(day=context.day, book=context.book, prefix="transfer.decide"),
            rules.check_not_first_semester(semester=line.closes.semester),
            rules.check_contract_paid(debt=context.figures(line).get("contract_debt")),
            *rules.check_spring_reason(
                day=context.day, book=context.book, given=context.has_paper("spring_reason", line)
            ),
        ]


@register
class AcademicLeave(OrderKind):
    """Academic leave (12) on a ground, with its first and last day (VMQ 344/2021)."""

    code = "12"
    title = _("Academic leave")
    help_text = _("The study rests until a day that the order names.")
    icon = "calendar-time"
    source_statuses = frozenset({rules.STUDYING})
    questions = ("reason", "ends_on", "applied_on")
    reason_list = "h_academic_reason"
    papers = (APPLICATION, Paper("proof", _("Document that proves the ground")))
    order_title = "Talabalarga akademik taʼtil berish toʻgʻrisida"

    @classmethod
    def effect(cls, student, *, year, choices):
        return {"status": rules.ON_LEAVE}

    @classmethod
    def own_checks(cls, line, context):
        return [
            *rules.check_leave_period(
                begins=context.day, ends=line.ends_on, reason=line.reason, book=context.book
            ),
            rules.check_days_after(
                since=context.day_of("applied_on"), day=min(context.day, context.formed_on),
                book=context.book, rule="leave.decision_days", code="decided", may_precede=True,
            ),
        ]  # fmt: skip


@register
class LeaveExtension(OrderKind):
    """A leave (12) goes on beyond its last day, on a ground proved anew (VMQ 344/2021, p. 12)."""

    code, variant = "12", "extend"
    title = _("Extension of academic leave")
    help_text = _("The leave goes on until a later day; the student stays on leave.")
    icon = "calendar-time"
    source_statuses = frozenset({rules.ON_LEAVE})
    questions = ("reason", "ends_on", "applied_on")
    reason_list = "h_academic_reason"
    papers = (APPLICATION, Paper("proof", _("Document that proves the ground")))
    order_title = "Talabalarning akademik taʼtili muddatini uzaytirish toʻgʻrisida"

    @classmethod
    def own_checks(cls, line, context):
        before = context.made_by(line)
        return [
            *rules.check_extension(
                until=before.ends_on if before else None, begins=context.day, ends=line.ends_on
            ),
            *rules.check_leave_period(
                begins=line.closes.valid_from, ends=line.ends_on, reason=line.reason, book=context.book
            ),
            rules.check_days_after(
                since=context.day_of("applied_on"), day=min(context.day, context.formed_on),
                book=context.book, rule="leave.decision_days", code="decided", may_precede=True,
            ),
        ]  # fmt: skip


@register
class ReturnFromLeave(OrderKind):
    """Return from leave: reinstatement (15) that keeps the form of payment (VMQ 344/2021, p. 15–19)."""

    code, variant = "15", "return"
    title = _("Return from academic leave")
    help_text = _("Back to the semester that was not fully mastered; a grant stays a grant.")
    icon = "user-check"
    source_statuses = frozenset({rules.ON_LEAVE})
    questions = ("semester?", "group?", "applied_on")
    papers = (APPLICATION,)
    order_title = "Akademik taʼtildan qaytgan talabalarning oʻqishini davom ettirish toʻgʻrisida"

    @classmethod
    def effect(cls, student, *, year, choices):
        semester = choices.get("semester") or student.current.semester
        target = {
            "status": rules.STUDYING, "semester": semester, "course": rules.course_of(semester),
            "academic_year_id": year,
        }  # fmt: skip
        if choices.get("group"):
            target["group_id"] = choices["group"].pk
        return target

    @classmethod
    def own_checks(cls, line, context):
        before = context.made_by(line)
        checks = [
            rules.check_within_leave(ends=before.ends_on if before else None, day=context.day),
            rules.check_not_ahead(left=line.closes.semester, enters=line.semester),
            rules.check_programme_open(active=line.programme.is_active),
            context.one_study_check(line),
        ]
        if line.group_id != line.closes.group_id:
            checks += [context.group_check(line, same_course=True), context.capacity_check(line)]
        return checks


@register
class Reinstatement(OrderKind):
    """Reinstatement (15) of an expelled student, as a rule on a contract (VMQ 578/2025, p. 41–55)."""

    code = "15"
    title = _("Reinstatement")
    help_text = _("An expelled student studies again.")
    icon = "user-check"
    source_statuses = frozenset({rules.EXPELLED})
    questions = (
        "semester", "group", "payment_form", "grant_ground", "applied_on", "paid_on", "figures", "figures_basis",
    )  # fmt: skip
    # The personal file of one who comes back (VMQ 578/2025, p. 43, 52-54); own students have theirs in the archive.
    papers = (
        APPLICATION,
        Paper("certificate", _("Academic certificate or transcript")),
        Paper("school", _("Document of the previous education with its supplement"), required=False),
        Paper(
            "extracts", _("Extracts of the orders on admission, last course and expulsion"), required=False
        ),
        Paper("reply", _("Reply of the former university"), required=False),
    )
    facts = ("differences", "contract_debt")
    order_title = "Talabalarni oʻqishga tiklash toʻgʻrisida"

    @classmethod
    def effect(cls, student, *, year, choices):
        semester, group = choices["semester"], choices["group"]
        return {
            "status": rules.STUDYING, "semester": semester, "course": rules.course_of(semester),
            "academic_year_id": year, "group_id": group.pk, "faculty_id": group.faculty_id,
            "payment_form": choices.get("payment_form") or rules.CONTRACT,
        }  # fmt: skip

    @classmethod
    def details(cls, student, *, choices):
        ground = choices.get("grant_ground", "")
        return {"grant_ground": ground} if ground else {}

    @classmethod
    def own_checks(cls, line, context):
        before, book = context.made_by(line), context.book
        figures = context.figures(line)
        return [
            rules.check_may_come_back(reason=before.reason if before else ""),
            context.one_study_check(line),
            rules.check_not_same_year(
                left=rules.academic_year(line.closes.valid_from), comes=line.academic_year_id
            ),
            rules.check_window(day=context.day, book=book, prefix="reinstatement.decide"),
            rules.check_not_ahead(left=line.closes.semester, enters=line.semester),
            rules.check_basis_of_study(
                payment_form=line.payment_form, ground=line.details.get("grant_ground", "")
            ),
            rules.check_debtor_by_differences(differences=figures.get("differences")),
            rules.check_days_after(
                since=context.day_of("paid_on"), day=context.day, book=book, rule="enrolment.days", code="paid_on"
            ),
            rules.check_study_years(
                entered=line.student.entry_year, year=line.academic_year_id,
                education_type=line.programme.speciality.education_type, book=book,
            ),
            rules.check_programme_open(active=line.programme.is_active),
            context.group_check(line, same_course=True),
            context.capacity_check(line),
        ]  # fmt: skip


@register
class Graduation(OrderKind):
    """Graduation (17): attestation passed, nothing owed (reg. 3807, p. 14)."""

    code = "17"
    title = _("Graduation")
    help_text = _("The programme is mastered and the state attestation passed.")
    icon = "certificate"
    source_statuses = frozenset({rules.STUDYING})
    sets_aside = True
    questions = ("figures", "figures_basis")
    papers = (Paper("protocol", _("Minutes of the state attestation commission")),)
    facts = ("debts", "attestation", "accreditation", "contract_debt")
    order_title = "Oʻqishni bitirgan talabalar toʻgʻrisida"

    @classmethod
    def effect(cls, student, *, year, choices):
        return {"status": rules.GRADUATED}

    @classmethod
    def own_checks(cls, line, context):
        figures = context.figures(line)
        return [
            rules.check_course_is_last(
                course=line.closes.course, last=rules.last_course(line.closes.programme.years)
            ),
            rules.check_debts(debts=figures.get("debts"), most=None, source="3807-son Nizom, 14-band"),
            rules.check_passed(
                fact=figures.get("attestation"), code="attestation", source="VMQ 836/2024",
                missing=str(_("Whether the state attestation is passed is not known.")),
            ),
            rules.check_passed(
                fact=figures.get("accreditation"), code="accreditation", source=duty("2.7"),
                missing=str(_("Whether the graduate is accredited is not known.")),
            ),
            rules.check_contract_paid(debt=figures.get("contract_debt")),
        ]  # fmt: skip
