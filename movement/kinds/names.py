"""A person's name changes: the national list has no code for it, so the variety alone says what it is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.people.models import Person
from movement import rules
from movement.kinds.base import OrderKind, Paper, register

NAMES = ("last_name", "first_name", "middle_name", "passport_last_name", "passport_first_name")


@register
class ChangeOfName(OrderKind):
    """A new surname, first name or patronymic, by a document; placements stay as they are."""

    code, variant = "", "name"
    title = _("Change of name")
    help_text = _("After a marriage, a court or a corrected certificate.")
    icon = "id"
    source_statuses = frozenset({rules.STUDYING, rules.EXPELLED, rules.ON_LEAVE, rules.GRADUATED})
    moves = False
    one_person = True
    questions = ("name_ground", *NAMES)
    papers = (Paper("certificate", _("Certificate or passport with the new name")),)
    order_title = "Talabaning familiyasi, ismi, otasining ismini oʻzgartirish toʻgʻrisida"

    @classmethod
    def line(cls, person, *, year, choices):
        """The line closes no placement and opens none."""
        line = super().line(person, year=year, choices=choices)
        line.closes, line.status = None, ""
        return line

    @classmethod
    def details(cls, student, *, choices):
        before = {name: getattr(student.person, name) for name in NAMES}
        after = before | {name: choices[name] for name in NAMES if choices.get(name)}
        return {"before": before, "after": after}

    @classmethod
    def checks(cls, order, lines):
        found = super().checks(order, lines)
        # It stands on no placement, so another order may change one meanwhile.
        return {
            pk: [one for one in checks if one.code not in {"status", "current"}]
            for pk, checks in found.items()
        }

    @classmethod
    def own_checks(cls, line, context):
        before, after = line.details["before"], line.details["after"]
        return [rules.check_new_name(before=full_name(before), after=full_name(after))]

    @classmethod
    def after(cls, order, lines):
        for line in lines:
            _rename(line.person, line.details["after"])

    @classmethod
    def undo(cls, order, lines):
        for line in lines:
            _rename(line.person, line.details["before"])


def full_name(names: dict[str, str]) -> str:
    """Surname, first name, patronymic; as in the passport where that differs."""
    shown = " ".join(filter(None, (names["last_name"], names["first_name"], names["middle_name"])))
    passport = " ".join(filter(None, (names["passport_last_name"], names["passport_first_name"])))
    return f"{shown} ({passport})" if passport else shown


def _rename(person: Person, names: dict[str, str]) -> None:
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    for name in NAMES:
        setattr(person, name, names[name])
    person.version += 1
    person.save()
