"""The contact of a student's parents, and the links by which they see an order that concerns the student."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from students.models import Student


class ContactQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Seen by those who see the student; a student sees the own ones."""
        if scope.everything:
            return self
        return self.filter(
            Q(student__current__faculty__in=scope.faculty_ids) | Q(student__person=scope.person_id)
        )

    def in_use(self):
        return self.filter(ended_at=None)


class ParentContact(BaseModel):
    """Whom the university may tell of orders on a student, from the day the student agreed to it."""

    FATHER, MOTHER, GUARDIAN, OTHER = "father", "mother", "guardian", "other"
    RELATIONS = [
        (FATHER, _("father")),
        (MOTHER, _("mother")),
        (GUARDIAN, _("guardian")),
        (OTHER, _("another relative")),
    ]

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="parent_contacts", verbose_name=_("student")
    )
    name = models.CharField(_("name of the contact"), max_length=255)
    relation = models.CharField(_("relation"), max_length=16, choices=RELATIONS)
    phone = models.CharField(
        _("phone"),
        max_length=16,
        blank=True,
        validators=[RegexValidator(r"^\+998\d{9}$", _("Write the phone as +998901234567."))],
    )
    email = models.EmailField(_("e-mail"), blank=True)
    agreed_on = models.DateField(_("the student agreed on"), null=True, blank=True)
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact of the parents")
        verbose_name_plural = _("contacts of the parents")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "phone", "email"], condition=Q(ended_at=None), name="parent_contact_once"
            ),
            models.CheckConstraint(condition=~Q(phone="") | ~Q(email=""), name="parent_contact_is_reachable"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} ({self.get_relation_display()})"


class ParentLink(models.Model):
    """A public link to the essence of one order; only the hash of its token is kept."""

    SMS, EMAIL, HAND = "sms", "email", "hand"
    WAYS = [(SMS, _("by SMS")), (EMAIL, _("by e-mail")), (HAND, _("by hand"))]

    contact = models.ForeignKey(
        ParentContact, on_delete=models.PROTECT, related_name="links", verbose_name=_("contact")
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

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("link for the parents")
        verbose_name_plural = _("links for the parents")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["contact", "order"], name="parent_link_once"),
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
