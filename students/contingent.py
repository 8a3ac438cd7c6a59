"""The contingent on any day, cut along any two dimensions: one SQL statement, from the placements.

A student has at most one placement on a day (an exclusion constraint holds it), so
the cells of any cut add up to the same total.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Scope
from hemis.classifiers import queries as classifiers
from hemis.people import names

PROGRAMME = "JOIN students_programme pr ON pr.id = pl.programme_id"
SPECIALITY = "JOIN students_speciality sp ON sp.id = pr.speciality_id"
STUDENT = "JOIN students_student s ON s.id = pl.student_id"
PERSON = "JOIN people_person p ON p.id = s.person_id"
# In the order in which they may stand in a statement.
JOINS = (PROGRAMME, SPECIALITY, STUDENT, PERSON)


@dataclass(frozen=True)
class Dimension:
    """What the contingent may be cut by: an expression over the placement and what hangs on it.

    Labels come from the classifier ``list_code``, or from ``label_sql``, a column
    of ``table`` found by its key.
    """

    code: str
    title: str | Promise
    sql: str
    joins: tuple[str, ...] = ()
    list_code: str = ""
    table: str = ""
    label_sql: str = ""
    # The path of the same value from a placement, for lists.
    path: str = ""


DIMENSIONS: dict[str, Dimension] = {
    one.code: one
    for one in (
        Dimension("course", _("Course"), "pl.course", list_code="h_course", path="course"),
        Dimension(
            "form", _("Education form"), "pl.education_form", list_code="h_education_form", path="education_form"
        ),
        Dimension(
            "type", _("Education type"), "sp.education_type", (PROGRAMME, SPECIALITY), "h_education_type",
            path="programme__speciality__education_type",
        ),
        Dimension("language", _("Language"), "pl.language", list_code="h_language", path="language"),
        Dimension(
            "payment", _("Payment form"), "pl.payment_form", list_code="h_payment_form", path="payment_form"
        ),
        Dimension(
            "group", _("Group"), "pl.group_id", table="students_group", label_sql="t.name", path="group"
        ),
        Dimension(
            "faculty", _("Faculty"), "pl.faculty_id", table="structure_unit", label_sql="t.name", path="faculty"
        ),
        Dimension(
            "speciality", _("Speciality"), "pr.speciality_id", (PROGRAMME,), table="students_speciality",
            label_sql="t.code || ' ' || t.name", path="programme__speciality",
        ),
        Dimension(
            "gender", _("Gender"), "p.gender", (STUDENT, PERSON), "h_gender", path="student__person__gender"
        ),
        Dimension("status", _("Status"), "pl.status", list_code="h_student_status", path="status"),
        Dimension(
            "citizenship", _("Citizenship"), "p.citizenship", (STUDENT, PERSON), "h_citizenship_type",
            path="student__person__citizenship",
        ),
        Dimension("region", _("Region"), "p.region", (STUDENT, PERSON), "h_soato", path="student__person__region"),
        Dimension(
            "social", _("Social category"), "s.social_category", (STUDENT,), "h_social_category",
            path="student__social_category",
        ),
        Dimension(
            "kind", _("Kind of student"), "s.student_type", (STUDENT,), "h_student_type",
            path="student__student_type",
        ),
        Dimension(
            "accommodation", _("Place of living"), "s.accommodation", (STUDENT,), "h_accommodation",
            path="student__accommodation",
        ),
        Dimension("entry_year", _("Entry year"), "s.entry_year", (STUDENT,), path="student__entry_year"),
    )
}  # fmt: skip


@dataclass
class Pivot:
    """A cut: rows, columns, the cells that are not empty, and the totals."""

    rows: list[tuple[str, str]]
    cols: list[tuple[str, str]]
    cells: dict[tuple[str, str], int]
    row_totals: dict[str, int] = field(default_factory=dict)
    col_totals: dict[str, int] = field(default_factory=dict)
    total: int = 0

    def table(self) -> list[dict[str, Any]]:
        """Rows with their cells in the order of the columns."""
        return [
            {
                "key": key,
                "label": label,
                "cells": [{"key": col, "count": self.cells.get((key, col), 0)} for col, _text in self.cols],
                "total": self.row_totals[key],
            }
            for key, label in self.rows
        ]

    def foot(self) -> list[dict[str, Any]]:
        return [{"key": key, "count": self.col_totals[key]} for key, _text in self.cols]


def pivot(
    *,
    day: datetime.date,
    scope: Scope,
    rows: str,
    cols: str,
    chosen: Mapping[str, Collection[str]] | None = None,
) -> Pivot:
    """How many students there were on ``day``, by two dimensions; ``chosen`` narrows others.

    Raises:
        KeyError: no such dimension.
    """
    row, col = DIMENSIONS[rows], DIMENSIONS[cols]
    sql, params = statement(day=day, scope=scope, row=row, col=col, chosen=chosen or {})
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchall()
    made = Pivot([], [], {})
    row_names: dict[str, str] = {}
    col_names: dict[str, str] = {}
    for row_key, row_label, col_key, col_label, count in found:
        row_key, col_key = _key(row_key), _key(col_key)
        row_names.setdefault(row_key, row_label)
        col_names.setdefault(col_key, col_label)
        made.cells[row_key, col_key] = count
        made.row_totals[row_key] = made.row_totals.get(row_key, 0) + count
        made.col_totals[col_key] = made.col_totals.get(col_key, 0) + count
        made.total += count
    made.rows, made.cols = _ordered(row, row_names), _ordered(col, col_names)
    return made


def _key(value: Any) -> str:
    return "" if value is None else str(value)


def _ordered(dimension: Dimension, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Keys with labels: classifiers in the ministry's order, names by the Uzbek alphabet, nothing last."""
    if dimension.list_code:
        options = classifiers.options(dimension.list_code)
        place = {code: at for at, code in enumerate(options)}
        found = [(key, classifiers.label(dimension.list_code, key) if key else "") for key in labels]
        found.sort(key=lambda one: place.get(one[0], len(place)))
    else:
        found = [(key, _key(label) or key) for key, label in labels.items()]
        found.sort(key=lambda one: (not one[0], names.sort_key(one[1])))
    return [(key, label or str(_("not entered"))) for key, label in found]


