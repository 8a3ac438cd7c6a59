"""The help on curricula and timetables."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.help.topics import Keys, Topic, register_keys, register_topic

register_topic(
    Topic(
        "curricula",
        _("A curriculum: from the draft to the lessons"),
        (
            _(
                "Fill in the semesters and subjects, or upload the plan; the checks say what is missing or too much."
            ),
            _(
                "Academic affairs approve it; then groups are given to it and the load of the kafedras follows."
            ),
            _("An approved plan rests: a change is a new edition."),
        ),
        permissions=("curriculum.edit", "curriculum.approve"),
        pages=(("curriculum_curricula_list", _("Curricula")),),
    )
)
register_topic(
    Topic(
        "timetable",
        _("The timetable"),
        (
            _("Put lessons by hand, or let the program compute a draft and accept it."),
            _(
                "A room, a teacher or a group that is taken already is named; what is impossible is not saved."
            ),
        ),
        permissions=("timetable.edit",),
    )
)
register_keys(
    Keys(
        _("Timetable"),
        (
            ("← ↑ → ↓", _("from pair to pair")),
            ("Enter", _("takes a lesson, and puts it down")),
            ("Esc", _("leaves the lesson where it was")),
        ),
        ("timetable.edit",),
    )
)
