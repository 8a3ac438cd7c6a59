"""The statistics of the house; a new one is a module beside these, named here."""

from importlib import import_module

KNOWN = ("students", "staff", "movement", "attendance", "results", "finance", "resources", "employment",
    "publications", "doctorate", "rooms", "activity", "timetable",
)  # fmt: skip

for _name in KNOWN:
    import_module(f"reports.statistics.kinds.{_name}")
