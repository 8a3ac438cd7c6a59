"""Pages of journals and attendance (duties 9.2, 2.4, B7, T, S)."""
