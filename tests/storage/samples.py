"""Rows for tests: built one by one from plain values, or an hour that looks like a busy host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Column, Kind, defined_columns
from mcp_telemetry.model.names import base_name
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.series.rows import Rows

Series = NDArray[np.float64]

SECOND_NS = 1_000_000_000
# 2026-03-01T10:00:00Z
HOUR_START_NS = 492_322 * HOUR_NS

CPU = Column("cpu.percent", "%", Kind.GAUGE)
SENT = Column("network.bytes_sent", "By", Kind.COUNTER)
CALLS = Column("requests{tools/call}", "{request}", Kind.COUNTER)
COLUMNS = {column.name: column for column in (CPU, SENT, CALLS)}

_PAGE = 4096.0
_CONSTANTS = (
    *("cpu.count", "memory.total_bytes", "swap.total_bytes", "swap.used_bytes", "swap.percent", "disk.percent"),
    *("disk.total_bytes", "network.errors_in", "network.errors_out", "network.drops_in", "network.drops_out"),
)


@dataclass(frozen=True)
class Sample:
    """One row as a person would write it down; `values` by column name."""

    time_ns: int
    sequence: int
    values: Mapping[str, float] = field(default_factory=dict)
    instance_id: str = "one"

    @property
    def key(self) -> tuple[str, int]:
        return self.instance_id, self.sequence

    @property
    def order(self) -> tuple[int, str, int]:
        return self.time_ns, self.instance_id, self.sequence


def rows_of(samples: Iterable[Sample]) -> Rows:
    """The samples as Rows, in the order given."""
    samples = list(samples)
    names = list(dict.fromkeys(name for sample in samples for name in sample.values))
    instance_ids = list(dict.fromkeys(sample.instance_id for sample in samples))
    values = [[sample.values.get(name, np.nan) for name in names] for sample in samples]
    return Rows(
        columns=tuple(COLUMNS.get(name, Column(name)) for name in names),
        times_ns=np.array([sample.time_ns for sample in samples], np.int64),
        sequences=np.array([sample.sequence for sample in samples], np.int64),
        instances=np.array([instance_ids.index(sample.instance_id) for sample in samples], np.int32),
        instance_ids=tuple(instance_ids),
        values=np.array(values, np.float64).reshape(len(samples), len(names)),
    )


def samples_of(blocks: Iterable[Rows]) -> list[Sample]:
    """The rows of all blocks as samples, in order."""
    return [_sample(rows, row) for rows in blocks for row in range(len(rows))]


def _sample(rows: Rows, row: int) -> Sample:
    present = {c.name: float(x) for c, x in zip(rows.columns, rows.values[row], strict=True) if not np.isnan(x)}
    instance_id = rows.instance_ids[rows.instances[row]]
    return Sample(int(rows.times_ns[row]), int(rows.sequences[row]), present, instance_id)


def sample(second: float, sequence: int, instance_id: str = "one", **values: float) -> Sample:
    """A sample so many seconds after HOUR_START_NS; `cpu=3.0` stands for cpu.percent, and so on."""
    names = {"cpu": CPU.name, "sent": SENT.name, "calls": CALLS.name}
    named = {names.get(name, name): value for name, value in values.items()}
    return Sample(HOUR_START_NS + round(second * SECOND_NS), sequence, named, instance_id)


def run_of(seconds: Iterable[int], first_sequence: int = 1, instance_id: str = "one") -> list[Sample]:
    """One sample a second, with values that tell which it is."""
    return [
        sample(second, first_sequence + place, instance_id, cpu=second % 100 + 0.5, sent=float(1000 * second))
        for place, second in enumerate(seconds)
    ]


def busy_hour(count: int = 3600, seed: int = 1) -> Rows:
    """44 columns at 1 s that move as psutil's do on a busy host."""
    chance = np.random.default_rng(seed)
    values = dict(_busy_columns(count, chance))
    return Rows(
        columns=tuple(_defined(name) for name in values),
        times_ns=HOUR_START_NS + np.arange(count) * SECOND_NS + chance.integers(0, 2_000_000, count),
        sequences=np.arange(1, count + 1),
        instances=np.zeros(count, np.int32),
        instance_ids=("one",),
        values=np.column_stack(list(values.values())),
    )


def _defined(name: str) -> Column:
    known = {column.name: column for column in defined_columns()}
    found = known.get(base_name(name), Column(name, "{thing}", Kind.GAUGE))
    return Column(name, found.unit, found.kind)


def _busy_columns(count: int, chance: np.random.Generator) -> Iterator[tuple[str, Series]]:
    yield from _busy_gauges(count, chance)
    yield from _busy_counters(count, chance)
    for name in _CONSTANTS:
        yield name, np.full(count, 8.0)
    for name in ("uptime_seconds", "host.uptime_seconds"):
        yield name, 1000 + np.arange(count) + chance.normal(0, 3e-4, count)


def _busy_gauges(count: int, chance: np.random.Generator) -> Iterator[tuple[str, Series]]:
    """Percentages with one decimal, loads that stand for 5 s, memory in pages, numbers that walk."""
    load = np.clip(20 + 15 * np.sin(np.arange(count) / 900) + chance.exponential(6, count), 0, 100)
    for name in ("cpu.percent", "cpu.user_percent", "cpu.system_percent", "cpu.core_percent{0}", "cpu.core_percent{1}"):
        yield name, np.round(np.clip(load + chance.normal(0, 3, count), 0, 100), 1)
    for name in ("cpu.iowait_percent", "cpu.steal_percent"):
        yield name, np.round(chance.exponential(0.2, count), 1)
    for name, width in (("cpu.load_1m", 60), ("cpu.load_5m", 300), ("cpu.load_15m", 900)):
        yield name, np.round(np.convolve(load / 12, np.ones(width) / width, "same")[np.arange(count) // 5 * 5], 2)
    used = np.floor((6e9 + np.cumsum(chance.normal(0, 3e5, count) * (chance.random(count) < 0.7))) / _PAGE) * _PAGE
    yield from (("memory.used_bytes", used), ("memory.available_bytes", 2**34 - used), ("memory.percent", used / 2**34))
    for name in ("network.sockets_used", "network.tcp_in_use", "processes.count", "connections.active"):
        yield name, 200.0 + np.cumsum(chance.integers(-1, 2, count) * (chance.random(count) < 0.2))
    yield "network.tcp_time_wait", chance.poisson(3, count).astype(float)


def _busy_counters(count: int, chance: np.random.Generator) -> Iterator[tuple[str, Series]]:
    """What grows now and then, and what grows every second."""
    for name in (
        "memory.cached_bytes",
        "memory.buffers_bytes",
        "disk.used_bytes",
        "disk.read_bytes",
        "disk.write_bytes",
    ):
        yield name, 1e9 // _PAGE * _PAGE + np.cumsum(_bursts(count, chance)) * _PAGE
    for name in ("disk.reads", "disk.writes", "requests{tools/list}"):
        yield name, 1e5 + np.cumsum(_bursts(count, chance))
    for name in ("network.bytes_sent", "network.bytes_recv"):
        yield name, 1e9 + np.cumsum(chance.poisson(25, count) * chance.integers(80, 900, count)).astype(float)
    for name in ("network.packets_sent", "network.packets_recv", "requests{tools/call}"):
        yield name, 1e6 + np.cumsum(chance.poisson(20, count)).astype(float)


def _bursts(count: int, chance: np.random.Generator) -> Series:
    return chance.integers(1, 60, count) * (chance.random(count) < 0.2).astype(float)
