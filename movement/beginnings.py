"""What a new installation begins with: terms and windows of the law, and the usual stations.

All are rows that academic affairs keeps from then on. Written after a migration
where there are none at all, so that what was changed or deleted stays so.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models.signals import post_migrate

APPEALS = "OʻRQ-445, 28-modda"
LEAVE_ACT = "VMQ 344/2021"
WINDOW_ACTS = {"transfer": "VMQ 578/2025, 3-ilova", "reinstatement": "VMQ 578/2025, 3-ilova, 42, 44-bandlar"}
# Kind, holds from, days, source, compared with the act: a leave is decided in a week, what no act names as any
# appeal of a citizen, which the university confirms.
TERMS = (
    ("leave", datetime.date(2021, 6, 3), 7, LEAVE_ACT, True),
    ("extension", datetime.date(2021, 6, 3), 7, LEAVE_ACT, True),
    ("return", datetime.date(2021, 6, 3), 7, f"{LEAVE_ACT}, 18-band", True),
    ("transfer", datetime.date(2017, 9, 12), 15, APPEALS, False),
    ("transfer_out", datetime.date(2017, 9, 12), 15, APPEALS, False),
    ("reinstatement", datetime.date(2017, 9, 12), 15, APPEALS, False),
    ("expulsion", datetime.date(2017, 9, 12), 15, APPEALS, False),
)
# Kind, holds from, days to object, days to decide, by a commission, days at the ministry, source, compared with the
# act: disputes on transfers and reinstatements have terms of their own; the days to object are those of the law on
# administrative procedures, which the university confirms.
PROCEDURES = "OʻRQ-457"
DISPUTES = "VMQ 578/2025, 3-ilova, 39-band; OʻRQ-457"
OBJECTION_TERMS = (
    ("leave", datetime.date(2018, 1, 8), 30, 15, False, None, f"{PROCEDURES}; {APPEALS}", False),
    ("extension", datetime.date(2018, 1, 8), 30, 15, False, None, f"{PROCEDURES}; {APPEALS}", False),
    ("return", datetime.date(2018, 1, 8), 30, 15, False, None, f"{PROCEDURES}; {APPEALS}", False),
    ("transfer", datetime.date(2018, 1, 8), 30, 7, True, 10, DISPUTES, False),
    ("transfer_out", datetime.date(2018, 1, 8), 30, 7, True, 10, DISPUTES, False),
    ("reinstatement", datetime.date(2018, 1, 8), 30, 7, True, 10, DISPUTES, False),
    ("expulsion", datetime.date(2018, 1, 8), 30, 15, False, None, f"{PROCEDURES}; {APPEALS}", False),
)
WINDOW_YEARS = (2025, 2026, 2027)
WINDOW_KINDS = ("transfer", "reinstatement")
# Code, names, role, what is looked at.
STATIONS = (
    ("accounting", "Buxgalteriya", "Бухгалтерия", "Accounting", "accounting", "Shartnoma toʻlovlari"),
    ("library", "Axborot-resurs markazi (kutubxona)", "Библиотека", "Library", "library", "Olingan kitoblar"),
    ("dormitory", "Talabalar turar joyi", "Общежитие", "Dormitory", "dormitory", "Xona, ijara toʻlovi"),
    ("dean", "Dekanat", "Деканат", "Dean's office", "dean", "Talabalik guvohnomasi, hujjatlar"),
    ("hr", "Xodimlar boʻlimi", "Отдел кадров", "Personnel department", "hr", "Shaxsiy yigʻma jild"),
)
LEAVING = ["expulsion", "transfer_out", "graduation"]


def windows() -> list[tuple[str, datetime.date, datetime.date, datetime.date, datetime.date]]:
    """The two periods of each year, summer and winter."""
    day = datetime.date
    found = []
    for kind in WINDOW_KINDS:
        for year in WINDOW_YEARS:
            found.append((kind, day(year, 1, 10), day(year, 1, 20), day(year, 1, 21), day(year, 2, 10)))
            found.append((kind, day(year, 7, 15), day(year, 8, 5), day(year, 8, 6), day(year, 8, 31)))
    return found


def seed(using: str = "default", **kwargs: Any) -> None:
    """Fill those of the four tables that are empty."""
    tables = set(connections[using].introspection.table_names())
    term, window, station, objection = (
        apps.get_model("movement", name)
        for name in ("ApplicationTerm", "ApplicationWindow", "ClearanceStation", "ObjectionTerm")
    )
    if not {model._meta.db_table for model in (term, window, station, objection)} <= tables:
        return
    if not objection.objects.using(using).exists():
        names = ("kind", "valid_from", "days_to_object", "days_to_decide", "needs_protocol", "days_above", "source",
                 "is_confirmed")  # fmt: skip
        objection.objects.using(using).bulk_create(
            objection(**dict(zip(names, row, strict=True))) for row in OBJECTION_TERMS
        )
    if not term.objects.using(using).exists():
        term.objects.using(using).bulk_create(
            term(kind=kind, valid_from=since, days=days, source=source, is_confirmed=sure)
            for kind, since, days, source, sure in TERMS
        )
    if not window.objects.using(using).exists():
        window.objects.using(using).bulk_create(
            window(
                kind=kind,
                opens=a,
                closes=b,
                decide_from=c,
                decide_by=d,
                source=WINDOW_ACTS[kind],
                is_confirmed=kind == "reinstatement",
            )
            for kind, a, b, c, d in windows()
        )
    if not station.objects.using(using).exists():
        station.objects.using(using).bulk_create(
            station(
                code=code, name=uz, name_ru=ru, name_en=en, role=role, what=what, occasions=LEAVING, position=n * 10
            )
            for n, (code, uz, ru, en, role, what) in enumerate(STATIONS, start=1)
        )  # fmt: skip


post_migrate.connect(seed, sender=apps.get_app_config("movement"), dispatch_uid="movement.beginnings")
