"""Transfers, expulsion and reinstatement: windows, terms, grounds, what comes next."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils.translation import gettext_noop

from hemis.explain import Phrase, decimal_text
from movement.rulebook import Rulebook
from movement.rules.base import (
    BROKE_ENTRANCE,
    CONTRACT,
    FIRST_CODE,
    LEGACY_HEALTH,
    ON_LEAVE,
    Check,
    refusals,
    semester_number,
)


def check_spring_reason(*, day: datetime.date, book: Rulebook, given: bool) -> list[Check]:
    """Between state universities in spring only for a valid reason; in autumn nothing is asked."""
    if not book.inside("transfer.decide.spring", day):
        return []
    text = (
        Phrase("The reason of a transfer in spring is proved.")
        if given
        else Phrase(
            "In spring for a valid reason only (marriage, new place of work): add the paper that proves it."
        )
    )
    return [Check(given, text, refusals(), code="spring", excusable=True)]


def check_transfer_score(*, score: Decimal | None, book: Rulebook) -> list[Check]:
    """The entrance score not below what is set for a transfer; nothing where none is set."""
    least = book.number("transfer.score")
    if least is None:
        return []
    text = Phrase(
        "Entrance score %(score)s, at least %(least)s is needed.",
        score=decimal_text(score),
        least=decimal_text(least),
    )
    ok = score is not None and score >= least
    return [Check(ok, text, book.source("transfer.score"), code="score", excusable=True)]


def check_window(*, day: datetime.date, book: Rulebook, prefix: str) -> Check:
    """The decision falls into the window of the year."""
    inside, source = book.inside(prefix, day), book.source_of(prefix) or refusals()
    if inside is None:
        return Check(False, Phrase("No window is set in the rules."), source, code="window", excusable=True)
    text = Phrase(
        "In force from %(day)s; decisions are made %(periods)s.",
        day=day.strftime("%d.%m.%Y"),
        periods=book.periods(prefix),
    )
    return Check(inside, text, source, code="window", excusable=True)


def check_related_programme(*, before: str, after: str) -> Check:
    """The same or a related programme: the field of study in the national code agrees."""
    ok = before[:4] == after[:4]
    said = (
        gettext_noop("Programmes %(before)s and %(after)s are of one field.")
        if ok
        else gettext_noop("Programmes %(before)s and %(after)s are of different fields.")
    )
    return Check(ok, Phrase(said, before=before, after=after), refusals(), code="related", excusable=True)


def check_not_first_semester(*, semester: str) -> Check:
    """Nobody is transferred in the first semester of the first course."""
    ok = semester != str(FIRST_CODE)
    text = (
        Phrase("Semester %(number)d.", number=semester_number(semester))
        if ok
        else Phrase("Studies in the first semester of the first course.")
    )
    return Check(ok, text, refusals(), code="semester", excusable=True)


def check_not_from_leave(
    *, status: str, reason: str, ends: datetime.date | None, day: datetime.date
) -> Check:
    """Who is on leave is not expelled for absence, discipline or payment: leave is no study.

    After its last day it is none any more: who has not come back may be expelled for absence.
    """
    resting = status == ON_LEAVE and (ends is None or day <= ends)
    ok = not (resting and reason in {"14", "15", "16"})
    text = (
        Phrase("The ground fits the status.")
        if ok
        else Phrase("On academic leave; this ground does not apply.")
    )
    return Check(ok, text, "VMQ 344/2021, 20-band", code="on_leave")


def check_ground_in_force(*, reason: str) -> Check:
    """The grounds of expulsion are a closed list; health stands in an older act only."""
    ok = reason != LEGACY_HEALTH
    text = (
        Phrase("The ground is one of the list.") if ok else Phrase("Health is no ground in the act in force.")
    )
    return Check(ok, text, "VMQ 578/2025, 49-band", code="ground", excusable=True)


def check_was_held_back(*, held_back: bool) -> Check:
    """Who is expelled for not having applied was held back on the course before."""
    text = (
        Phrase("The present placement came about by holding back on the course.")
        if held_back
        else Phrase("The present placement did not come about by holding back on the course.")
    )
    return Check(held_back, text, "VMQ 578/2025, 3-ilova, 49-band", code="held_back", excusable=True)


def check_may_come_back(*, reason: str) -> Check:
    """Who broke the rules of entrance is never reinstated."""
    ok = reason != BROKE_ENTRANCE
    text = (
        Phrase("The ground of expulsion allows it.")
        if ok
        else Phrase("Expelled for breaking the rules of entrance.")
    )
    return Check(ok, text, "VMQ 578/2025, 49-band", code="entrance")


def check_not_same_year(*, left: int, comes: int) -> Check:
    """Not in the academic year in which one was expelled."""
    ok = comes > left
    text = Phrase("Expelled in the academic year %(left)d/%(next)d.", left=left, next=left + 1)
    return Check(ok, text, "VMQ 578/2025, 48-band", code="same_year")


def check_not_ahead(*, left: str, enters: str) -> Check:
    """One comes back to the semester that one left, or to an earlier one."""
    ok = int(enters) <= int(left)
    text = Phrase(
        "Left semester %(left)d, enters semester %(enters)d.",
        left=semester_number(left),
        enters=semester_number(enters),
    )
    return Check(ok, text, "VMQ 578/2025, 51-band", code="ahead")


def check_basis_of_study(*, payment_form: str, ground: str) -> Check:
    """One comes back on a contract; a grant is kept only on the grounds of the act."""
    ok = payment_form == CONTRACT or bool(ground)
    text = (
        Phrase("On a contract, or on a grant with its ground.")
        if ok
        else Phrase("A grant is kept on a ground only.")
    )
    return Check(ok, text, "VMQ 578/2025, 45-band", code="grant")


def check_days_after(
    *, since: datetime.date | None, day: datetime.date, book: Rulebook, rule: str, code: str,
    may_precede: bool = False,
) -> Check:  # fmt: skip
    """A decision within so many days after an application or a payment.

    ``may_precede``: the order may reach back before it, as a leave from the first day of an illness.
    """
    most, source = book.number(rule), book.source(rule)
    if since is None or most is None:
        text = Phrase("The date from which the days are counted is not known.")
        return Check(False, text, source, blocking=False, code=code)
    text = Phrase(
        "%(days)d days since %(since)s, at most %(most)s.",
        days=(day - since).days,
        since=since.strftime("%d.%m.%Y"),
        most=decimal_text(most),
    )
    ok = (day - since).days <= most and (may_precede or day >= since)
    return Check(ok, text, source, code=code, excusable=True)


def check_accredited(*, country: str, accredited: bool | None) -> Check:
    """From a university abroad one comes only when its state has accredited it."""
    if country in ("", "UZ"):
        return Check(True, Phrase("A university of Uzbekistan."), refusals(), code="accredited")
    ok = accredited is True
    text = (
        Phrase("The foreign university is accredited.")
        if ok
        else Phrase("The foreign university is not accredited.")
    )
    return Check(ok, text, refusals(), code="accredited", excusable=True)


def check_certificate_in_time(
    *, certificate_on: datetime.date, applied_on: datetime.date | None, day: datetime.date, book: Rulebook
) -> Check:
    """The academic certificate comes within the window of applications; outside of one by the day of the order."""
    last = book.last_day("transfer.apply", applied_on) if applied_on else None
    text = Phrase(
        "Academic certificate of %(date)s; it is taken until %(last)s.",
        date=certificate_on.strftime("%d.%m.%Y"),
        last=(last or day).strftime("%d.%m.%Y"),
    )
    return Check(certificate_on <= (last or day), text, refusals(), code="certificate_date", excusable=True)


def check_not_targeted(*, targeted: bool, before: str, after: str) -> Check:
    """Who was admitted for an employer stays on the programme that the employer asked for."""
    if not targeted:
        return Check(True, Phrase("Not a targeted admission."), refusals(), code="targeted")
    ok = before == after
    said = (
        gettext_noop("A targeted admission: the programme stays %(before)s.")
        if ok
        else gettext_noop("A targeted admission, for the programme %(before)s alone.")
    )
    return Check(ok, Phrase(said, before=before), refusals(), code="targeted", excusable=True)


def check_not_joint(*, joint: str) -> Check:
    """Joint programmes have agreements of their own: nobody is transferred into or out of one.

    ``joint`` names the joint programme, empty when none is touched.
    """
    if not joint:
        return Check(True, Phrase("No joint programme is touched."), refusals(), code="joint")
    text = Phrase("A joint programme with another university: %(programme)s.", programme=joint)
    return Check(False, text, refusals(), code="joint", excusable=True)
