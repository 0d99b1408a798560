"""The values of many nodes on the same steps, made into one series for each column and group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.model.columns import Column
from mcp_telemetry.query.question import Aggregate, Tier
from mcp_telemetry.query.wire import Part
from mcp_telemetry.series.aggregate import mean, percentile, total
from mcp_telemetry.series.buckets import Floats

__all__ = ["Cells", "Group", "groups_of"]

# Of all columns of a block, 64 MB: twice what a block is planned to take.
_MOST_CELLS = 8_000_000
_POINTS_PER_MESSAGE = 100_000

_AGGREGATES: Mapping[Aggregate, Callable[[Floats], Floats]] = {
    Aggregate.SUM: total,
    Aggregate.MEAN: mean,
    Aggregate.MIN: lambda stack: np.asarray(np.nanmin(stack, axis=0)),
    Aggregate.MAX: lambda stack: np.asarray(np.nanmax(stack, axis=0)),
    Aggregate.P50: partial(percentile, percent=50),
    Aggregate.P95: partial(percentile, percent=95),
    Aggregate.P99: partial(percentile, percent=99),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes, by their places, that become one series; without an aggregate a single one, by its name."""

    members: tuple[int, ...]
    labels: tuple[tuple[str, str], ...] = ()
    node_id: str = ""


def groups_of(names: Sequence[str], values: Sequence[tuple[str, ...]]) -> list[Group]:
    """Nodes with the same values of the labels `names`, by those values; `values` is in the order of the nodes."""
    members: dict[tuple[str, ...], list[int]] = {}
    for place, value in enumerate(values):
        members.setdefault(value, []).append(place)
    return [Group(tuple(places), tuple(zip(names, value, strict=True))) for value, places in sorted(members.items())]


class Cells:
    """What each node has in each step of a block, column by column; as large as what is put in.

    tier: the coarsest the values were made from
    """

    def __init__(self, nodes: int, first_step_ns: int, steps: int, step_ns: int) -> None:
        self._shape = nodes, steps
        self._first_ns = first_step_ns
        self._step_ns = step_ns
        self._columns: dict[str, tuple[Column, Floats]] = {}
        self.tier = Tier.RAW

    @property
    def width(self) -> int:
        """Columns met."""
        return len(self._columns)

    def note(self, tier: Tier) -> None:
        """Something of this tier is to be put in."""
        self.tier = max(self.tier, tier)

    def put(self, node: int, columns: Sequence[Column], times_ns: NDArray[np.int64], values: Floats) -> None:
        """values float64[n, columns] of the node in the steps that begin at times_ns; an earlier one is the first."""
        places = np.maximum((times_ns - self._first_ns) // self._step_ns, 0)
        for at, column in enumerate(columns):
            series = values[:, at]
            if not np.isnan(series).all():
                self._stack(column)[node, places] = series

    def parts(self, groups: Sequence[Group], aggregate: Aggregate) -> Iterator[Part]:
        """The series of each column and group, without the steps in which no node has a value."""
        for column, stack in self._columns.values():
            for group in groups:
                yield from self._parts(column, stack[list(group.members)], group, aggregate)

    def _parts(self, column: Column, stack: Floats, group: Group, aggregate: Aggregate) -> Iterator[Part]:
        has_value = ~np.isnan(stack)
        nodes = int(np.count_nonzero(has_value.any(axis=1)))
        (steps,) = np.nonzero(has_value.any(axis=0))
        values = stack[0, steps] if aggregate is Aggregate.NONE else _AGGREGATES[aggregate](stack[:, steps])
        times = self._first_ns + steps * self._step_ns
        for first in range(0, len(steps), _POINTS_PER_MESSAGE):
            part = slice(first, first + _POINTS_PER_MESSAGE)
            yield Part(group.node_id, column, times[part], values[part], self.tier, group.labels, nodes, self._step_ns)

    def _stack(self, column: Column) -> Floats:
        found = self._columns.get(column.name)
        if found is None:
            self._check_room()
            found = self._columns[column.name] = column, np.full(self._shape, np.nan)
        return found[1]

    def _check_room(self) -> None:
        nodes, steps = self._shape
        if len(self._columns) and (len(self._columns) + 1) * nodes * steps > _MOST_CELLS:
            raise InvalidQueryError(
                f"more than {len(self._columns)} columns of {nodes} nodes in {steps} steps at once: "
                "name fewer columns, or take wider steps"
            )
