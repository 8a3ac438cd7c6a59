"""Forms of the doctorate."""
