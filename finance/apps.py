from importlib import import_module

from django.apps import AppConfig

# What makes itself known when it is imported: kinds of documents, jobs and notices, sheets, periodic work,
# panels of the home page.
KNOWN = (
    "contracts.documents",
    "contracts.jobs",
    "contracts.dashboard",
    "contracts.relearning",
    "invoices.documents",
    "requests.actions",
    "requests.notices",
    "prices.sheets",
    "stipends.documents",
    "payments.documents",
    "payments.sheets",
    "opening.sheets",
    "uzasbo_sheet",
    "reconciliation.documents",
    "debts.notices",
    "debts.jobs",
    "debts.dashboard",
)


class FinanceConfig(AppConfig):
    name = "finance"

    def ready(self) -> None:
        """Make documents, jobs and panels known to web and worker alike."""
        for module in KNOWN:
            import_module(f"finance.{module}")
