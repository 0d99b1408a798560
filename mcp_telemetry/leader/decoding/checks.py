"""Which snapshots may be stored: finite values, counters that are not negative, times near the leader's own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.leader.decoding.layout import Layout, Numbers
from mcp_telemetry.v1.metrics_pb2 import Rejection

__all__ = ["Problem", "bad_rows"]

EARLIEST_NS = 946_684_800 * 10**9  # 2000-01-01: what is older comes from a clock that was never set
MOST_AHEAD_NS = 86_400 * 10**9
_MOST_AT_ALL = 2.0**63  # within what every kind of column may have

Problem = tuple["Rejection.Reason", str]


def bad_rows(layout: Layout, numbers: Numbers, sequences: NDArray[np.int64], received_ns: int) -> dict[int, Problem]:
    """The rows that may not be stored, each with why; `sequences`, int64[n], are what they must be."""
    times_ns, sent, values = numbers
    latest_ns = received_ns + MOST_AHEAD_NS
    if (
        np.minimum.reduce(times_ns) >= EARLIEST_NS
        and np.maximum.reduce(times_ns) <= latest_ns
        and _all_plain(values)
        and (not layout.has_sequence or sent.tobytes() == sequences.tobytes())
    ):
        return {}
    wrong = (times_ns < EARLIEST_NS) | (times_ns > latest_ns) | ~_within(layout, values).all(axis=1)
    if layout.has_sequence:
        wrong |= (sent != sequences) & (sent != 0)
    problems: dict[int, Problem] = {}
    for row in np.flatnonzero(wrong).tolist():
        sent_one = int(sent[row]) if layout.has_sequence else 0
        problems[row] = (
            _sequence_problem(sent_one, int(sequences[row]))
            or _time_problem(int(times_ns[row]), received_ns)
            or _value_problem(layout, values[row])
        )
    return problems


def _all_plain(values: NDArray[np.float64]) -> bool:
    """The fast answer for nearly every batch: nothing negative, nothing huge. A NaN is neither above nor below."""
    return bool(
        np.minimum.reduce(values, axis=None, initial=0.0) >= 0.0
        and np.maximum.reduce(values, axis=None, initial=0.0) <= _MOST_AT_ALL
    )


def _within(layout: Layout, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    within: NDArray[np.bool_] = (values >= layout.low) & (values <= layout.high)
    return within


def _sequence_problem(sent: int, expected: int) -> Problem | None:
    if sent in (0, expected):
        return None
    return Rejection.MALFORMED, f"sequence {sent % 2**64} where {expected} belongs"


def _time_problem(time_ns: int, received_ns: int) -> Problem | None:
    if EARLIEST_NS <= time_ns <= received_ns + MOST_AHEAD_NS:
        return None
    if time_ns == 0:
        return Rejection.TIME_OUT_OF_RANGE, "time_unix_nano is missing"
    detail = f"time_unix_nano is {time_ns % 2**64}: want 2000 to a day from now; set the node's clock"
    return Rejection.TIME_OUT_OF_RANGE, detail


def _value_problem(layout: Layout, values: NDArray[np.float64]) -> Problem:
    column = int(_within(layout, values).argmin())
    value = float(values[column])
    named = f"{layout.columns[column].name} is {value}"
    if np.isfinite(value):
        return Rejection.NEGATIVE_COUNTER, f"{named}: want 0 or more, below 2^63"
    return Rejection.NOT_FINITE, f"{named}: leave out what cannot be measured"
