"""What pages and papers read about the structure and the rooms."""

from structure.queries.rooms import free_rooms, totals
from structure.queries.tree import Node, flat, tree
from structure.queries.university import account, signatory, signatory_name

__all__ = ["Node", "account", "flat", "free_rooms", "signatory", "signatory_name", "totals", "tree"]
