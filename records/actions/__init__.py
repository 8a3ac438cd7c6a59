"""What changes records: each verb checks the duty and the rules, in one transaction."""

from records.actions.feeding import feed

__all__ = ["feed"]
