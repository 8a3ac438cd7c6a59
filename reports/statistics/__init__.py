"""Statistics: each is a declaration of rows, dimensions and measures; one page does the rest."""
