"""The words of reminders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.notices.kinds import register

register("debt_due", _("By %(day)s pay %(amount)s soʻm by contract %(contract)s."), "cash")
register(
    "debt_overdue",
    _("Since %(day)s you owe %(amount)s soʻm by contract %(contract)s. Pay, or turn to accounting."),
    "alert-triangle",
)
