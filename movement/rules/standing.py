"""Who stands on an order: status, identity, the group and its places, papers, the name."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils.translation import gettext_noop

from hemis.explain import Phrase, joined
from hemis.legal import duty
from movement.rules.base import Check


def check_status(*, status: str, allowed: frozenset[str], title: str = "") -> Check:
    """The student's status (`h_student_status`) is one that this kind of order may start from."""
    ok = status in allowed
    said = (
        gettext_noop("Status: %(status)s.")
        if ok
        else gettext_noop("An order of this kind is not for the status: %(status)s.")
    )
    return Check(ok, Phrase(said, status=title or status or "—"), duty("B8"), code="status")


def check_not_studying(*, active_status: str) -> Check:
    """One person has no two active studies (people.md R4)."""
    ok = active_status in ("", "12", "14")
    text = Phrase("Does not study here already.") if ok else Phrase("Studies here already.")
    return Check(ok, text, duty("2.1"), code="one_study")


def check_not_on_other_order(*, other_order: str) -> Check:
    """A candidate stands on one admission order at a time."""
    if other_order:
        return Check(
            False,
            Phrase("Stands on another order: %(order)s.", order=other_order),
            duty("B8"),
            code="other_order",
        )
    return Check(True, Phrase("Stands on no other order."), duty("B8"), code="other_order")


def check_identity(*, has_pinfl: bool, has_passport: bool) -> Check:
    """Identity: PINFL, or for foreigners passport and country."""
    ok = has_pinfl or has_passport
    text = Phrase("Identity is known.") if ok else Phrase("Neither PINFL nor passport.")
    return Check(ok, text, "VMQ 177/2022", code="identity")


def check_capacity(*, group: str, capacity: int, taken: int, coming: int, strict: bool = False) -> Check:
    """Places in the group; more is a warning at admission, since groups may be split later.

    ``strict``: who comes to a group that is full needs a written reason.
    """
    ok = taken + coming <= capacity
    text = Phrase(
        "Group %(group)s: %(taken)d students and %(coming)d new ones for %(capacity)d places.",
        group=group,
        taken=taken,
        coming=coming,
        capacity=capacity,
    )
    return Check(ok, text, duty("2.1"), blocking=strict, code="capacity", excusable=strict)


def check_score(*, score: Decimal | None) -> Check:
    """The entrance score is known and within 0–189."""
    ok = score is not None and 0 <= score <= 189
    return Check(ok, Phrase("Entrance score %(score)s.", score=score), "VMQ 578/2025", code="score")


def check_current(*, expected: int | None, actual: int | None) -> Check:
    """Nothing has changed the student's placement since the order was formed."""
    ok = expected == actual
    text = (
        Phrase("The placement is as it was when the order was formed.")
        if ok
        else Phrase("Another order has changed the student's placement meanwhile.")
    )
    return Check(ok, text, duty("B8"), code="current")


def check_group_fits(
    *, group: str, same_programme: bool, same_course: bool, language: bool, active: bool
) -> Check:
    """The group is of the programme, the course and the language that the student will study."""
    bad = [
        text
        for ok, text in (
            (active, Phrase("the group is closed")),
            (same_programme, Phrase("another speciality or form")),
            (same_course, Phrase("another course")),
            (language, Phrase("another language")),
        )
        if not ok
    ]
    text = (
        Phrase("Group %(group)s does not fit: %(why)s.", group=group, why=joined(bad))
        if bad
        else Phrase("Group %(group)s fits.", group=group)
    )
    return Check(not bad, text, duty("2.1"), code="group")


def check_document(*, code: str, title: str, given: bool) -> Check:
    """A basis document that the kind asks for is there."""
    said = gettext_noop("%(document)s is there.") if given else gettext_noop("%(document)s is missing.")
    return Check(given, Phrase(said, document=title), duty("2.2"), code=f"{_PAPER}{code}", excusable=True)


_PAPER = "paper_"


def is_about_a_paper(code: str) -> bool:
    """Whether a check asks for a basis document of the order."""
    return code.startswith(_PAPER)


def check_stipend(*, kind: str, why: str, begins: datetime.date, until: datetime.date | None) -> Check:
    """The rule gives a stipend, and its last day lies after the first (VMQ 59/2020)."""
    source = "VMQ 59/2020"
    if not kind:
        return Check(False, why or Phrase("The rule gives no stipend."), source, code="stipend")
    if until is None or until <= begins:
        return Check(False, Phrase("The stipend ends after it begins."), source, code="stipend")
    return Check(True, kind, source, code="stipend")


def check_new_name(*, before: str, after: str) -> Check:
    """A change of name changes something."""
    ok = before != after
    return Check(ok, f"{before} → {after}", duty("B3"), code="name")


def check_programme_open(*, active: bool) -> Check:
    """The programme is still taught; else a related one is chosen."""
    text = (
        Phrase("The programme is taught.")
        if active
        else Phrase("The programme is closed: choose a related one.")
    )
    return Check(active, text, "VMQ 344/2021, 16-band", code="programme", excusable=True)
