"""Pages of the choice of electives and teachers: of the office, and of the student."""
