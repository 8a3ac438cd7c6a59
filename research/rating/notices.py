"""The words in which people are told of ratings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.notices.kinds import register

register(
    "rating_frozen",
    _("The rating %(year)s is frozen. You may ask for your line to be looked at again until %(day)s."),
    "trophy",
)
register("rating_appeal", _("%(who)s appeals against the rating: %(rating)s."), "trophy")
register("rating_appeal_upheld", _("Your appeal was upheld: %(rating)s."), "trophy")
register(
    "rating_appeal_rejected", _("Your appeal was rejected: %(rating)s. The decision says why."), "trophy"
)
register(
    "evidence_submitted", _("A figure of the rating waits for your approval: %(work)s (%(who)s)"), "trophy"
)
register("evidence_approved", _("Your figure of the rating is approved: %(work)s"), "checklist")
register(
    "evidence_returned",
    _("Your figure of the rating came back to you: %(work)s — %(remark)s"),
    "alert-triangle",
)
