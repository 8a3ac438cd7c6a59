"""Appointment of stipends (18): the kind of each by marks and rule, or named for everybody on the list."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from finance.stipends.actions import Appointed, appoint, withdraw
from finance.stipends.queries import proposed
from hemis.classifiers.queries import label
from hemis.explain import again
from movement import rules
from movement.kinds.base import OrderKind, Paper, register


@register
class Stipends(OrderKind):
    """Stipends until a day by the decision of the commission (VMQ 59/2020); placements stay as they are."""

    code = "18"
    title = _("Appointment of stipends")
    help_text = _("By the marks of the last session; who gets none is set aside with the reason.")
    icon = "award"
    source_statuses = frozenset({rules.STUDYING})
    moves = False
    sets_aside = True
    document = "stipend_order"
    questions = ("stipend_until", "stipend_rate")
    papers = (Paper("protocol", _("Minutes of the stipend commission"), required=False),)
    order_title = "Talabalarga stipendiya tayinlash toʻgʻrisida"

    @classmethod
    def listed(cls, keys):
        """The students with what the rule proposes for each of them, read at once."""
        students = list(super().listed(keys))
        found = proposed(students)
        for one in students:
            one.proposed = found[one.pk]
        return students

    @classmethod
    def line(cls, person, *, year, choices):
        """The line closes no placement and opens none."""
        line = super().line(person, year=year, choices=choices)
        line.closes, line.status = None, ""
        return line

    @classmethod
    def details(cls, student, *, choices):
        until, named = choices.get("stipend_until"), choices.get("stipend_rate") or ""
        return {
            "stipend": {
                "rate": named or student.proposed.rate,
                "until": until.isoformat() if isinstance(until, datetime.date) else str(until or ""),
                "steps": [] if named else student.proposed.steps,
                "why": "" if named else student.proposed.why,
            }
        }

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
        said = line.details["stipend"]
        return [
            rules.check_stipend(
                kind=label("h_stipend_rate", said["rate"]) if said["rate"] else "", why=again(said["why"]),
                begins=context.day, until=_day(said["until"]),
            )
        ]  # fmt: skip

    @classmethod
    def after(cls, order, lines):
        appoint(
            [
                Appointed(
                    line.student_id, line.faculty_id, line.details["stipend"]["rate"],
                    _day(line.details["stipend"]["until"]), line.details["stipend"]["steps"],
                )
                for line in lines
            ],
            order=order.pk, on=order.effective_date,
        )  # fmt: skip

    @classmethod
    def undo(cls, order, lines):
        withdraw(order=order.cancels_id, by=order.pk)


def _day(text: str) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None
