"""What belongs to the checks of an order: figures, written reasons, people set aside, papers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.explain import readable
from hemis.pages.files import JPEG, PDF, StoredFile
from movement.models.orders import Order, OrderLine
from students.models import Candidate, Student


class LineFact(models.Model):
    """A figure that nobody else in the program knows yet, entered by a person with its basis."""

    line = models.ForeignKey(
        OrderLine, on_delete=models.CASCADE, related_name="facts", verbose_name=_("line")
    )
    code = models.CharField(_("figure"), max_length=32)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    basis = models.CharField(_("basis"), max_length=512)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)

    class Meta:
        verbose_name = _("figure of a line")
        verbose_name_plural = _("figures of lines")
        ordering = ["line", "code"]
        constraints = [
            models.UniqueConstraint(fields=["line", "code"], name="line_fact_once"),
            models.CheckConstraint(condition=~models.Q(basis=""), name="line_fact_has_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.value}"


class Override(models.Model):
    """A written reason why the order goes on although a check fails: who, when, why."""

    line = models.ForeignKey(
        OrderLine, on_delete=models.CASCADE, related_name="overrides", verbose_name=_("line")
    )
    check_code = models.CharField(_("check"), max_length=32)
    reason = models.CharField(_("reason"), max_length=1000)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("given by")
    )
    given_at = models.DateTimeField(_("given at"), auto_now_add=True)

    class Meta:
        verbose_name = _("written reason")
        verbose_name_plural = _("written reasons")
        ordering = ["line", "check_code"]
        constraints = [
            models.UniqueConstraint(fields=["line", "check_code"], name="override_once"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="override_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.check_code}: {self.reason}"


class SetAside(models.Model):
    """A student whom a mass order would have named, and the checks that spoke against it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="aside", verbose_name=_("order"))
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="+", verbose_name=_("student")
    )
    # [{"code", "text", "source", "excusable"}], texts kept so that ``why`` reads them in any language.
    checks = models.JSONField(_("checks"))
    # Figures that were entered for the student when the order was formed.
    figures = models.JSONField(_("figures"), default=dict)

    class Meta:
        verbose_name = _("student set aside")
        verbose_name_plural = _("students set aside")
        ordering = ["order", "student__person__sort_key", "pk"]
        constraints = [models.UniqueConstraint(fields=["order", "student"], name="set_aside_once")]

    def __str__(self) -> str:
        return str(self.student)

    @property
    def why(self) -> list[dict[str, Any]]:
        """The checks that spoke against it, in the language of whoever reads."""
        return [
            one | {"text": readable(one["text"]), "source": readable(one["source"])} for one in self.checks
        ]

    @property
    def can_be_excused(self) -> bool:
        """Whether a written reason is enough to put the student on the list after all."""
        return all(one["excusable"] for one in self.checks)


class OrderFile(StoredFile):
    """A basis document: the scan with kind, number and date; of the whole order or of one person."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="files", verbose_name=_("order"))
    line = models.ForeignKey(
        OrderLine,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="files",
        verbose_name=_("person"),
    )
    kind = models.CharField(_("kind of document"), max_length=32)
    number = models.CharField(_("number"), max_length=64, blank=True)
    date = models.DateField(_("date"))

    class Meta:
        verbose_name = _("basis document")
        verbose_name_plural = _("basis documents")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(content_type__in=[PDF, JPEG]),
                name="order_file_type",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}".strip()

    @property
    def title(self) -> str:
        """What the kind of order calls such a document."""
        from movement.kinds import KINDS

        kind = KINDS.get(self.order.key)
        titles = {paper.code: str(paper.title) for paper in (kind.papers if kind else ())}
        return titles.get(self.kind, str(_("other")))


class ArrivalQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(candidate__group__faculty__in=scope.faculty_ids)


class Arrival(BaseModel):
    """A candidate who comes from another university with an academic certificate, not by an admission list."""

    candidate = models.OneToOneField(
        Candidate, on_delete=models.PROTECT, related_name="arrival", verbose_name=_("candidate")
    )
    university = models.CharField(_("university"), max_length=255)
    country = ClassifierField("h_country", verbose_name=_("country"), default="UZ")
    # Asked of foreign universities alone; empty for those of Uzbekistan.
    is_accredited = models.BooleanField(_("accredited by its state"), null=True, blank=True)
    certificate_number = models.CharField(_("number of the academic certificate"), max_length=64)
    certificate_date = models.DateField(_("date of the academic certificate"))
    semester = ClassifierField("h_semester", verbose_name=_("enters the semester"))

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrival from another university")
        verbose_name_plural = _("arrivals from other universities")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.candidate} · {self.university}"
