"""Closing a month (duty 7.1)."""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from finance.common import FinanceError
from finance.ledger.models import ClosedMonth
from hemis.access.scope import Access


@transaction.atomic
def close_month(*, access: Access, month: datetime.date) -> ClosedMonth:
    """Nothing is posted into ``month`` or before it any more; it is never opened again.

    Raises:
        FinanceError: the month is not over, or it or a later one is closed.
    """
    access.require("ledger.close")
    try:
        with transaction.atomic():
            return ClosedMonth.objects.create(month=month.replace(day=1), closed_by=access.user)
    except IntegrityError as error:
        raise FinanceError(_("Only a month that is over and not yet closed can be closed.")) from error
