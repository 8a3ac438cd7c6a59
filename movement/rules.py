"""What the law asks before an order: pure functions, each with its explanation and source."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from hemis.legal import cited, duty
from movement.facts import Known
from movement.rulebook import Rulebook

STUDYING = "11"
SEMESTERS_A_YEAR = 2
FIRST_CODE = 11
LAST_SERIAL = 99_999
NEW_YEAR_MONTH = 7
GRANT, CONTRACT = "11", "12"
EXPELLED, ON_LEAVE, GRADUATED = "12", "13", "14"
# Grounds of expulsion (`h_expel_reason`).
BY_TRANSFER, LEGACY_HEALTH, ABSENCE, UNPAID, BROKE_ENTRANCE, DEATH = "12", "13", "15", "16", "18", "19"
# An application by the end of the leave is decided within a week (VMQ 344/2021, p. 18).
DAYS_TO_DECIDE = 7


@dataclass(frozen=True)
class Check:
    """The outcome of one check; a blocking one that fails stops the order.

    ``excusable``: a written reason lets the order go on, and ``excuse`` is that
    reason with who gave it and when; ``fact`` is the figure that the check reads.
    """

    ok: bool
    text: str
    source: str
    blocking: bool = True
    code: str = ""
    excusable: bool = False
    excuse: str = ""
    fact: str = ""

    def excused(self, reason: str) -> Check:
        """The same check, not in the way any more."""
        return replace(self, blocking=False, excuse=reason)

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "text": self.text, "source": self.source, "excusable": self.excusable}


def first_semester(course: str) -> str:
    """The first semester of a course (`h_course` → `h_semester`): 11 → 11, 12 → 13 …"""
    return str(FIRST_CODE + (int(course) - FIRST_CODE) * SEMESTERS_A_YEAR)


def academic_year(day: datetime.date) -> int:
    """The academic year that ``day`` belongs to, named by the year it starts in; it turns on 1 July."""
    return day.year if day.month >= NEW_YEAR_MONTH else day.year - 1


def student_number(
    *, university: str, entry_year: int, education_type: str, education_form: str, serial: int
) -> str:
    """Twelve digits: university (3), year (2), kind (1), form (1), serial (5).

    Raises:
        ValueError: the serial needs more than five digits.
    """
    if serial > LAST_SERIAL:
        raise ValueError("The series of student numbers is exhausted.")
    return f"{university}{entry_year % 100:02d}{education_type[-1]}{education_form[-1]}{serial:05d}"


def check_status(*, status: str, allowed: frozenset[str], title: str = "") -> Check:
    """The student's status (`h_student_status`) is one that this kind of order may start from."""
    ok = status in allowed
    text = _("Status: %(status)s.") if ok else _("An order of this kind is not for the status: %(status)s.")
    return Check(ok, text % {"status": title or status or "—"}, duty("B8"), code="status")


def check_not_studying(*, active_status: str) -> Check:
    """One person has no two active studies (people.md R4)."""
    ok = active_status in ("", "12", "14")
    text = _("Does not study here already.") if ok else _("Studies here already.")
    return Check(ok, text, duty("2.1"), code="one_study")


def check_not_on_other_order(*, other_order: str) -> Check:
    """A candidate stands on one admission order at a time."""
    if other_order:
        return Check(
            False,
            _("Stands on another order: %(order)s.") % {"order": other_order},
            duty("B8"),
            code="other_order",
        )
    return Check(True, _("Stands on no other order."), duty("B8"), code="other_order")


def check_identity(*, has_pinfl: bool, has_passport: bool) -> Check:
    """Identity: PINFL, or for foreigners passport and country."""
    ok = has_pinfl or has_passport
    text = _("Identity is known.") if ok else _("Neither PINFL nor passport.")
    return Check(ok, text, "VMQ 177/2022", code="identity")


