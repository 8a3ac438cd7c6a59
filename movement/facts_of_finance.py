"""What accounting knows about students: what they owe by their contracts."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from decimal import Decimal

from finance.debts.queries import debts
from finance.debts.rules import overdue
from finance.steps import figure
from hemis.explain import Phrase
from movement.facts import Known, register_provider
from movement.rules import GRANT
from students.models import Placement


def contract_debt(students: Collection[int], day: datetime.date) -> dict[int, Known]:
    """What is due by the day and not paid, of those with a contract; who has always studied on a grant owes nothing.

    Who studies for a fee and has no contract is unknown.
    """
    found = {}
    for student, rows in debts(students, day).items():
        basis = Phrase(
            "contract %(numbers)s: due by %(day)s %(due)s, paid %(paid)s",
            numbers=", ".join(number for number, _standing in rows),
            day=f"{day:%d.%m.%Y}",
            due=figure(sum((one.due for _number, one in rows), Decimal(0))),
            paid=figure(sum((one.paid for _number, one in rows), Decimal(0))),
        )
        found[student] = Known(overdue(rows).value, basis)
    left = set(students) - found.keys()
    grant = Placement.objects.filter(student__in=left, payment_form=GRANT)
    paying = Placement.objects.filter(student__in=left).exclude(payment_form=GRANT)
    owes_nothing = set(grant.values_list("student", flat=True)) - set(
        paying.values_list("student", flat=True)
    )
    return found | {
        student: Known(Decimal(0), Phrase("studies on a state grant")) for student in owes_nothing
    }


register_provider("contract_debt", contract_debt)
