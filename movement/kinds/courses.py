"""From course to course, from semester to semester, and kept on a course."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from movement import rules
from movement.kinds.base import OrderKind, Paper, register


@register
class Promotion(OrderKind):
    """Promotion (14) to the next course: GPA above the threshold (VMQ 824, p. 42)."""

    code = "14"
    title = _("Promotion to the next course")
    help_text = _("A group, a course or a whole faculty; who does not pass is set aside with the reason.")
    icon = "chart-bar"
    source_statuses = frozenset({rules.STUDYING})
    sets_aside = True
    once_a_year = True
    questions = ("figures", "figures_basis")
    facts = ("gpa", "debts", "contract_debt")
    order_title = "Talabalarni kursdan kursga oʻtkazish toʻgʻrisida"

    @classmethod
    def effect(cls, student, *, year, choices):
        course = rules.next_code(student.current.course)
        return {"course": course, "semester": rules.first_semester(course), "academic_year_id": year}

    @classmethod
    def own_checks(cls, line, context):
        figures = context.figures(line)
        book = context.book
        return [
            rules.check_course_not_last(
                course=line.closes.course, last=rules.last_course(line.closes.programme.years)
            ),
            rules.check_once_a_year(
                course=line.course, year=line.academic_year_id, reached=context.reached.get(line.student_id, [])
            ),
            rules.check_gpa(gpa=figures.get("gpa"), book=book, rule="promotion.gpa"),
            rules.check_debts(
                debts=figures.get("debts"), most=book.number("promotion.debts"),
                source=book.source("promotion.debts"), blocking=False,
            ),
            rules.check_contract_paid(debt=figures.get("contract_debt"), blocking=False),
        ]  # fmt: skip


@register
class NextSemester(OrderKind):
    """Promotion (14) to the second semester of the same course."""

    code, variant = "14", "semester"
    title = _("Next semester of the course")
    help_text = _("From the first semester of a course to the second; the course stays.")
    icon = "calendar-time"
    source_statuses = frozenset({rules.STUDYING})
    sets_aside = True
    order_title = "Talabalarni navbatdagi semestrga oʻtkazish toʻgʻrisida"

    @classmethod
    def effect(cls, student, *, year, choices):
        return {"semester": rules.next_code(student.current.semester)}

    @classmethod
    def own_checks(cls, line, context):
        return [rules.check_semester_follows(semester=line.closes.semester)]


@register
class Retention(OrderKind):
    """Kept on a course (13): goes on from the failed semester, on a contract (VMQ 578/2025, p. 50–51)."""

    code = "13"
    title = _("Retention on the course")
    help_text = _(
        "Below the threshold or with subjects not mastered: the failed semester again, on a contract."
    )
    icon = "arrow-left"
    source_statuses = frozenset({rules.STUDYING})
    questions = ("retain_ground", "semester", "group?")
    papers = (Paper("proposal", _("Proposal of the dean's office")),)
    facts = ("gpa", "debts")
    order_title = "Talabalarni kursda qoldirish toʻgʻrisida"

    @classmethod
    def effect(cls, student, *, year, choices):
        semester = choices["semester"]
        target = {
            "semester": semester, "course": rules.course_of(semester), "academic_year_id": year,
            "payment_form": rules.CONTRACT,
        }  # fmt: skip
        if choices.get("group"):
            target["group_id"] = choices["group"].pk
        return target

    @classmethod
    def own_checks(cls, line, context):
        figures = context.figures(line)
        checks = [
            rules.check_grounds_to_retain(
                gpa=figures.get("gpa"), debts=figures.get("debts"), book=context.book
            ),
            rules.check_not_ahead(left=line.closes.semester, enters=line.semester),
            rules.check_study_years(
                entered=line.student.entry_year, year=line.academic_year_id,
                education_type=line.programme.speciality.education_type, book=context.book,
            ),
        ]  # fmt: skip
        if line.group_id != line.closes.group_id:
            checks.append(context.group_check(line, same_course=True))
        return checks
