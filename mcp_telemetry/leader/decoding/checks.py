"""Which snapshots may be stored: finite values, counters that are not negative, times near the leader's own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.leader.decoding.layout import Layout, Numbers
from mcp_telemetry.v1.metrics_pb2 import Rejection

__all__ = ["Problem", "bad_rows"]

# What is older comes from a clock that was never set, and retention would remove it at once. It also bounds how many
# hour files, of 10 to 20 KB and 10 ms each, a node can make whose times are all over the place.
MOST_BEHIND_NS = 2 * 366 * 86_400 * 10**9
MOST_AHEAD_NS = 86_400 * 10**9

Problem = tuple["Rejection.Reason", str]


def bad_rows(layout: Layout, numbers: Numbers, sequences: NDArray[np.int64], received_ns: int) -> dict[int, Problem]:
    """The rows that may not be stored, each with why; `sequences`, int64[n], are what they must be."""
    if _is_good(numbers, sequences, received_ns):
        return {}
    wrong = _wrong(layout, numbers, sequences, received_ns)
    return {row: _problem(layout, numbers, sequences, received_ns, row) for row in np.flatnonzero(wrong).tolist()}


def _is_good(numbers: Numbers, sequences: NDArray[np.int64], received_ns: int) -> bool:
    """The fast answer for nearly every batch, whose numbers are all plain."""
    times_ns: list[int] = numbers.times_ns.tolist()
    return (
        numbers.is_plain
        and min(times_ns) >= received_ns - MOST_BEHIND_NS
        and max(times_ns) <= received_ns + MOST_AHEAD_NS
        and (not len(numbers.sent) or numbers.sent.tobytes() == sequences.tobytes())
    )


def _wrong(layout: Layout, numbers: Numbers, sequences: NDArray[np.int64], received_ns: int) -> NDArray[np.bool_]:
    times_ns, sent, values, _ = numbers
    wrong = (times_ns < received_ns - MOST_BEHIND_NS) | (times_ns > received_ns + MOST_AHEAD_NS)
    wrong |= ~_within(layout, values).all(axis=1)
    if len(sent):
        wrong |= (sent != sequences) & (sent != 0)
    return wrong


def _problem(layout: Layout, numbers: Numbers, sequences: NDArray[np.int64], received_ns: int, row: int) -> Problem:
    sent = int(numbers.sent[row]) if len(numbers.sent) else 0
    return (
        _sequence_problem(sent, int(sequences[row]))
        or _time_problem(int(numbers.times_ns[row]), received_ns)
        or _value_problem(layout, numbers.values[row])
    )


def _within(layout: Layout, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    within: NDArray[np.bool_] = (values >= layout.low) & (values <= layout.high)
    return within


def _sequence_problem(sent: int, expected: int) -> Problem | None:
    if sent in (0, expected):
        return None
    return Rejection.MALFORMED, f"sequence {sent % 2**64} where {expected} belongs"


def _time_problem(time_ns: int, received_ns: int) -> Problem | None:
    if received_ns - MOST_BEHIND_NS <= time_ns <= received_ns + MOST_AHEAD_NS:
        return None
    if time_ns == 0:
        return Rejection.TIME_OUT_OF_RANGE, "time_unix_nano is missing"
    detail = f"time_unix_nano is {time_ns % 2**64}: want two years ago to a day from now; set the node's clock"
    return Rejection.TIME_OUT_OF_RANGE, detail


def _value_problem(layout: Layout, values: NDArray[np.float64]) -> Problem:
    column = int(_within(layout, values).argmin())
    value = float(values[column])
    named = f"{layout.columns[column].name} is {value}"
    if np.isfinite(value):
        return Rejection.NEGATIVE_COUNTER, f"{named}: want 0 or more, below 2^63"
    return Rejection.NOT_FINITE, f"{named}: leave out what cannot be measured"
