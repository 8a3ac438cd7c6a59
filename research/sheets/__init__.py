"""Excel of research; importing this makes its sheets known."""

from research.sheets import projects, works

__all__ = ["projects", "works"]
