"""Payment contracts: priced, numbered, printed, signed, ended."""
