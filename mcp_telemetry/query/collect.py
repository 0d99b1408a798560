"""Gathers the points of a node's series into messages of a good size: all of them, or a bounded number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.model.columns import Column
from mcp_telemetry.query.points import Points
from mcp_telemetry.query.question import Tier
from mcp_telemetry.query.wire import Part
from mcp_telemetry.series.thinning import envelope, thin

__all__ = ["Collector", "Every", "Thinned", "collector"]

# A client takes 4 MiB a message by default; 16 bytes a point.
_POINTS_PER_MESSAGE = 100_000
# Of all series together, in memory: 32 MB.
_MOST_POINTS = 2_000_000


class Collector(Protocol):
    """Takes points of one node, oldest first, and gives them in parts of series."""

    def add(self, points: Points) -> None:
        """Take points."""

    def settle(self) -> Iterator[Part]:
        """What has to go, so that what is held stays bounded; after each piece."""

    def finish(self) -> Iterator[Part]:
        """All that is left, series by series."""


def collector(node_id: str, max_points: int) -> Collector:
    """One that gives at most `max_points` of each series; 0: all."""
    return Thinned(node_id, max_points) if max_points else Every(node_id)


@dataclass(slots=True, eq=False)
class _Gathered:
    """Stretches of one series that wait to be sent."""

    column: Column
    tier: Tier = Tier.RAW
    times: list[NDArray[np.int64]] = field(default_factory=list)
    values: list[NDArray[np.float64]] = field(default_factory=list)
    count: int = 0

    def add(self, points: Points) -> None:
        self.times.append(points.times_ns)
        self.values.append(points.values)
        self.count += len(points.times_ns)
        self.tier = max(self.tier, points.tier)

    def joined(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        return np.concatenate(self.times), np.concatenate(self.values)

    def hold(self, times: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        self.times, self.values, self.count = [times], [values], len(times)

    def part(self, node_id: str, which: slice | NDArray[np.intp]) -> Part:
        times, values = self.joined()
        return Part(node_id, self.column, times[which], values[which], self.tier)


class _Gathering:
    """Series by column name, in the order in which they were met."""

    def __init__(self, node_id: str) -> None:
        self._node_id = node_id
        self._series: dict[str, _Gathered] = {}

    def add(self, points: Points) -> None:
        """Take points."""
        name = points.column.name
        if name not in self._series:
            self._series[name] = _Gathered(points.column)
        self._series[name].add(points)


class Every(_Gathering):
    """Gives all points, in parts as large as a message may be, or smaller where many series wait."""

    def settle(self) -> Iterator[Part]:
        """Whole messages; all that is held, if that is too much."""
        if sum(gathered.count for gathered in self._series.values()) > _MOST_POINTS:
            yield from self.finish()
        for gathered in self._series.values():
            while gathered.count >= _POINTS_PER_MESSAGE:
                yield gathered.part(self._node_id, slice(_POINTS_PER_MESSAGE))
                times, values = gathered.joined()
                gathered.hold(times[_POINTS_PER_MESSAGE:], values[_POINTS_PER_MESSAGE:])

    def finish(self) -> Iterator[Part]:
        """All that is left, series by series."""
        for gathered in self._series.values():
            for first in range(0, gathered.count, _POINTS_PER_MESSAGE):
                yield gathered.part(self._node_id, slice(first, first + _POINTS_PER_MESSAGE))
        self._series.clear()


class Thinned(_Gathering):
    """Gives the points that show the shape, at the end; meanwhile it holds only those that may be among them."""

    def __init__(self, node_id: str, max_points: int) -> None:
        super().__init__(node_id)
        self._max_points = max_points

    def settle(self) -> Iterator[Part]:
        """Nothing; but where much is held, only the extremes of short stretches stay."""
        room = _MOST_POINTS // max(1, len(self._series))
        if room < self._max_points:
            raise InvalidQueryError(
                f"max_points is {self._max_points} for {len(self._series)} columns of a node: want at most "
                f"{_MOST_POINTS} points in all; name fewer columns or points, or 0 for every sample"
            )
        for gathered in self._series.values():
            if gathered.count > 2 * room:
                times, values = gathered.joined()
                kept = envelope(times, values, room)
                gathered.hold(times[kept], values[kept])
        return iter(())

    def finish(self) -> Iterator[Part]:
        """Each series, thinned."""
        for gathered in self._series.values():
            yield gathered.part(self._node_id, thin(*gathered.joined(), self._max_points))
        self._series.clear()
