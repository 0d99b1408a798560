"""How a node's values move: like what psutil reads from a host with something to do."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.loadgen.snapshot import STANDARD_COLUMNS, TIME, Place, places, record_type, template

__all__ = ["Walk"]

_CONSTANT = ("cpu.count", "total_bytes")
_PAGE_BYTES = 4096


class Walk:
    """An endless series of encoded snapshots of one node: each `take` goes on where the last one ended.

    The rows are made `ahead` at a time, because making one costs nearly as much as making fifty.
    """

    def __init__(self, rng: np.random.Generator, ahead: int = 50, columns: int = STANDARD_COLUMNS) -> None:
        """A node of its own: it starts at a random distance from the template's values."""
        self._rng = rng
        self._ahead = ahead
        self._columns = columns
        self._values = _start(columns) * (1 + 0.1 * rng.random(columns) * ~_is_constant(columns))
        self._rows = np.empty(0, record_type(columns))

    def take(self, times_unix_nano: NDArray[np.uint64]) -> bytes:
        """One snapshot for each of these times, encoded as they stand inside a Batch."""
        return self.rows(times_unix_nano).tobytes()

    def rows(self, times_unix_nano: NDArray[np.uint64]) -> NDArray[np.void]:
        """The same as records of `record_type(columns)`; valid until the next call."""
        count = len(times_unix_nano)
        if len(self._rows) < count:
            self._rows = self._next_rows(max(count, self._ahead))
        taken, self._rows = self._rows[:count], self._rows[count:]
        taken[TIME] = times_unix_nano
        return taken

    def values(self, count: int) -> NDArray[np.float64]:
        """float64[count, columns]: random walks, of counters upwards, on the grain psutil shows them in."""
        steps = self._rng.standard_normal((count, self._columns)) * _step(self._columns)
        np.abs(steps, out=steps, where=_rises(self._columns))
        values, high, digits = self._values + np.cumsum(steps, axis=0), _high(self._columns), _digits(self._columns)
        self._values = values[-1].clip(0, high)
        return np.round(values.clip(0, high) * digits) / digits

    def _next_rows(self, count: int) -> NDArray[np.void]:
        values = self.values(count)
        rows = np.frombuffer(bytearray(template(self._columns) * count), record_type(self._columns))
        for index, place in enumerate(places(self._columns)):
            rows[place.column] = values[:, index]
        return rows


@cache
def _start(columns: int) -> NDArray[np.float64]:
    return np.array([place.start for place in places(columns)])


@cache
def _rises(columns: int) -> NDArray[np.bool_]:
    return np.array([place.is_counter or place.unit == "s" for place in places(columns)])


@cache
def _is_constant(columns: int) -> NDArray[np.bool_]:
    return np.array([place.column.partition("{")[0].endswith(_CONSTANT) for place in places(columns)])


@cache
def _step(columns: int) -> NDArray[np.float64]:
    return np.where(_is_constant(columns), 0, np.array([_step_of(place) for place in places(columns)]))


@cache
def _high(columns: int) -> NDArray[np.float64]:
    return np.array([100.0 if place.unit == "%" else 2.0**52 for place in places(columns)])


@cache
def _digits(columns: int) -> NDArray[np.float64]:
    return np.array([_digits_of(place) for place in places(columns)])


def _step_of(place: Place) -> float:
    """About how far a column goes in a second."""
    relative = 1e-4 if place.is_counter else 1e-2 if place.unit in ("%", "1") else 1e-3
    return 1.0 if place.unit == "s" else max(place.start * relative, 0.02)


def _digits_of(place: Place) -> float:
    """What a value is a whole number of, inverted: 10 for tenths."""
    if place.unit == "By" and not place.column.startswith("network"):
        return 1 / _PAGE_BYTES
    return {"%": 10.0, "1": 100.0, "s": 1000.0}.get(place.unit, 1.0)
