"""Registers and views of subjects and curricula."""

from curriculum.pages import plan, reference

__all__ = ["plan", "reference"]
