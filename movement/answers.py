"""Questions that the forms of orders ask, and how their answers are kept with the order."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from hemis.classifiers import queries as classifiers

TITLES: dict[str, Promise] = {
    "reason": _("ground"),
    "retain_ground": _("ground"),
    "name_ground": _("ground"),
    "grant_ground": _("ground on which the grant is kept"),
    "group": _("group"),
    "programme": _("programme"),
    "language": _("language"),
    "semester": _("semester"),
    "payment_form": _("payment form"),
    "ends_on": _("last day of the leave"),
    "applied_on": _("date of the application"),
    "paid_on": _("date of the payment"),
    "stipend_until": _("paid until"),
    "stipend_rate": _("kind of stipend"),
    "university": _("university"),
    "last_name": _("new surname"),
    "first_name": _("new first name"),
    "middle_name": _("new patronymic"),
    "passport_last_name": _("surname as in the passport"),
    "passport_first_name": _("first name as in the passport"),
}
LISTS = {
    "language": "h_language",
    "semester": "h_semester",
    "payment_form": "h_payment_form",
    "stipend_rate": "h_stipend_rate",
}
RETAIN_GROUNDS: dict[str, Promise] = {
    "gpa": _("GPA below the threshold of promotion"),
    "debts": _("subjects not mastered"),
    "internship": _("internship missed or not passed"),
}
GRANT_GROUNDS: dict[str, Promise] = {
    "orphan": _("orphan or without parental care"),
    "disability": _("disability of group I or II, disabled child"),
    "conscript": _("discharged from military service within a year"),
    "abroad": _("sent abroad by the state"),
}
NAME_GROUNDS: dict[str, Promise] = {
    "marriage": _("marriage"),
    "divorce": _("divorce"),
    "registry": _("correction by the registry office"),
    "court": _("decision of a court"),
    "mistake": _("mistake of entry"),
}
GROUNDS = {"retain_ground": RETAIN_GROUNDS, "grant_ground": GRANT_GROUNDS, "name_ground": NAME_GROUNDS}
# Asked in the form, kept elsewhere: figures become figures of lines.
NOT_KEPT = frozenset({"figures", "figures_basis"})


def kept(choices: Mapping[str, Any], *, reason_list: str = "") -> dict[str, dict[str, Any]]:
    """Answers as they are kept: the value as JSON, and its words in Uzbek for the paper."""
    with override("uz"):
        return {
            name: {"value": _plain(value), "text": _words(name, value, reason_list)}
            for name, value in choices.items()
            if value not in (None, "") and name not in NOT_KEPT
        }


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _words(name: str, value: Any, reason_list: str) -> str:
    if isinstance(value, datetime.date):
        return value.strftime("%d.%m.%Y")
    if name == "reason" and reason_list:
        return classifiers.label(reason_list, value)
    if name in LISTS:
        return classifiers.label(LISTS[name], value)
    if name in GROUNDS:
        return str(GROUNDS[name].get(value, value))
    return str(value)


def shown(answers: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Label and words of every answer, in the language in use."""
    return [(str(TITLES[name]), str(one["text"])) for name, one in answers.items() if name in TITLES]
