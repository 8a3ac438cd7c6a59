"""How one studies: GPA, debts, hours missed, the contract, the course and its end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext_noop

from hemis.explain import Phrase, decimal_text
from hemis.legal import duty
from movement.facts import Known
from movement.rulebook import Rulebook
from movement.rules.base import (
    CONTRACT,
    DAY_OF_NEW_YEAR,
    NEW_YEAR_MONTH,
    SEMESTERS_A_YEAR,
    Check,
    refusals,
    semester_number,
    unknown,
)


@dataclass(frozen=True)
class Reached:
    """A course (`h_course`, and as pages call it) that an order gave for an academic year."""

    course: str
    title: str
    order: str


def check_gpa(*, gpa: Known | None, book: Rulebook, rule: str) -> Check:
    """GPA not below the threshold that holds on the day of the order."""
    least, source = book.number(rule), book.source(rule)
    if least is None:
        return unknown("gpa", Phrase("No least GPA is set in the rules."), "VMQ 824/2020, 42-band", "gpa")
    if gpa is None:
        text = Phrase("The GPA is not known; at least %(least)s is needed.", least=decimal_text(least))
        return unknown("gpa", text, source, "gpa")
    text = Phrase(
        "GPA %(gpa)s, at least %(least)s is needed (%(basis)s).",
        gpa=gpa.text,
        least=decimal_text(least),
        basis=gpa.basis,
    )
    return Check(gpa.value >= least, text, source, code="gpa", excusable=True, fact="gpa")


def check_debts(*, debts: Known | None, most: Decimal | None, source: str, blocking: bool = True) -> Check:
    """Not more academic debts than allowed; in the credit-module system a debt alone keeps nobody back."""
    if debts is None:
        text = Phrase("The number of academic debts is not known.")
        return replace(unknown("debts", text, source, "debts"), blocking=blocking, excusable=blocking)
    ok = debts.value <= (most or 0)
    text = Phrase(
        "Academic debts: %(debts)s, at most %(most)s (%(basis)s).",
        debts=debts.text,
        most=decimal_text(most or Decimal(0)),
        basis=debts.basis,
    )
    return Check(ok, text, source, blocking=blocking, code="debts", excusable=blocking, fact="debts")


def check_grounds_to_retain(*, gpa: Known | None, debts: Known | None, book: Rulebook) -> Check:
    """Kept on a course: the GPA lies below the threshold, or subjects are not mastered."""
    least = book.number("promotion.gpa")
    source = "VMQ 578/2025, 50-band"
    if gpa is None and debts is None:
        text = Phrase("Neither GPA nor debts are known, so the ground cannot be seen.")
        return unknown("ground", text, source, "gpa")
    below = gpa is not None and least is not None and gpa.value < least
    owing = debts is not None and debts.value > 0
    text = Phrase(
        "GPA %(gpa)s, debts %(debts)s.", gpa=gpa.text if gpa else "—", debts=debts.text if debts else "—"
    )
    return Check(below or owing, text, source, code="ground", excusable=True, fact="gpa")


def check_hours_missed(*, hours: Known | None, book: Rulebook) -> Check:
    """Expulsion for absence: more hours without excuse in one semester than the law's number."""
    most, source = book.number("expulsion.hours"), book.source("expulsion.hours")
    if hours is None or most is None:
        text = Phrase(
            "The hours missed are not known; more than %(most)s are needed.", most=decimal_text(most)
        )
        return unknown("hours", text, source or "VMQ 578/2025, 49-band", "hours_missed")
    text = Phrase(
        "%(hours)s hours missed without excuse, more than %(most)s are needed (%(basis)s).",
        hours=hours.text,
        most=decimal_text(most),
        basis=hours.basis,
    )
    return Check(hours.value > most, text, source, code="hours", fact="hours_missed")


def check_payment_ground(*, debt: Known | None, payment_form: str) -> Check:
    """Expulsion for non-payment: the student studies on a contract and owes."""
    source = "VMQ 578/2025, 49-band"
    if payment_form != CONTRACT:
        return Check(False, Phrase("Studies on a grant and owes nothing."), source, code="unpaid")
    if debt is None:
        text = Phrase("What is owed by the contract is not known.")
        return unknown("unpaid", text, source, "contract_debt")
    text = Phrase("Owed by the contract: %(debt)s soʻm (%(basis)s).", debt=debt.text, basis=debt.basis)
    return Check(debt.value > 0, text, source, code="unpaid", fact="contract_debt")


def check_contract_paid(*, debt: Known | None, blocking: bool = True) -> Check:
    """No debt by the contract before one goes, comes or finishes."""
    source = refusals()
    if debt is None:
        text = Phrase("What is owed by the contract is not known.")
        found = unknown("contract_debt", text, source, "contract_debt")
        return replace(found, blocking=blocking, excusable=blocking)
    text = Phrase("Owed by the contract: %(debt)s soʻm (%(basis)s).", debt=debt.text, basis=debt.basis)
    return Check(
        debt.value <= 0, text, source, blocking=blocking, code="contract_debt", excusable=blocking,
        fact="contract_debt",
    )  # fmt: skip


