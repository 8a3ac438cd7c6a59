"""Messages between people of the university (Xabarlar): what was sent stays as it was sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.pages.files import MATERIAL_TYPES, StoredFile


class MessageQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """What went to whole audiences is open to the administration; letters from person to person are not."""
        return (
            self.filter(is_broadcast=True).exclude(state=Message.DRAFT) if scope.everything else self.none()
        )

    def readable_by(self, user):
        """Messages that the account has written or received."""
        received = Delivery.objects.filter(user=user, message=models.OuterRef("pk"))
        return self.filter(Q(sender=user) | models.Exists(received))


class Message(BaseModel):
    """One message. ``to`` says to whom, in the words of the moment: ``{"kind", "key", "text"}`` of each choice.

    A draft is its author's own; from the moment of sending a trigger keeps text, files and recipients as they were.
    """

    DRAFT, SENDING, SENT = "draft", "sending", "sent"
    STATES = [(DRAFT, _("draft")), (SENDING, _("being sent")), (SENT, _("sent"))]

    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages", verbose_name=_("sender")
    )
    subject = models.CharField(_("subject of the message"), max_length=256)
    text = models.TextField(_("text of the message"), max_length=16000)
    to = models.JSONField(_("recipients"), default=list)
    is_broadcast = models.BooleanField(_("to an audience"), default=False)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=DRAFT)
    # The message that is answered or passed on.
    about = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="answers",
        verbose_name=_("about the message"),
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    recipients = models.PositiveIntegerField(_("how many recipients"), default=0)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-sent_at", "-pk"]
        indexes = [models.Index(fields=["sender", "-sent_at"], name="message_of_sender")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["draft", "sending", "sent"]), name="message_state"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(sent_at__isnull=False, recipients__gt=0),
                name="message_sent_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def audiences(self) -> list[str]:
        """The audiences, without people by name: what every recipient may read."""
        return [one["text"] for one in self.to if one["kind"] != "person"]

    @property
    def to_text(self) -> str:
        """All that was chosen, for the sender."""
        return ", ".join(one["text"] for one in self.to)


class MessageFile(StoredFile):
    """A file that goes with a message."""

    content_type = models.CharField(
        max_length=128, choices=[(one, one) for one in sorted(set(MATERIAL_TYPES.values()))]
    )
    types = MATERIAL_TYPES
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="files", verbose_name=_("message")
    )

    class Meta:
        verbose_name = _("file of a message")
        verbose_name_plural = _("files of messages")
        ordering = ["pk"]


class Delivery(models.Model):
    """A message in somebody's inbox: when it was read, and whether it was put away."""

    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("message")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="inbox", verbose_name=_("recipient")
    )
    read_at = models.DateTimeField(_("read at"), null=True)
    removed_at = models.DateTimeField(_("put away at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("received message")
        verbose_name_plural = _("received messages")
        ordering = ["-message__sent_at", "-pk"]
        indexes = [models.Index(fields=["user", "-message"], name="inbox_of_user")]
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="message_received_once")]

    def __str__(self) -> str:
        return f"{self.message_id} · {self.user_id}"
