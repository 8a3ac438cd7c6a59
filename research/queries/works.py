"""What pages, statistics and the rating read of works and of who wrote them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, Func, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Lower

from hemis.access.scope import Access
from research import rules
from research.models import Work, WorkAuthor
from staff.models import Employee, Position
from staff.models.posts import MAIN
from structure.models import Unit


@dataclass(frozen=True)
class ApprovedWork:
    """An approved work of one author, as the rating counts it.

    ``authors`` are all who wrote it, ``own_authors`` those of the university; ``share``
    is the author's part in percent, as agreed or an equal part of the rest.
    """

    work_id: int
    employee_id: int
    sort: str
    kind: str
    database: str
    has_certificate: bool
    authors: int
    own_authors: int
    share: Decimal


def who_enters(access: Access) -> tuple[Employee | None, Unit | None]:
    """The employee behind the account, and the kafedra where that employee teaches."""
    user = access.user
    employee = Employee.objects.filter(person=user.person_id).first() if user else None
    return employee, kafedra_of(employee) if employee else None


def kafedra_of(employee: Employee) -> Unit | None:
    """The kafedra of the employee's posts today, that of the main post first."""
    order = Case(When(employment=MAIN, then=0), default=1)
    held = Position.objects.in_force().filter(employee=employee, unit__kind=Unit.KAFEDRA)
    post = held.select_related("unit").order_by(order, "-rate", "pk").first()
    return post.unit if post else None


def kafedras_of(employees: Iterable[int]) -> dict[int, int]:
    """Employee → the kafedra of its posts today, as ``kafedra_of`` finds it; one query."""
    order = Case(When(employment=MAIN, then=0), default=1)
    held = Position.objects.in_force().filter(employee__in=set(employees), unit__kind=Unit.KAFEDRA)
    rows = held.order_by("employee", order, "-rate", "pk").distinct("employee")
    return dict(rows.values_list("employee", "unit"))


def with_author_counts(rows: QuerySet[Work]) -> QuerySet[Work]:
    """``author_count`` and ``own_count`` (of the university) of each work; an author is a row, never twice."""
    authors = WorkAuthor.objects.filter(work=OuterRef("pk")).order_by().values("work")
    return rows.annotate(
        author_count=Subquery(authors.annotate(n=Count("pk")).values("n")),
        own_count=Subquery(authors.annotate(n=Count("employee")).values("n")),
    )


def approved_works(year: int, employees: Iterable[int] | QuerySet | None = None) -> list[ApprovedWork]:
    """Approved works of an academic year, one for each author of the university; two queries.

    ``employees`` narrows to some authors (keys, or a queryset of keys).
    """
    works: dict[int, dict] = {
        one["pk"]: dict(one)
        for one in Work.objects.filter(academic_year=year, state=Work.APPROVED).values(
            "pk",
            "sort",
            "scientific_kind",
            "methodical_kind",
            "property_kind",
            "database",
            "certificate_number",
        )
    }
    together: dict[int, list[Mapping[str, Any]]] = {pk: [] for pk in works}
    authors = WorkAuthor.objects.filter(work__academic_year=year, work__state=Work.APPROVED)
    wanted = set(employees) if employees is not None else None
    for one in authors.values("work_id", "employee_id", "share").order_by("work_id", "place", "pk"):
        together[one["work_id"]].append(dict(one))
    return [
        _of_author(works[pk], number, rows)
        for pk, rows in together.items()
        for number, row in enumerate(rows)
        if row["employee_id"] and (wanted is None or row["employee_id"] in wanted)
    ]


def _of_author(work: Mapping[str, Any], number: int, rows: Sequence[Mapping[str, Any]]) -> ApprovedWork:
    others = [row["share"] for place, row in enumerate(rows) if place != number]
    return ApprovedWork(
        work_id=work["pk"],
        employee_id=rows[number]["employee_id"],
        sort=work["sort"],
        kind=work[f"{work['sort']}_kind"],
        database=work["database"],
        has_certificate=bool(work["certificate_number"]),
        authors=len(rows),
        own_authors=sum(row["employee_id"] is not None for row in rows),
        share=rules.share_of(rows[number]["share"], others),
    )


def _key(text: str) -> Func:
    return Func(
        Func(Value(text), function="LOWER"), Value("[^[:alnum:]]+"), Value(""), Value("g"), function="REGEXP_REPLACE"
    )  # fmt: skip


def title_keys(titles: Collection[str]) -> list[str]:
    """Titles as works are compared by them (``Work.title_key``), by the database itself; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT regexp_replace(lower(title), '[^[:alnum:]]+', '', 'g')"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS t(title, place) ORDER BY place",
            [list(titles)],
        )
        return [key for (key,) in cursor.fetchall()]


def known_works(keys: Collection[str], dois: Collection[str]) -> list[Work]:
    """Works with one of these keys of titles or DOIs, with their authors; two queries."""
    rows = Work.objects.annotate(low_doi=Lower("doi")).select_related("entered_by__person", "kafedra")
    found = rows.filter(Q(title_key__in=keys) | Q(low_doi__in=[doi.lower() for doi in dois]))
    return list(found.prefetch_related("authors").order_by("pk"))


def twins(*, sort: str, title: str, issue_year: int, doi: str, but: int | None = None) -> QuerySet[Work]:
    """Works that are the same by DOI, or by title and year of issue, whoever entered them."""
    same = Q(sort=sort, title_key=_key(title), issue_year=issue_year)
    if doi:
        same |= Q(doi__iexact=doi)
    found = Work.objects.filter(same).exclude(pk=but).select_related("entered_by__person", "kafedra")
    return found.order_by(F("doi").desc(), "pk")