def check_capacity(*, group: str, capacity: int, taken: int, coming: int, strict: bool = False) -> Check:
    """Places in the group; more is a warning at admission, since groups may be split later.

    ``strict``: who comes to a group that is full needs a written reason.
    """
    ok = taken + coming <= capacity
    text = _("Group %(group)s: %(taken)d students and %(coming)d new ones for %(capacity)d places.") % {
        "group": group,
        "taken": taken,
        "coming": coming,
        "capacity": capacity,
    }
    return Check(ok, text, duty("2.1"), blocking=strict, code="capacity", excusable=strict)


def check_score(*, score: Decimal | None) -> Check:
    """The entrance score is known and within 0–189."""
    ok = score is not None and 0 <= score <= 189
    return Check(ok, _("Entrance score %(score)s.") % {"score": score}, "VMQ 578/2025", code="score")


def check_current(*, expected: int | None, actual: int | None) -> Check:
    """Nothing has changed the student's placement since the order was formed."""
    ok = expected == actual
    text = (
        _("The placement is as it was when the order was formed.")
        if ok
        else _("Another order has changed the student's placement meanwhile.")
    )
    return Check(ok, text, duty("B8"), code="current")


def semester_number(semester: str) -> int:
    """`h_semester` → 1 … 12."""
    return int(semester) - FIRST_CODE + 1


