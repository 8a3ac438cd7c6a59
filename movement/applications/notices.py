"""The words of notices about applications."""

from django.utils.translation import gettext_lazy as _

from hemis.notices.kinds import register

register("application_sent", _("Application № %(number)s of %(student)s waits for a decision."), "send")
register("application_taken", _("Your application № %(number)s is taken in work."), "clock")
register("application_granted", _("Your application № %(number)s is granted."), "circle-check")
register("application_refused", _("Your application № %(number)s is refused; read why."), "ban")
register(
    "application_order_cancelled",
    _("The order made of your application № %(number)s is cancelled."),
    "alert-triangle",
)
