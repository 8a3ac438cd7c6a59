"""Control tasks and tests: given, handed in, marked, and what they bring to a control (duty 9.1)."""
