"""Sources in memory, and the answers they come to, for tests without files or sockets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from mcp_telemetry.model.columns import Column
from mcp_telemetry.model.names import is_selected
from mcp_telemetry.query.answer import Asked, Need, Subject, answer
from mcp_telemetry.query.cache import Cache
from mcp_telemetry.query.question import Question
from mcp_telemetry.query.sources import Recent, Sources
from mcp_telemetry.series.buckets import HOUR_NS, MATRICES, MINUTE_NS, Buckets
from mcp_telemetry.series.merge import concatenate, take, unite
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.series.summarize import coarsen, join, summarize
from mcp_telemetry.series.versions import Versions
from mcp_telemetry.v1 import metrics_pb2 as pb

NOTHING: Rows = concatenate([])
THREADS = ThreadPoolExecutor(2)


@dataclass
class Stored:
    """Samples of nodes by (node_id, hour), as a Storage has them."""

    hours: dict[tuple[str, int], Rows] = field(default_factory=dict)
    reads: int = 0
    prefetched: list[int] = field(default_factory=list)

    def read(self, node_id: str, selectors: frozenset[str], start_ns: int, end_ns: int) -> Iterator[Rows]:
        for hour in self.versions(node_id, start_ns, end_ns):
            self.reads += 1
            rows = self.hours[node_id, hour]
            first, last = np.searchsorted(rows.times_ns, (start_ns, end_ns)).tolist()
            if first < last:
                yield selected(take(rows, slice(first, last)), selectors)

    def prefetch(self, node_id: str, hours: Iterable[int]) -> None:
        self.prefetched += hours

    def versions(self, node_id: str, start_ns: int, end_ns: int) -> dict[int, int]:
        touched = range(start_ns // HOUR_NS, (end_ns - 1) // HOUR_NS + 1)
        hours = sorted(hour for name, hour in self.hours if name == node_id and hour in touched)
        return {hour: len(self.hours[node_id, hour]) for hour in hours}


@dataclass
class Rolled:
    """Buckets by (step, node_id, hour), with the versions they were made from."""

    hours: dict[tuple[int, str, int], tuple[int, Buckets]] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    reads: int = 0

    def add(self, node_id: str, hour: int, rows: Rows, steps: Sequence[int] = (MINUTE_NS, HOUR_NS)) -> None:
        minutes = summarize(rows, MINUTE_NS)
        for step_ns in steps:
            self.hours[step_ns, node_id, hour] = len(rows), coarsen(minutes, step_ns)

    def read(
        self, node_id: str, step_ns: int, selectors: frozenset[str], start_ns: int, end_ns: int
    ) -> Iterator[Buckets]:
        self.reads += 1
        found = [self.hours[step_ns, node_id, hour][1] for hour in self.versions(node_id, step_ns, start_ns, end_ns)]
        if found:
            buckets = join(found)
            first, last = np.searchsorted(buckets.times_ns, (start_ns, end_ns)).tolist()
            if first < last:
                yield chosen(buckets.take(slice(first, last)), selectors)

    def versions(self, node_id: str, step_ns: int, start_ns: int, end_ns: int) -> dict[int, int]:
        touched = range(start_ns // HOUR_NS, (end_ns - 1) // HOUR_NS + 1)
        keys = sorted(key for key in self.hours if key[:2] == (step_ns, node_id) and key[2] in touched)
        return {key[2]: self.hours[key][0] for key in keys}

    def summed_up(self, node_id: str, step_ns: int, start_ns: int, end_ns: int) -> Versions:
        self.asked.append(step_ns)
        return Versions.of(self.versions(node_id, step_ns, start_ns, end_ns))


@dataclass
class Memory:
    """What a leader has: rings, files, rollups."""

    rings: dict[str, Rows] = field(default_factory=dict)
    stored: Stored = field(default_factory=Stored)
    rolled: Rolled = field(default_factory=Rolled)
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def ask(self, question: Question, *node_ids: str) -> list[pb.Series]:
        """The messages of the answer, parsed."""
        subjects = tuple(Subject(node_id, self.labels.get(node_id, ())) for node_id in node_ids)
        oldest = min((int(rows.times_ns.min()) for rows in self.rings.values() if len(rows)), default=2**62)
        sources = Sources(self.stored, self.rolled, Cache(1 << 20), THREADS)
        work, reply, found = answer(Asked(question, subjects, 1, oldest), sources), list[Recent](), list[pb.Series]()
        while True:
            try:
                item = work.send(reply) if reply else next(work)
            except StopIteration:
                return found
            reply = []
            if isinstance(item, Need):
                reply = [Recent(self._recent(node_id, item)) for node_id in item.node_ids]
            else:
                found += map(pb.Series.FromString, item)

    def _recent(self, node_id: str, need: Need) -> Rows:
        rows = self.rings.get(node_id, NOTHING)
        inside = (rows.times_ns >= need.wanted.start_ns) & (rows.times_ns < need.wanted.end_ns)
        return selected(take(rows, inside), need.wanted.selectors)


def selected(rows: Rows, selectors: frozenset[str]) -> Rows:
    places = [place for place, column in enumerate(rows.columns) if is_selected(column.name, selectors)]
    columns: tuple[Column, ...] = tuple(rows.columns[place] for place in places)
    return Rows(columns, rows.times_ns, rows.sequences, rows.instances, rows.instance_ids, rows.values[:, places])


def chosen(buckets: Buckets, selectors: frozenset[str]) -> Buckets:
    places = [place for place, column in enumerate(buckets.columns) if is_selected(column.name, selectors)]
    matrices = {name: getattr(buckets, name)[:, places] for name in MATRICES}
    return replace(buckets, columns=tuple(buckets.columns[place] for place in places), **matrices)


def by_hour(rows: Rows) -> dict[int, Rows]:
    rows = unite([rows])
    hours = rows.times_ns // HOUR_NS
    return {int(hour): take(rows, hours == hour) for hour in np.unique(hours)}


def joined(found: Sequence[pb.Series]) -> dict[tuple[str, str], tuple[list[int], list[float]]]:
    """Times and values by (node_id or joined labels, column), parts put together."""
    series: dict[tuple[str, str], tuple[list[int], list[float]]] = {}
    for part in found:
        group = part.node_id or ",".join(label.value for label in part.group)
        times, values = series.setdefault((group, part.column.name), ([], []))
        times += part.times_unix_nano
        values += part.values
    return series
