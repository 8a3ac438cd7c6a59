"""Measurements for `make bench`, each against a bare limit taken in the same run."""
