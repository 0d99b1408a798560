"""Rows for tests: built one by one from plain values, or an hour that looks like a busy host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.storage.layout import HOUR_NS
from mcp_telemetry.storage.rows import Rows

SECOND_NS = 1_000_000_000
# 2026-03-01T10:00:00Z
HOUR_START_NS = 492_322 * HOUR_NS

CPU = Column("cpu.percent", "%", Kind.GAUGE)
SENT = Column("network.bytes_sent", "By", Kind.COUNTER)
CALLS = Column("requests{tools/call}", "{request}", Kind.COUNTER)
COLUMNS = {column.name: column for column in (CPU, SENT, CALLS)}


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
