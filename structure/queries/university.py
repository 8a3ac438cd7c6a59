"""Who signs and which account holds on a day."""

from __future__ import annotations

import datetime

from structure.models import BankAccount, Signatory, University


def signatory(post: int, day: datetime.date) -> Signatory | None:
    """Who signs in ``post`` (``Signatory.Post``) on ``day``; at most one."""
    return Signatory.objects.in_force(day).filter(post=post).first()


def signatory_name(post: int, day: datetime.date) -> str:
    """The name to print under a paper of ``day``.

    For the rector, while no signatory with dates is entered, what the university's
    own row says; empty for other posts.
    """
    found = signatory(post, day)
    if found is not None:
        return found.name
    if post != Signatory.Post.RECTOR:
        return ""
    return University.objects.values_list("rector", flat=True).first() or ""


def account(purpose: int, day: datetime.date, currency: int = BankAccount.Currency.UZS) -> BankAccount | None:
    """The account for ``purpose`` on ``day``; without one, the main settlement account."""
    wanted = (purpose, BankAccount.Purpose.SETTLEMENT)
    found = {
        one.purpose: one
        for one in BankAccount.objects.in_force(day).filter(purpose__in=wanted, currency=currency)
    }
    return found.get(wanted[0]) or found.get(wanted[1])
