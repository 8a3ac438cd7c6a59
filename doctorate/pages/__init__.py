"""Pages of the doctorate, imported together, in the order of the work."""

from doctorate.pages import defences, orders, overview, plans, students, verbs

__all__ = ["defences", "orders", "overview", "plans", "students", "verbs"]
