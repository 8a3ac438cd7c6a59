"""A message to many people, and the notice that one has received a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job
from hemis.mailbox import actions
from hemis.mailbox.models import Message
from hemis.notices.kinds import register

register("mailbox.received", gettext_lazy("Message from %(sender)s: %(subject)s"), icon="mail")


@job("mailbox.send")
class SendMessage(JobKind):
    """Puts a message into thousands of inboxes."""

    title = gettext_lazy("Sending a message")
    chunk = 1000

    def units(self, job: Job) -> Sequence[Any]:
        return job.params["users"]

    def run(self, job: Job, keys: list[Any]) -> None:
        actions.deliver(Message.objects.select_related("sender__person").get(pk=job.params["message"]), keys)

    def finish(self, job: Job) -> None:
        message = Message.objects.get(pk=job.params["message"])
        actions.finish(message)
        job.message = _("Sent to %(count)d people.") % {"count": message.recipients}
        job.result_url = actions.url_of(message.pk)