def course_of(semester: str) -> str:
    """The course that a semester belongs to (`h_semester` → `h_course`): 11, 12 → 11; 13, 14 → 12 …"""
    return str(FIRST_CODE + (int(semester) - FIRST_CODE) // SEMESTERS_A_YEAR)


def next_code(code: str) -> str:
    """The following course or semester."""
    return str(int(code) + 1)


def last_course(years: Decimal) -> str:
    """The last course of a programme of so many years (a half year begins one more)."""
    return str(FIRST_CODE - 1 + int(-(-years // 1)))


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (datetime.date(year + (month == 11), (month + 1) % 12 + 1, 1) - datetime.timedelta(days=1)).day
    return datetime.date(year, month + 1, min(day.day, last))


def _unknown(code: str, text: str, source: str, fact: str) -> Check:
    """A figure nobody knows never passes silently: it is entered, or a reason is written."""
    return Check(False, text, source, code=code, excusable=True, fact=fact)


def _refusals() -> str:
    """When a transfer is refused: told by pages of universities, not read in the act itself."""
    return cited("VMQ 578/2025, 3-ilova", confirmed=False)


def check_gpa(*, gpa: Known | None, book: Rulebook, rule: str) -> Check:
    """GPA not below the threshold that holds on the day of the order."""
    least, source = book.number(rule), book.source(rule)
    if least is None:
        return _unknown("gpa", _("No least GPA is set in the rules."), "VMQ 824/2020, 42-band", "gpa")
    if gpa is None:
        text = _("The GPA is not known; at least %(least)s is needed.") % {"least": least}
        return _unknown("gpa", text, source, "gpa")
    text = _("GPA %(gpa)s, at least %(least)s is needed (%(basis)s).") % {
        "gpa": gpa.text, "least": least, "basis": gpa.basis,
    }  # fmt: skip
    return Check(gpa.value >= least, text, source, code="gpa", excusable=True, fact="gpa")


def check_debts(*, debts: Known | None, most: Decimal | None, source: str, blocking: bool = True) -> Check:
    """Not more academic debts than allowed; in the credit-module system a debt alone keeps nobody back."""
    if debts is None:
        text = _("The number of academic debts is not known.")
        return replace(_unknown("debts", text, source, "debts"), blocking=blocking, excusable=blocking)
    ok = debts.value <= (most or 0)
    text = _("Academic debts: %(debts)s, at most %(most)s (%(basis)s).") % {
        "debts": debts.text, "most": most or 0, "basis": debts.basis,
    }  # fmt: skip
    return Check(ok, text, source, blocking=blocking, code="debts", excusable=blocking, fact="debts")


def check_grounds_to_retain(*, gpa: Known | None, debts: Known | None, book: Rulebook) -> Check:
    """Kept on a course: the GPA lies below the threshold, or subjects are not mastered."""
    least = book.number("promotion.gpa")
    source = "VMQ 578/2025, 50-band"
    if gpa is None and debts is None:
        text = _("Neither GPA nor debts are known, so the ground cannot be seen.")
        return _unknown("ground", text, source, "gpa")
    below = gpa is not None and least is not None and gpa.value < least
    owing = debts is not None and debts.value > 0
    text = _("GPA %(gpa)s, debts %(debts)s.") % {
        "gpa": gpa.text if gpa else "—", "debts": debts.text if debts else "—",
    }  # fmt: skip
    return Check(below or owing, text, source, code="ground", excusable=True, fact="gpa")


def check_hours_missed(*, hours: Known | None, book: Rulebook) -> Check:
    """Expulsion for absence: more hours without excuse in one semester than the law's number."""
    most, source = book.number("expulsion.hours"), book.source("expulsion.hours")
    if hours is None or most is None:
        text = _("The hours missed are not known; more than %(most)s are needed.") % {"most": most or "—"}
        return _unknown("hours", text, source or "VMQ 578/2025, 49-band", "hours_missed")
    text = _("%(hours)s hours missed without excuse, more than %(most)s are needed (%(basis)s).") % {
        "hours": hours.text, "most": most, "basis": hours.basis,
    }  # fmt: skip
    return Check(hours.value > most, text, source, code="hours", fact="hours_missed")


def check_payment_ground(*, debt: Known | None, payment_form: str) -> Check:
    """Expulsion for non-payment: the student studies on a contract and owes."""
    source = "VMQ 578/2025, 49-band"
    if payment_form != CONTRACT:
        return Check(False, _("Studies on a grant and owes nothing."), source, code="unpaid")
    if debt is None:
        text = _("What is owed by the contract is not known.")
        return _unknown("unpaid", text, source, "contract_debt")
    text = _("Owed by the contract: %(debt)s soʻm (%(basis)s).") % {"debt": debt.text, "basis": debt.basis}
    return Check(debt.value > 0, text, source, code="unpaid", fact="contract_debt")


def check_contract_paid(*, debt: Known | None, blocking: bool = True) -> Check:
    """No debt by the contract before one goes, comes or finishes."""
    source = _refusals()
    if debt is None:
        text = _("What is owed by the contract is not known.")
        found = _unknown("contract_debt", text, source, "contract_debt")
        return replace(found, blocking=blocking, excusable=blocking)
    text = _("Owed by the contract: %(debt)s soʻm (%(basis)s).") % {"debt": debt.text, "basis": debt.basis}
    return Check(
        debt.value <= 0, text, source, blocking=blocking, code="contract_debt", excusable=blocking,
        fact="contract_debt",
    )  # fmt: skip


def check_differences(*, differences: Known | None, book: Rulebook) -> Check:
    """Differences between the curricula not above the limit."""
    most, source = book.number("transfer.differences"), book.source("transfer.differences")
    if differences is None or most is None:
        text = _("The differences between the curricula are not counted yet.")
        return _unknown("differences", text, source or "VMQ 578/2025", "differences")
    text = _("Differences between the curricula: %(number)s, at most %(most)s (%(basis)s).") % {
        "number": differences.text, "most": most, "basis": differences.basis,
    }  # fmt: skip
    return Check(
        differences.value <= most, text, source, code="differences", excusable=True, fact="differences"
    )


def check_debtor_by_differences(*, differences: Known | None) -> Check:
    """Who comes back with differences is an academic debtor and pays for their credits; nobody is kept out by it."""
    source = "VMQ 578/2025, 55-band"
    if differences is None:
        text = _("The differences between the curricula are not counted yet.")
        return Check(False, text, source, blocking=False, code="differences", fact="differences")
    text = (
        _("No differences between the curricula (%(basis)s).")
        if differences.value <= 0
        else _("Differences between the curricula: %(number)s; an academic debtor who pays per credit (%(basis)s).")
    ) % {"number": differences.text, "basis": differences.basis}  # fmt: skip
    return Check(differences.value <= 0, text, source, blocking=False, code="differences", fact="differences")


def check_spring_reason(*, day: datetime.date, book: Rulebook, given: bool) -> list[Check]:
    """Between state universities in spring only for a valid reason; in autumn nothing is asked."""
    if not book.inside("transfer.decide.spring", day):
        return []
    text = (
        _("The reason of a transfer in spring is proved.")
        if given
        else _(
            "In spring for a valid reason only (marriage, new place of work): add the paper that proves it."
        )
    )
    return [Check(given, text, _refusals(), code="spring", excusable=True)]


def check_transfer_score(*, score: Decimal | None, book: Rulebook) -> list[Check]:
    """The entrance score not below what is set for a transfer; nothing where none is set."""
    least = book.number("transfer.score")
    if least is None:
        return []
    text = _("Entrance score %(score)s, at least %(least)s is needed.") % {
        "score": score if score is not None else "—", "least": least,
    }  # fmt: skip
    ok = score is not None and score >= least
    return [Check(ok, text, book.source("transfer.score"), code="score", excusable=True)]


def check_window(*, day: datetime.date, book: Rulebook, prefix: str) -> Check:
    """The decision falls into the window of the year."""
    inside, source = book.inside(prefix, day), book.source_of(prefix) or _refusals()
    if inside is None:
        return Check(False, _("No window is set in the rules."), source, code="window", excusable=True)
    text = _("In force from %(day)s; decisions are made %(periods)s.") % {
        "day": day.strftime("%d.%m.%Y"), "periods": book.periods(prefix),
    }  # fmt: skip
    return Check(inside, text, source, code="window", excusable=True)


def check_group_fits(
    *, group: str, same_programme: bool, same_course: bool, language: bool, active: bool
) -> Check:
    """The group is of the programme, the course and the language that the student will study."""
    bad = [
        text
        for ok, text in (
            (active, _("the group is closed")),
            (same_programme, _("another speciality or form")),
            (same_course, _("another course")),
            (language, _("another language")),
        )
        if not ok
    ]
    text = _("Group %(group)s fits.") if not bad else _("Group %(group)s does not fit: %(why)s.")
    return Check(not bad, text % {"group": group, "why": ", ".join(bad)}, duty("2.1"), code="group")


def check_related_programme(*, before: str, after: str) -> Check:
    """The same or a related programme: the field of study in the national code agrees."""
    ok = before[:4] == after[:4]
    text = (
        _("Programmes %(before)s and %(after)s are of one field.")
        if ok
        else _("Programmes %(before)s and %(after)s are of different fields.")
    )
    return Check(ok, text % {"before": before, "after": after}, _refusals(), code="related", excusable=True)


def check_not_first_semester(*, semester: str) -> Check:
    """Nobody is transferred in the first semester of the first course."""
    ok = semester != str(FIRST_CODE)
    text = _("Semester %(number)d.") if ok else _("Studies in the first semester of the first course.")
    return Check(
        ok, text % {"number": semester_number(semester)}, _refusals(), code="semester", excusable=True
    )


def check_course_not_last(*, course: str, last: str) -> Check:
    """After the last course one graduates."""
    ok = int(course) < int(last)
    text = _("A course follows.") if ok else _("The last course: an order on graduation follows.")
    return Check(ok, text, duty("2.2"), code="last_course")


def check_course_is_last(*, course: str, last: str) -> Check:
    """One graduates from the last course."""
    ok = int(course) >= int(last)
    text = _("The last course.") if ok else _("Not the last course of the programme yet.")
    return Check(ok, text, "3807-son Nizom, 14-band", code="last_course")


def check_semester_follows(*, semester: str) -> Check:
    """A semester of the same course follows: only from the first of the two."""
    ok = semester_number(semester) % SEMESTERS_A_YEAR == 1
    text = (
        _("The second semester of the course follows.")
        if ok
        else _("The second semester is the last of the course: an order on promotion follows.")
    )
    return Check(ok, text, "3807-son Nizom, 24-band", code="semester")


def check_passed(*, fact: Known | None, code: str, missing: str, source: str) -> Check:
    """Something that is passed or not: the attestation, the accreditation."""
    if fact is None:
        return _unknown(code, missing, source, code)
    text = _("Passed (%(basis)s).") if fact.value > 0 else _("Not passed (%(basis)s).")
    return Check(fact.value > 0, text % {"basis": fact.basis}, source, code=code, fact=code)


def check_leave_period(
    *, begins: datetime.date, ends: datetime.date | None, reason: str, book: Rulebook
) -> list[Check]:
    """The order on leave names its end; its length is within what is set for the ground."""
    if ends is None or ends <= begins:
        text = _("The order names the last day of the leave, after its first.")
        return [Check(False, text, "VMQ 344/2021", code="leave_end")]
    rule = f"leave.months.{reason}"
    most = book.number(rule)
    shown = {"from": begins.strftime("%d.%m.%Y"), "to": ends.strftime("%d.%m.%Y")}
    if most is None:
        text = _("Leave from %(from)s to %(to)s.") % shown
        return [Check(True, text, "VMQ 344/2021", code="leave_length")]
    text = _("Leave from %(from)s to %(to)s, at most %(months)s months.") % {**shown, "months": most}
    ok = ends <= add_months(begins, int(most))
    return [Check(ok, text, book.source(rule), code="leave_length", excusable=True)]


def check_days_after(
    *, since: datetime.date | None, day: datetime.date, book: Rulebook, rule: str, code: str,
    may_precede: bool = False,
) -> Check:  # fmt: skip
    """A decision within so many days after an application or a payment.

    ``may_precede``: the order may reach back before it, as a leave from the first day of an illness.
    """
    most, source = book.number(rule), book.source(rule)
    if since is None or most is None:
        text = _("The date from which the days are counted is not known.")
        return Check(False, text, source, blocking=False, code=code)
    text = _("%(days)d days since %(since)s, at most %(most)s.") % {
        "days": (day - since).days, "since": since.strftime("%d.%m.%Y"), "most": most,
    }  # fmt: skip
    ok = (day - since).days <= most and (may_precede or day >= since)
    return Check(ok, text, source, code=code, excusable=True)


def check_not_from_leave(
    *, status: str, reason: str, ends: datetime.date | None, day: datetime.date
) -> Check:
    """Who is on leave is not expelled for absence, discipline or payment: leave is no study.

    After its last day it is none any more: who has not come back may be expelled for absence.
    """
    resting = status == ON_LEAVE and (ends is None or day <= ends)
    ok = not (resting and reason in {"14", "15", "16"})
    text = _("The ground fits the status.") if ok else _("On academic leave; this ground does not apply.")
    return Check(ok, text, "VMQ 344/2021, 20-band", code="on_leave")


def check_ground_in_force(*, reason: str) -> Check:
    """The grounds of expulsion are a closed list; health stands in an older act only."""
    ok = reason != LEGACY_HEALTH
    text = _("The ground is one of the list.") if ok else _("Health is no ground in the act in force.")
    return Check(ok, text, "VMQ 578/2025, 49-band", code="ground", excusable=True)


def check_may_come_back(*, reason: str) -> Check:
    """Who broke the rules of entrance is never reinstated."""
    ok = reason != BROKE_ENTRANCE
    text = (
        _("The ground of expulsion allows it.") if ok else _("Expelled for breaking the rules of entrance.")
    )
    return Check(ok, text, "VMQ 578/2025, 49-band", code="entrance")


def check_not_same_year(*, left: int, comes: int) -> Check:
    """Not in the academic year in which one was expelled."""
    ok = comes > left
    text = _("Expelled in the academic year %(left)d/%(next)d.") % {"left": left, "next": left + 1}
    return Check(ok, text, "VMQ 578/2025, 48-band", code="same_year")


def check_not_ahead(*, left: str, enters: str) -> Check:
    """One comes back to the semester that one left, or to an earlier one."""
    ok = int(enters) <= int(left)
    text = _("Left semester %(left)d, enters semester %(enters)d.") % {
        "left": semester_number(left), "enters": semester_number(enters),
    }  # fmt: skip
    return Check(ok, text, "VMQ 578/2025, 51-band", code="ahead")


def check_basis_of_study(*, payment_form: str, ground: str) -> Check:
    """One comes back on a contract; a grant is kept only on the grounds of the act."""
    ok = payment_form == CONTRACT or bool(ground)
    text = (
        _("On a contract, or on a grant with its ground.") if ok else _("A grant is kept on a ground only.")
    )
    return Check(ok, text, "VMQ 578/2025, 45-band", code="grant")


def check_study_years(*, entered: int, year: int, education_type: str, book: Rulebook) -> Check:
    """The whole study not longer than the law allows."""
    rule = f"study.years.{education_type}"
    most = book.number(rule)
    if most is None:
        return Check(True, _("No limit of years is set."), "VMQ 824/2020", blocking=False, code="years")
    years = year - entered + 1
    text = _("Year %(years)d of the study, at most %(most)s.") % {"years": years, "most": most}
    return Check(years <= most, text, book.source(rule), code="years", excusable=True)


def check_within_leave(*, ends: datetime.date | None, day: datetime.date) -> Check:
    """One comes back from leave by its end; the application may be made until then."""
    if ends is None:
        text = _("The end of the leave is not known.")
        return Check(False, text, "VMQ 344/2021, 15-band", code="leave_end", excusable=True)
    text = _("The leave lasts until %(end)s.") % {"end": ends.strftime("%d.%m.%Y")}
    ok = day <= ends + datetime.timedelta(days=DAYS_TO_DECIDE)
    return Check(ok, text, "VMQ 344/2021, 15, 18-bandlar", code="leave_end", excusable=True)


def check_extension(
    *, until: datetime.date | None, begins: datetime.date, ends: datetime.date | None
) -> list[Check]:
    """A leave is extended before it is over (or within the week of deciding), to a later day."""
    source = "VMQ 344/2021, 12-band"
    if until is None:
        return [
            Check(False, _("The end of the leave is not known."), source, code="leave_end", excusable=True)
        ]
    shown = {"until": until.strftime("%d.%m.%Y"), "ends": ends.strftime("%d.%m.%Y") if ends else "—"}
    text = _("The leave lasted until %(until)s and is extended to %(ends)s.") % shown
    return [
        Check(ends is not None and ends > until, text, source, code="extension"),
        check_within_leave(ends=until, day=begins),
    ]


def check_programme_open(*, active: bool) -> Check:
    """The programme is still taught; else a related one is chosen."""
    text = _("The programme is taught.") if active else _("The programme is closed: choose a related one.")
    return Check(active, text, "VMQ 344/2021, 16-band", code="programme", excusable=True)


def check_document(*, code: str, title: str, given: bool) -> Check:
    """A basis document that the kind asks for is there."""
    text = _("%(document)s is there.") if given else _("%(document)s is missing.")
    return Check(given, text % {"document": title}, duty("2.2"), code=f"{_PAPER}{code}", excusable=True)


_PAPER = "paper_"


def is_about_a_paper(code: str) -> bool:
    """Whether a check asks for a basis document of the order."""
    return code.startswith(_PAPER)


def check_new_name(*, before: str, after: str) -> Check:
    """A change of name changes something."""
    ok = before != after
    return Check(ok, f"{before} → {after}", duty("B3"), code="name")
