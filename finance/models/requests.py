"""Contracts that students ask for themselves (duties 7.1 and S)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finance.models.base import StudentRowQuerySet
from finance.models.contracts import Contract
from hemis.base import BaseModel
from hemis.classifiers.fields import ClassifierField
from structure.models import Unit
from students.models import AcademicYear, Student


class ContractRequest(BaseModel):
    """A student who studies for a fee asks for the two-sided contract of the current year of study.

    It becomes the contract, by whatever way accounting forms it, is refused with a
    reason, or is taken back; a trigger lets it only go on, once.
    """

    SENT, ACCEPTED, REFUSED, WITHDRAWN = "sent", "accepted", "refused", "withdrawn"
    STATES = [
        (SENT, _("sent")),
        (ACCEPTED, _("became a contract")),
        (REFUSED, _("refused")),
        (WITHDRAWN, _("taken back")),
    ]

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="contract_requests", verbose_name=_("student")
    )
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    sum_type = ClassifierField("h_contract_summa_type", verbose_name=_("kind of sum"))
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=SENT)
    sent_at = models.DateTimeField(_("sent at"), auto_now_add=True)
    contract = models.OneToOneField(
        Contract, on_delete=models.PROTECT, null=True, related_name="request", verbose_name=_("contract")
    )
    refuse_reason = models.CharField(_("reason of refusing"), max_length=500, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name=_("decided by"),
    )  # fmt: skip

    objects = StudentRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a contract")
        verbose_name_plural = _("requests for contracts")
        ordering = ["-sent_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "academic_year"], condition=Q(state="sent"), name="request_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["sent", "accepted", "refused", "withdrawn"]), name="request_state"
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", contract__isnull=False)
                | ~Q(state="accepted") & Q(contract=None),
                name="accepted_request_has_contract",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refuse_reason=""), name="refused_request_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", decided_at=None) | ~Q(state="sent") & Q(decided_at__isnull=False),
                name="decided_request_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {self.academic_year}"