def statement(
    *,
    day: datetime.date,
    scope: Scope,
    row: Dimension,
    col: Dimension,
    chosen: Mapping[str, Collection[str]],
) -> tuple[str, list[Any]]:
    """The one statement behind a cut. Names come from ``DIMENSIONS``, values are parameters."""
    wanted = {name: [v for v in values if v] for name, values in chosen.items() if name in DIMENSIONS}
    wanted = {name: values for name, values in wanted.items() if values}
    used = [row, col, *(DIMENSIONS[name] for name in wanted)]
    joins = _joins(used)
    where, params = conditions(day, scope)
    for name, values in wanted.items():
        where.append(f"{DIMENSIONS[name].sql}::text = ANY(%s)")
        params.append(list(values))
    labels = [
        f"LEFT JOIN {one.table} {alias} ON {alias}.id = counted.{column}" if one.table else ""
        for one, alias, column in ((row, "rt", "r"), (col, "ct", "c"))
    ]
    row_label = row.label_sql.replace("t.", "rt.") or "NULL"
    col_label = col.label_sql.replace("t.", "ct.") or "NULL"
    return (
        f"WITH counted AS (SELECT {row.sql} AS r, {col.sql} AS c, count(*) AS n "  # noqa: S608
        f"FROM students_placement pl {' '.join(joins)} WHERE {' AND '.join(where)} GROUP BY 1, 2) "
        f"SELECT r, {row_label}, c, {col_label}, n FROM counted {' '.join(labels)}",
        params,
    )


def _joins(used: Iterable[Dimension]) -> list[str]:
    needed = {join for one in used for join in one.joins}
    return [join for join in JOINS if join in needed]


def conditions(day: datetime.date, scope: Scope) -> tuple[list[str], list[Any]]:
    """Placements in force on a day inside a scope: the faculty sees those who were its own that day."""
    where = ["pl.valid_from <= %s", "(pl.valid_to IS NULL OR pl.valid_to > %s)"]
    params: list[Any] = [day, day]
    if not scope.everything:
        inside = ["pl.faculty_id = ANY(%s)"]
        params.append(list(scope.faculty_ids))
        if scope.person_id:
            inside.append(f"pl.group_id IN ({CARED_FOR})")
            params += [scope.person_id]
        where.append(f"({' OR '.join(inside)})")
    return where, params


# The day in Tashkent, whatever time zone the connection has.
TODAY = "(now() AT TIME ZONE 'Asia/Tashkent')::date"
CARED_FOR = f"""
SELECT tg.group_id FROM students_tutorgroup tg JOIN staff_employee e ON e.id = tg.employee_id
 WHERE e.person_id = %s AND tg.valid_from <= {TODAY} AND (tg.valid_to IS NULL OR tg.valid_to > {TODAY})
"""  # noqa: S608
