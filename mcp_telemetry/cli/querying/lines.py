"""The series of an answer, put together from the messages they came in."""

from __future__ import annotations

import itertools
import statistics
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Line", "gather", "kind_name", "silences", "tier_name", "title_of"]

_GAP_STEPS = 3.5


@dataclass(slots=True, eq=False)
class Line:
    """One series: `head` is its first message, times_ns are nanoseconds since 1970, ascending, as many as values."""

    head: pb.Series
    times_ns: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    _newest: float | None = None

    @property
    def newest(self) -> float:
        """The value of its newest sample; that of its last point, unless it was found out."""
        return self.values[-1] if self._newest is None else self._newest

    @newest.setter
    def newest(self, value: float) -> None:
        self._newest = value

    @property
    def column(self) -> str:
        """The column's name."""
        return self.head.column.name

    @property
    def unit(self) -> str:
        """The unit of the values, in UCUM."""
        return self.head.column.unit

    @property
    def title(self) -> str:
        """Whose it is: a node, or a group of nodes."""
        return title_of(self.head)


def gather(messages: Iterable[pb.Series]) -> list[Line]:
    """All series, by column and then by node or group."""
    lines: dict[tuple[str, str], Line] = {}
    for message in messages:
        line = lines.setdefault((message.column.name, title_of(message)), Line(message))
        line.times_ns.extend(message.times_unix_nano)
        line.values.extend(message.values)
    return [line for _, line in sorted(lines.items())]


def title_of(series: pb.Series) -> str:
    """`search-1`, `region=eu, role=db`, or `all nodes`."""
    group = ", ".join(f"{label.name}={label.value}" for label in series.group)
    return series.node_id or group or "all nodes"


def tier_name(series: pb.Series) -> str:
    """raw, minute or hour."""
    return pb.QueryRangeRequest.Tier.Name(series.tier).lower() if series.tier else "raw"


def kind_name(series: pb.Series) -> str:
    """gauge or counter."""
    return "counter" if series.column.kind == pb.COUNTER else "gauge"


def silences(times_ns: Sequence[int]) -> list[int]:
    """The indices of the points that come after a silence, told by the usual distance of points."""
    distances = [later - earlier for earlier, later in itertools.pairwise(times_ns)]
    if len(distances) < 3:
        return []
    # Thinned points come in pairs of uneven distance, so the usual one is taken over two steps.
    usual = statistics.median(a + b for a, b in itertools.pairwise(distances)) / 2
    return [index for index, distance in enumerate(distances, 1) if distance > _GAP_STEPS * usual]
