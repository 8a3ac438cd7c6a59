"""Excel of research; importing this makes its sheets known."""

from research.sheets import projects

__all__ = ["projects"]
