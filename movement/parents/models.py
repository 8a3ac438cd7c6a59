"""The links by which a contact of the student's card sees an order that concerns the student."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hemis.base import ScopedQuerySet
from students.models import Contact, Student


class LinkQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Seen by those who see the student; a student sees the own ones."""
        if scope.everything:
            return self
        return self.filter(
            Q(student__current__faculty__in=scope.faculty_ids) | Q(student__person=scope.person_id)
        )

    def open(self):
        """Not revoked, and of contacts to whom the student has agreed ever since they were made."""
        return self.filter(revoked_at=None, contact__agreed_at__lte=F("created_at"))


class ParentLink(models.Model):
    """A public link to the essence of one order; only the hash of its token is kept."""

    SMS, EMAIL, HAND = "sms", "email", "hand"
    WAYS = [(SMS, _("by SMS")), (EMAIL, _("by e-mail")), (HAND, _("by hand"))]

    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="order_links", verbose_name=_("contact")
    )
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="parent_links", verbose_name=_("student")
    )
    order = models.ForeignKey(
        "movement.Order", on_delete=models.PROTECT, related_name="parent_links", verbose_name=_("order")
    )
    # With the program's secret it gives the token again, so that the office can hand the link over;
    # alone it opens nothing.
    nonce = models.CharField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("given"), null=True)
    sent_by = models.CharField(_("how"), max_length=8, choices=WAYS, blank=True)
    opened_at = models.DateTimeField(_("first opened"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("revoked by"),
    )

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link for the parents")
        verbose_name_plural = _("links for the parents")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["contact", "student", "order"], name="parent_link_once"),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(revoked_by__isnull=False), name="revoked_link_has_author"
            ),
            models.CheckConstraint(condition=Q(sent_at=None) | ~Q(sent_by=""), name="given_link_says_how"),
            models.CheckConstraint(
                condition=Q(token_hash__regex=r"^[0-9a-f]{64}$"),  # noqa: S106 - a form, no password
                name="link_keeps_a_hash",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.contact} · {self.order}"

    @property
    def is_open(self) -> bool:
        """As ``LinkQuerySet.open``, for one that is read with its contact."""
        agreed = self.contact.agreed_at
        return self.revoked_at is None and agreed is not None and agreed <= self.created_at
