"""The help on the academic record and diplomas."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.help.topics import Topic, register_topic

register_topic(
    Topic(
        "diplomas",
        _("From the record to the diploma"),
        (
            _(
                "Closed sheets fill the academic record; accreditation shows what is planned, mastered and missing."
            ),
            _(
                "The diploma is filled in in two languages; the personnel department approves and hands it over."
            ),
            _("Each blank has one state; spoilt ones are written off by an act, and the balance holds."),
        ),
        permissions=("diploma.edit", "diploma.approve", "accreditation.check"),
    )
)
register_topic(
    Topic(
        "own_papers",
        _("Certificates and transcripts"),
        (_("Order it in the cabinet: it is there at once, with a QR code that anybody can check."),),
        permissions=("own.document",),
    )
)
