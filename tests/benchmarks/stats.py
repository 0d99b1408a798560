"""Medians and percentiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

__all__ = ["median", "percentile"]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` (0 to 1) of them do not exceed; ValueError if there are none."""
    if not values:
        raise ValueError("a percentile of no values: measure something first")
    rank = math.ceil(share * len(values))
    return sorted(values)[max(rank, 1) - 1]
