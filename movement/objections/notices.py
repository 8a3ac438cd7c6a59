"""The words of notices about objections."""

from django.utils.translation import gettext_lazy as _

from hemis.notices.kinds import register

register(
    "objection_sent",
    _(
        "Objection № %(number)s of %(student)s to the refusal of application № %(application)s waits for a decision."
    ),
    "mail",
)
register(
    "objection_to_office",
    _("%(student)s objects to the refusal of application № %(application)s."),
    "mail",
)
register(
    "objection_granted",
    _("Your objection № %(objection)s is granted: application № %(number)s is decided anew."),
    "circle-check",
)
register(
    "objection_rejected",
    _(
        "Your objection № %(objection)s is rejected: the refusal of application № %(number)s stands; read why."
    ),
    "ban",
)
register(
    "objection_granted_to_office",
    _("An objection is granted: decide anew on application № %(number)s of %(student)s."),
    "alert-triangle",
)
register(
    "objection_rejected_to_office",
    _("The refusal of application № %(number)s of %(student)s stands."),
    "circle-check",
)
