"""Pages of orders (duties 2.2, 3.5, B8.1, clause B8) and the student's own orders."""

from movement.pages import absence, admission, from_gpa, journal, own, papers, settings, todo, verbs, wizard
from movement.pages.register import Orders

__all__ = [
    "Orders",
    "absence",
    "admission",
    "from_gpa",
    "journal",
    "own",
    "papers",
    "settings",
    "todo",
    "verbs",
    "wizard",
]
