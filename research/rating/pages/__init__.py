"""Pages of the scientific rating."""
