"""Pages of the staff, imported together so that the menu is whole."""

from staff.pages import employees, growth, overview, plan, posts, verbs

__all__ = ["employees", "growth", "overview", "plan", "posts", "verbs"]
