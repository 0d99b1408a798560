"""Which snapshots may be stored: finite values, counters that are not negative, times near the leader's own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.leader.decoding.layout import Layout
from mcp_telemetry.v1.metrics_pb2 import Rejection

__all__ = ["bad_rows"]

EARLIEST_NS = 946_684_800 * 10**9  # 2000-01-01: what is older comes from a clock that was never set
MOST_AHEAD_NS = 86_400 * 10**9

Problem = tuple["Rejection.Reason", str]


def bad_rows(
    layout: Layout,
    times_ns: NDArray[np.int64],
    values: NDArray[np.float64],
    sent: NDArray[np.int64],
    sequences: NDArray[np.int64],
    received_ns: int,
) -> dict[int, Problem]:
    """The rows that may not be stored, each with why.

    times_ns, sent (the sequences inside the snapshots, 0 for none), sequences (what they must be): int64[n];
    values: float64[n, columns].
    """
    if _all_good(layout, times_ns, values, sent, sequences, received_ns):
        return {}
    bad: dict[int, Problem] = {}
    for row in range(len(times_ns)):
        problem = (
            _sequence_problem(int(sent[row]), int(sequences[row]))
            or _time_problem(int(times_ns[row]), received_ns)
            or _value_problem(layout, values[row])
        )
        if problem is not None:
            bad[row] = problem
    return bad


def _all_good(
    layout: Layout,
    times_ns: NDArray[np.int64],
    values: NDArray[np.float64],
    sent: NDArray[np.int64],
    sequences: NDArray[np.int64],
    received_ns: int,
) -> bool:
    """The fast answer, which nearly every batch gets. A NaN is not within any bounds."""
    if layout.sequence >= 0 and not np.array_equal(sent, sequences):
        return False
    if times_ns.min() < EARLIEST_NS or times_ns.max() > received_ns + MOST_AHEAD_NS:
        return False
    return bool(((values >= layout.low) & (values <= layout.high)).all())


def _sequence_problem(sent: int, expected: int) -> Problem | None:
    if sent in (0, expected):
        return None
    return Rejection.MALFORMED, f"sequence {sent} where {expected} belongs"


def _time_problem(time_ns: int, received_ns: int) -> Problem | None:
    if EARLIEST_NS <= time_ns <= received_ns + MOST_AHEAD_NS:
        return None
    shown = time_ns % 2**64
    detail = f"time_unix_nano is {shown}: want 2000 to a day from now; set the node's clock"
    return Rejection.TIME_OUT_OF_RANGE, detail if shown else "time_unix_nano is missing"


def _value_problem(layout: Layout, values: NDArray[np.float64]) -> Problem | None:
    within = (values >= layout.low) & (values <= layout.high)
    if within.all():
        return None
    column = int(within.argmin())
    value = float(values[column])
    named = f"{layout.columns[column].name} is {value}"
    if np.isfinite(value):
        return Rejection.NEGATIVE_COUNTER, f"{named}: want 0 or more, below 2^63"
    return Rejection.NOT_FINITE, f"{named}: leave out what cannot be measured"
