"""What teachers enter and heads of kafedras approve."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel
from hemis.pages.columns import follow
from hemis.people.models import User
from staff.models import Employee


class Approval(BaseModel):
    """Entered by a teacher, submitted to the head of its ``kafedra``, approved or returned (duty 8.4).

    ``word`` begins the codes of its notices, ``owner_path`` leads to the employee who
    enters it, ``card`` names the page of one row.
    """

    DRAFT, SUBMITTED, APPROVED, RETURNED = "draft", "submitted", "approved", "returned"
    STATES = [
        (DRAFT, _("draft")),
        (SUBMITTED, _("submitted")),
        (APPROVED, _("approved")),
        (RETURNED, _("returned")),
    ]
    # Who entered it may change it.
    OPEN = (DRAFT, RETURNED)

    word: ClassVar[str]
    owner_path: ClassVar[str]
    card: ClassVar[str]

    state = models.CharField(_("state"), max_length=12, choices=STATES, default=DRAFT, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by"),
        editable=False,
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    remark = models.CharField(_("remark"), max_length=1000, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def owner(self) -> Employee:
        """Who entered it."""
        return follow(self, self.owner_path)
