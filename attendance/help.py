"""The help on the journal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.help.topics import Keys, Topic, register_keys, register_topic

register_topic(
    Topic(
        "journal",
        _("The journal of a lesson"),
        (
            _("Open the lesson: all are present; mark who is absent or late, choose the topic, save."),
            _("Without a network go on: it is kept in the browser and sent when the network is there."),
            _("After the term the lesson is closed; the dean's office opens it again with a reason."),
        ),
        permissions=("journal.edit",),
    )
)
register_keys(
    Keys(
        _("Journal"),
        (
            ("← ↑ → ↓", _("from cell to cell")),
            (_("Space"), _("absent, and present again")),
            ("K", _("late, and not late")),
            ("0–9", _("a mark")),
            ("Del", _("takes the mark away")),
            ("Ctrl+V", _("a column of marks from Excel")),
        ),
        ("journal.edit",),
    )
)
