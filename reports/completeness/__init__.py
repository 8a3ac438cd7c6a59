"""What is still missing where, and who is responsible (clause B6): a registry of gaps, counted in one statement."""
