"""The words in which students hear of their requests."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.notices.kinds import register

register("contract_formed", _("Your contract %(contract)s for %(amount)s soʻm is formed."), "file-text")
register("contract_refused", _("Your request for a contract is refused: %(reason)s"), "alert-triangle")
