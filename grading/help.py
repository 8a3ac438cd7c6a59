"""The help on grade sheets and appeals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.help.topics import Keys, Topic, register_keys, register_topic

register_topic(
    Topic(
        "grade_sheets",
        _("A grade sheet (qaydnoma)"),
        (
            _("The teacher fills it in and signs, the kafedra checks, the dean's office closes."),
            _(
                "Closed, its lines rest and go into the academic record; a correction is an act with a reason."
            ),
            _(
                "Who may not sit the exam is named with the reason; the figures explain themselves on request."
            ),
        ),
        permissions=("grade_sheet.fill", "grade_sheet.check", "grade_sheet.open", "grade_sheet.close"),
        pages=(("grading_sheets_list", _("Grade sheets")),),
    )
)
register_topic(
    Topic(
        "own_results",
        _("Your results, and appeals"),
        (
            _("Each result says how it was computed; the journal rows behind it are shown, too."),
            _("If you do not agree with a result, appeal within the term that is shown beside it."),
        ),
        permissions=("own.performance", "own.appeal"),
    )
)
register_keys(
    Keys(
        _("Grade sheet"),
        (
            ("Enter · ↓ · ↑", _("to the next or previous student")),
            ("Esc", _("puts back what was there")),
            ("Ctrl+V", _("a column of marks from Excel")),
        ),
        ("grade_sheet.fill",),
    )
)
