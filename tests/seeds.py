"""Rows that migrations bring: a test with real transactions empties all tables, so they are sown anew after it."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.db import connection
from django.db.models.signals import post_migrate

# App → a model that its migration fills.
SOWN = {
    "curriculum": "MarkingSystem",
    "attendance": "JournalRule",
    "grading": "GradingRule",
    "staff": "StaffRule",
    "movement": "MovementRule",
    "records": "AttestationRule",
    "finance": "RefundRule",
}


def _sow_curriculum() -> None:
    seed = import_module("curriculum.seed")
    seed.sow(apps)
    seed.sow_load(apps)
    seed.sow_timetable(apps)


def _sow_attendance() -> None:
    import_module("attendance.seed").sow(apps)


def _sow_staff() -> None:
    import_module("staff.migrations.0005_rules_and_roles").fill(apps, None)


def _sow_movement() -> None:
    import_module("movement.defaults").seed_rules(apps.get_model("movement", "MovementRule"))


def _sow_records() -> None:
    import_module("records.seed").sow(apps)


def _sow_finance() -> None:
    with connection.cursor() as cursor:
        import_module("finance.seed").sow(cursor)
    import_module("finance.ledger.chart").sow(apps.get_model("finance", "Account"))


def _sow_grading() -> None:
    import_module("grading.seed").sow(apps)


SEEDS = {
    "curriculum": _sow_curriculum,
    "attendance": _sow_attendance,
    "grading": _sow_grading,
    "staff": _sow_staff,
    "movement": _sow_movement,
    "records": _sow_records,
    "finance": _sow_finance,
}


def _after_flush(sender, using: str, **kwargs) -> None:
    """Django tells of a flush as it tells of migrations; the tables may not be there yet in the latter case."""
    from django.db import connections

    model = apps.get_model(sender.label, SOWN[sender.label])
    if model._meta.db_table not in connections[using].introspection.table_names():
        return
    if not model._default_manager.exists():
        SEEDS[sender.label]()


def keep_sown() -> None:
    """From now on every flush is followed by the sowing."""
    for label in SEEDS:
        post_migrate.connect(
            _after_flush, sender=apps.get_app_config(label), dispatch_uid=f"tests.seeds.{label}"
        )
