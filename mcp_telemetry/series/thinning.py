"""Fewer points of a series for a chart, such that it looks the same and no peak is lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler, MinMaxLTTBDownsampler

from mcp_telemetry.errors import InvalidQueryError

__all__ = ["LEAST_POINTS", "envelope", "thin"]

# The first, the last, the lowest and the highest.
LEAST_POINTS = 4

_downsampler = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]
_extremes = MinMaxDownsampler()  # type: ignore[no-untyped-call]


def thin(times_ns: NDArray[np.int64], values: NDArray[np.float64], max_points: int) -> NDArray[np.intp]:
    """Which points to show: indices, strictly increasing, at most `max_points` (0: every point that has a value).

    times_ns and values have the same length, times ascending. Points without a value (NaN) are never among them; the
    first, the last, the lowest and the highest of the others always are. InvalidQueryError for 1 to 3 points.
    """
    if 0 < max_points < LEAST_POINTS:
        raise InvalidQueryError(f"max_points is {max_points}: want at least {LEAST_POINTS}, or 0 for every sample")
    present = np.flatnonzero(~np.isnan(values))
    if not max_points or len(present) <= max_points:
        return present
    return present[_shape(times_ns[present], values[present], max_points)]


def envelope(times_ns: NDArray[np.int64], values: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """The lowest and the highest of equal stretches: indices, at most about `count`, of points that all have a value.

    What `thin` makes of these looks as what it makes of all, as long as they are a few times more than it shows.
    """
    if len(values) <= count:
        return np.arange(len(values))
    chosen = _extremes.downsample(times_ns, values, n_out=max(2, count // 2 * 2)).astype(np.intp)
    ordered = np.concatenate(([0], chosen, [len(values) - 1]))
    return np.asarray(ordered[np.append(True, ordered[1:] > ordered[:-1])])


def _shape(times_ns: NDArray[np.int64], values: NDArray[np.float64], max_points: int) -> NDArray[np.intp]:
    """The triangles of MinMaxLTTB keep the look, but may give up an extreme next to a greater one: add the two back."""
    extremes = [0, int(values.argmin()), int(values.argmax()), len(values) - 1]
    if max_points - 2 < 3:
        return np.unique(extremes)
    chosen = _downsampler.downsample(times_ns, values, n_out=max_points - 2)
    return np.union1d(chosen.astype(np.intp), extremes)
