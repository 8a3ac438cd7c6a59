"""What the record hears from the floors below: results computed from closed sheets."""

from __future__ import annotations

from grading import providers
from records.actions.feeding import feed_written

providers.register_results_heard(feed_written)
