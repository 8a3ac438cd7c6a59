"""What pages read of research projects."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Concat
from django.utils import timezone

from hemis.access.scope import Scope
from research.models import Project, ProjectExecutor, ProjectReport, ProjectStage, ProjectSum

ACCEPTED, REPORTED, LATE, GOING, AHEAD = "accepted", "reported", "late", "going", "ahead"


def for_list(rows: QuerySet[Project]) -> QuerySet[Project]:
    """``leader`` (the last one), ``executors_now`` and ``total`` in the project's own currency."""
    today = timezone.localdate()
    mine = ProjectExecutor.objects.filter(project=OuterRef("pk")).order_by()
    now = mine.filter(valid_from__lte=today).filter(Q(valid_to=None) | Q(valid_to__gte=today))
    name = Case(
        When(outsider="", then=_full_name("employee__person")),
        default=F("outsider"),
        output_field=TextField(),
    )
    leaders = mine.filter(role=ProjectExecutor.LEADER).order_by("-valid_from").annotate(who=name)
    sums = ProjectSum.objects.filter(project=OuterRef("pk"), currency=OuterRef("currency")).order_by()
    return rows.annotate(
        leader=Subquery(leaders.values("who")[:1]),
        executors_now=Subquery(now.values("project").annotate(n=Count("pk")).values("n")),
        total=Subquery(sums.values("project").annotate(total=Sum("amount")).values("total")),
    )


def _full_name(path: str) -> Concat:
    return Concat(
        F(f"{path}__last_name"), Value(" "), F(f"{path}__first_name"), output_field=TextField()
    )  # fmt: skip


def with_standing(rows: QuerySet[ProjectStage], day: datetime.date | None = None) -> QuerySet[ProjectStage]:
    """``standing`` of each stage on ``day`` (default today): accepted, reported, late, going on or ahead."""
    day = day or timezone.localdate()
    reports = ProjectReport.objects.filter(stage=OuterRef("pk"))
    return rows.annotate(
        has_report=Exists(reports),
        standing=Case(
            When(Exists(reports.filter(accepted_on__isnull=False)), then=Value(ACCEPTED)),
            When(has_report=True, then=Value(REPORTED)),
            When(ends__lt=day, then=Value(LATE)),
            When(starts__gt=day, then=Value(AHEAD)),
            default=Value(GOING),
        ),
    )


def late_stages(scope: Scope) -> QuerySet[ProjectStage]:
    """Stages of running projects that have ended without a report."""
    rows = ProjectStage.objects.for_scope(scope).filter(project__state=Project.RUNNING)  # type: ignore[attr-defined]
    return with_standing(rows).filter(standing=LATE)


def overdue(rows: QuerySet[Project]) -> QuerySet[Project]:
    """Projects past their last day that nobody has closed."""
    return rows.filter(state=Project.RUNNING, ends__lt=timezone.localdate())


def money_of(rows: QuerySet[Project]) -> list[tuple[int, str, str, Decimal]]:
    """Year, source, currency and sum over the projects, the latest year first; currencies are never added up."""
    sums = ProjectSum.objects.filter(project__in=rows.order_by()).order_by("-year", "source", "currency")
    return list(sums.values_list("year", "source", "currency").annotate(total=Sum("amount")))
