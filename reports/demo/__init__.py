"""The demo university: invented, deterministic, and made the legal way.

Every student comes from an executed admission order; nothing is written past
the database's guards. No person, number or passport in it is real.
"""

PASSWORD = "hemis-demo-2026"  # noqa: S105
YEAR = 2026
