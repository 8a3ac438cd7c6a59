"""What is done and checked of orders each night (order clause B8)."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from hemis.nightly import checks, steps
from hemis.nightly.checks import Check
from hemis.nightly.steps import Finding, Outcome, Step
from movement.actions import execute_due_orders
from movement.models import Order


def due_orders(day: datetime.date) -> Outcome:
    """Signed orders whose day has come are carried out; one that cannot be is named with its reason."""
    run = execute_due_orders(day)
    names = {order.pk: str(order) for order in Order.objects.filter(pk__in=run.failed)}
    cases = [f"{names[key]}: {why}" for key, why in run.failed.items()]
    findings = [Finding(str(_("Orders whose day has come are not executed.")), len(cases), cases)]
    return Outcome({"executed": len(run.executed)}, findings if cases else [])


steps.register(
    Step(
        "orders",
        _("Orders whose day has come"),
        _("%(executed)s orders executed."),
        due_orders,
        steps.FIRST,
    )
)

checks.register(
    Check(
        "placements",
        _("Placements of a student overlap, or between two of them there is a gap."),
        sql="""
        SELECT s.number || ' · ' || to_char(x.valid_from, 'DD.MM.YYYY')
          FROM (SELECT student_id, valid_from, valid_to, closed_by_id, lead(valid_from) OVER w AS next_from,
                       lead(order_id) OVER w AS next_order
                  FROM students_placement WINDOW w AS (PARTITION BY student_id ORDER BY valid_from, id)) x
          JOIN students_student s ON s.id = x.student_id
         WHERE x.next_from IS NOT NULL
           AND (x.valid_to IS NULL OR x.next_from < x.valid_to
                OR (x.next_from > x.valid_to AND x.closed_by_id = x.next_order))
         ORDER BY 1
        """,
    )
)
checks.register(
    Check(
        "current_placement",
        _("The present placement of a student is not the one that is open."),
        sql="""
        SELECT s.number FROM students_student s
          LEFT JOIN students_placement p ON p.student_id = s.id AND p.valid_to IS NULL
         WHERE s.current_id IS DISTINCT FROM p.id ORDER BY 1
        """,
    )
)
checks.register(
    Check(
        "order_numbers",
        _("Numbers of signed orders have a gap."),
        sql="""
        SELECT n.series || ' · ' || n.year FROM documents_numberseries n
          LEFT JOIN (SELECT kind, extract(year FROM date)::int AS year, count(*) AS given
                       FROM movement_order WHERE number <> '' GROUP BY 1, 2) o
            ON n.series = 'order-' || o.kind AND n.year = o.year
         WHERE n.series LIKE 'order-%' AND coalesce(o.given, 0) <> n.last ORDER BY 1
        """,
    )
)