def check_differences(*, differences: Known | None, book: Rulebook) -> Check:
    """Differences between the curricula not above the limit."""
    most, source = book.number("transfer.differences"), book.source("transfer.differences")
    if differences is None or most is None:
        text = Phrase("The differences between the curricula are not counted yet.")
        return unknown("differences", text, source or "VMQ 578/2025", "differences")
    text = Phrase(
        "Differences between the curricula: %(number)s, at most %(most)s (%(basis)s).",
        number=differences.text,
        most=decimal_text(most),
        basis=differences.basis,
    )
    return Check(
        differences.value <= most, text, source, code="differences", excusable=True, fact="differences"
    )


def check_debtor_by_differences(*, differences: Known | None) -> Check:
    """Who comes back with differences is an academic debtor and pays for their credits; nobody is kept out by it."""
    source = "VMQ 578/2025, 55-band"
    if differences is None:
        text = Phrase("The differences between the curricula are not counted yet.")
        return Check(False, text, source, blocking=False, code="differences", fact="differences")
    said = (
        gettext_noop("No differences between the curricula (%(basis)s).")
        if differences.value <= 0
        else gettext_noop(
            "Differences between the curricula: %(number)s; an academic debtor who pays per credit (%(basis)s)."
        )
    )
    text = Phrase(said, number=differences.text, basis=differences.basis)
    return Check(differences.value <= 0, text, source, blocking=False, code="differences", fact="differences")


def check_course_not_last(*, course: str, last: str) -> Check:
    """After the last course one graduates."""
    ok = int(course) < int(last)
    text = Phrase("A course follows.") if ok else Phrase("The last course: an order on graduation follows.")
    return Check(ok, text, duty("2.2"), code="last_course")


def check_once_a_year(*, course: str, year: int, reached: Collection[Reached]) -> Check:
    """One course a year: nobody goes up from a course that he began in this very academic year.

    ``course`` and ``year`` are those that the order gives; ``reached`` is what earlier
    orders, none of them cancelled, made of this academic year (``year`` is the one it
    starts in). Kept back or returned to an earlier course, one goes up to it again.
    """
    source = "VMQ 824/2020, 42-band"
    below = [one for one in reached if int(one.course) < int(course)]
    named = {"year": f"{year}/{year + 1}", "day": f"{DAY_OF_NEW_YEAR}.{NEW_YEAR_MONTH:02d}.{year + 1}"}
    if not below:
        text = Phrase("Not promoted for the academic year %(year)s yet.", **named)
        return Check(True, text, source, code="once_a_year")
    last = below[-1]
    text = Phrase(
        "The order %(order)s made the student one of %(course)s for the academic year %(year)s already; the next "
        "course begins with the next academic year, by an order that comes into force on %(day)s or later.",
        **named,
        order=last.order,
        course=last.title,
    )
    return Check(False, text, source, code="once_a_year")


def check_course_is_last(*, course: str, last: str) -> Check:
    """One graduates from the last course."""
    ok = int(course) >= int(last)
    text = Phrase("The last course.") if ok else Phrase("Not the last course of the programme yet.")
    return Check(ok, text, "3807-son Nizom, 14-band", code="last_course")


def check_semester_follows(*, semester: str) -> Check:
    """A semester of the same course follows: only from the first of the two."""
    ok = semester_number(semester) % SEMESTERS_A_YEAR == 1
    text = (
        Phrase("The second semester of the course follows.")
        if ok
        else Phrase("The second semester is the last of the course: an order on promotion follows.")
    )
    return Check(ok, text, "3807-son Nizom, 24-band", code="semester")


def check_passed(*, fact: Known | None, code: str, missing: str, source: str) -> Check:
    """Something that is passed or not: the attestation, the accreditation."""
    if fact is None:
        return unknown(code, missing, source, code)
    said = gettext_noop("Passed (%(basis)s).") if fact.value > 0 else gettext_noop("Not passed (%(basis)s).")
    return Check(fact.value > 0, Phrase(said, basis=fact.basis), source, code=code, fact=code)


def check_study_years(*, entered: int, year: int, education_type: str, book: Rulebook) -> Check:
    """The whole study not longer than the law allows."""
    rule = f"study.years.{education_type}"
    most = book.number(rule)
    if most is None:
        return Check(True, Phrase("No limit of years is set."), "VMQ 824/2020", blocking=False, code="years")
    years = year - entered + 1
    text = Phrase("Year %(years)d of the study, at most %(most)s.", years=years, most=decimal_text(most))
    return Check(years <= most, text, book.source(rule), code="years", excusable=True)
