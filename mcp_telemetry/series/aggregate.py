"""One series out of those of several nodes on the same steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["mean", "percentile", "total"]

Floats = NDArray[np.float64]


def total(stack: Floats) -> Floats:
    """float64[n] out of float64[nodes, n], as all here: over the nodes that have a value, of which there is one."""
    return np.asarray(np.nansum(stack, axis=0))


def mean(stack: Floats) -> Floats:
    """The arithmetic mean of the nodes."""
    return np.asarray(total(stack) / np.count_nonzero(~np.isnan(stack), axis=0))


def percentile(stack: Floats, percent: float) -> Floats:
    """Between the two nearest nodes, linearly: numpy's nanpercentile, which goes step by step in Python."""
    ordered = np.sort(stack, axis=0)  # NaN come last
    place = (np.count_nonzero(~np.isnan(stack), axis=0) - 1) * (percent / 100)
    below = np.floor(place).astype(np.intp)
    above = np.ceil(place).astype(np.intp)
    steps = np.arange(stack.shape[1])
    low, high = ordered[below, steps], ordered[above, steps]
    return np.asarray(low + (high - low) * (place - below))
