"""What an act names and the national list lacks: codes of our own beside it, which no ministry is sent.

A field takes them only where it says so: ``ClassifierField("h_academic_reason", own=("relative",))``.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OWN: dict[str, dict[str, Promise]] = {
    # VMQ 344/2021: a parent or who stands for one, a spouse, a child.
    "h_academic_reason": {"relative": _("Care of a sick family member")},
    # VMQ 578/2025, annex 3, p. 49.
    "h_expel_reason": {"no_claim": _("Held back on the course and did not apply in time")},
}


def own_choices(list_code: str) -> list[tuple[str, str]]:
    """Codes of our own with their names in the language in use."""
    return [(code, str(title)) for code, title in OWN.get(list_code, {}).items()]
