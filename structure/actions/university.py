"""Signatories and accounts that follow one another (duty 1.1)."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from structure.models import BankAccount, Signatory

ONE_DAY = datetime.timedelta(days=1)


@transaction.atomic
def appoint(signatory: Signatory, *, access: Access, ends_previous: bool) -> Signatory:
    """Save a signatory; if wanted, whoever holds the post without an end date ends the day before.

    Raises:
        PermissionDenied: without duty 1.1.
        ValidationError: somebody else signs in this post on one of the days.
    """
    access.require("university.edit")
    others = Signatory.objects.filter(post=signatory.post)
    text = _("%(who)s signs in this post from %(start)s to %(end)s; end that first.")
    _make_room(signatory, others, ends_previous, text)
    signatory.save()
    return signatory


@transaction.atomic
def replace_account(account: BankAccount, *, access: Access, ends_previous: bool) -> BankAccount:
    """Save an account; if wanted, the one of the same purpose and currency ends the day before.

    Raises:
        PermissionDenied: without duty 1.1.
        ValidationError: another account of this purpose and currency is in force on one of the days.
    """
    access.require("university.edit")
    others = BankAccount.objects.filter(purpose=account.purpose, currency=account.currency)
    text = _("%(who)s is in force from %(start)s to %(end)s; end that first.")
    _make_room(account, others, ends_previous, text)
    account.save()
    return account


def _make_room(row, others, ends_previous: bool, text: str) -> None:
    """End what holds, if wanted, and refuse what still overlaps."""
    others = others.exclude(pk=row.pk).select_for_update()
    if ends_previous:
        before = others.filter(valid_to=None, valid_from__lt=row.valid_from)
        before.update(valid_to=row.valid_from - ONE_DAY, version=models.F("version") + 1)
    meets = Q(valid_to=None) | Q(valid_to__gte=row.valid_from)
    clash = others.filter(meets)
    if row.valid_to is not None:
        clash = clash.filter(valid_from__lte=row.valid_to)
    found = clash.first()
    if found is not None:
        end = f"{found.valid_to:%d.%m.%Y}" if found.valid_to else "…"
        who = getattr(found, "name", None) or str(found)
        raise ValidationError(
            {"valid_from": text % {"who": who, "start": f"{found.valid_from:%d.%m.%Y}", "end": end}}
        )
