"""Works as other programs write them: BibTeX, RIS and the JSON of Crossref, read and written (issue 6)."""
