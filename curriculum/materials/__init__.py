"""Learning materials: topics and calendar plans, resources, control questions (duties 8.2, 9.1, clause B6)."""
