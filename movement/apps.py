from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate

# What makes itself known when it is imported: kinds of documents, jobs and notices, periodic work,
# listeners to orders.
KNOWN = (
    "documents", "facts_of_attendance", "facts_of_finance", "facts_of_curriculum", "facts_of_grading",
    "facts_of_records", "marks_for_stipends", "jobs", "tasks", "beginnings",
    "notices", "applications.notices", "applications.actions", "clearance.documents", "clearance.actions",
    "objections.notices", "parents.actions",
)  # fmt: skip


class MovementConfig(AppConfig):
    name = "movement"

    def ready(self) -> None:
        """Make the kinds of documents, jobs and periodic work known."""
        for module in KNOWN:
            import_module(f"movement.{module}")
        post_migrate.connect(_fill_rules, sender=self, dispatch_uid="movement.fill_rules")


def _fill_rules(using: str, **kwargs) -> None:
    """After a migration or an emptied database: the figures of the law, where there are none."""
    from django.db import connections

    from movement.defaults import seed_rules
    from movement.models import MovementRule

    if MovementRule._meta.db_table in connections[using].introspection.table_names():
        seed_rules(MovementRule)
