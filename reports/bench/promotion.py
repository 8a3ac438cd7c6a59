"""Promotion of a whole course."""

from __future__ import annotations

from typing import Any

from movement.bench import bench_promotion


def measure_promotion(count: int = 8000) -> dict[str, Any]:
    """Seconds of forming and executing, and the ratio to one bare INSERT … SELECT."""
    return bench_promotion(count)
