"""The words of notices about journals and absences."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.notices.kinds import register

register("lessons_unrecorded", _("Lessons that you have not recorded: %(count)s."), "alert-triangle")
register("journal_unlocked", _("The journal is open to you until %(until)s: %(reason)s"), "key")
register("excuse_asked", _("A student asks to excuse absences: %(student)s, %(span)s."), "file-text")
register("excuse_accepted", _("Your absences of %(span)s are excused."), "circle-check")
register("excuse_returned", _("Your excuse for %(span)s is returned: %(remark)s"), "alert-triangle")
register("excuse_withdrawn", _("The excuse for %(span)s is withdrawn: %(remark)s"), "ban")
