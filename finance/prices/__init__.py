"""Prices and all that they are made of, each with the date from which it holds."""
