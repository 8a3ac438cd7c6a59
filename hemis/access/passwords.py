"""Password rules beyond Django's own."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class NotOwnDocumentValidator:
    """A password is never built on the person's own numbers: clerks and classmates know them (law 11)."""

    def validate(self, password: str, user=None) -> None:
        person = getattr(user, "person", None)
        known = [getattr(user, "login", "")]
        if person:
            birth = person.birth_date.strftime("%d%m%Y") if person.birth_date else ""
            known += [person.pinfl or "", person.passport, person.phone, birth]
        plain = re.sub(r"\W", "", password).lower()
        if any(len(number) >= 4 and re.sub(r"\W", "", number).lower() in plain for number in known):
            raise ValidationError(
                _("The password must not contain your login, PINFL, passport, phone or birth date.")
            )

    def get_help_text(self) -> str:
        return _("The password must not contain your login, PINFL, passport, phone or birth date.")
