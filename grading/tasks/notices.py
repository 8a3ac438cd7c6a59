"""The words of notices about tasks."""

from django.utils.translation import gettext_lazy as _

from hemis.notices.kinds import register

register("task_given", _("%(subject)s: a new task “%(task)s”, to be done by %(deadline)s."), "list-details")
register("test_given", _("%(subject)s: a test “%(task)s”, to be taken by %(deadline)s."), "checklist")
register("task_deadline", _("%(subject)s: you have until %(deadline)s for “%(task)s”."), "clock")
register("task_marked", _("%(subject)s: “%(task)s” is marked, %(points)s points."), "circle-check")
register("task_returned", _("%(subject)s: “%(task)s” is returned; read the comment."), "alert-triangle")
