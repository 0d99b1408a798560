"""What a real host measured in an hour, and as many hours of as many hosts as wanted made from it.

`data/psutil-hour.parquet` is such an hour, recorded by `tests.benchmarks.record`. A host made from it goes through the
recording again and again, from a place of its own: gauges repeat, those of memory on another level of whole pages;
counters and uptimes go on, each from a start of its own. Times keep the jitter they were recorded with. An hour of a
host holds each recorded second once, so that nothing repeats within an hour file.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.parquet_codec import decode, open_parquet

__all__ = ["COLUMNS", "HOW_MADE", "SECOND_NS", "Recording", "recorded_hour"]

HOW_MADE = "an hour of a real host; each node is at another place in it, with other levels"
SECOND_NS = 10**9

# What a Linux host with two cores, one disk, one network interface and no swap measures.
COLUMNS = (
    *("cpu.percent", "cpu.count", "cpu.user_percent", "cpu.system_percent", "cpu.iowait_percent", "cpu.steal_percent"),
    *("cpu.load_1m", "cpu.load_5m", "cpu.load_15m", "cpu.core_percent{0}", "cpu.core_percent{1}"),
    *("memory.total_bytes", "memory.available_bytes", "memory.used_bytes", "memory.cached_bytes"),
    *("memory.buffers_bytes", "memory.percent", "swap.total_bytes", "swap.used_bytes"),
    *("disk.total_bytes", "disk.used_bytes", "disk.percent"),
    *("disk.read_bytes", "disk.write_bytes", "disk.reads", "disk.writes"),
    *("disk.mount.total_bytes{/}", "disk.mount.used_bytes{/}", "disk.mount.percent{/}"),
    *("network.bytes_sent", "network.bytes_recv", "network.packets_sent", "network.packets_recv"),
    *("network.interface.bytes_sent{eth0}", "network.interface.bytes_recv{eth0}"),
    *("network.interface.bytes_sent{lo}", "network.interface.bytes_recv{lo}"),
    *("network.sockets_used", "network.tcp_in_use"),
    *("processes.count", "processes.running", "processes.blocked", "uptime_seconds", "host.uptime_seconds"),
)
_FILE = Path(__file__).with_name("data") / "psutil-hour.parquet"
_ORIGIN_S = 1_600_000_000  # counters began after it, and stay exact for as long as this is used
_UPTIME_LAPS = 240
_PAGE_BYTES, _PAGES_APART = 4096, 50_000
_FURTHEST_START = 2**32


class Recording:
    """Rows of one host, a second apart."""

    def __init__(self, rows: Rows) -> None:
        self.columns: tuple[Column, ...] = rows.columns
        self._values = rows.values
        self._jitter_ns = _jitter_ns(rows.times_ns)
        self._is_counter = np.array([column.kind is Kind.COUNTER for column in rows.columns])
        self._is_uptime = np.array([column.name.endswith("uptime_seconds") for column in rows.columns])
        self._is_memory = np.array([c.name.startswith("memory.") and c.unit == "By" for c in rows.columns])
        self._counted = np.where(self._is_counter, _counted_in_a_lap(rows.values), 0)

    def __len__(self) -> int:
        return len(self._values)

    def rows(self, node: int, first_s: int, count: int) -> Rows:
        """`count` seconds of the host with this number, from `first_s` (since 1970) on."""
        seconds = np.arange(first_s, first_s + count)
        rng = np.random.default_rng(node)
        laps, at = np.divmod(seconds - _ORIGIN_S + rng.integers(len(self)), len(self))
        values = self._values[at] + laps[:, None] * self._counted + self._level(rng)
        up_s = self._values[at][:, self._is_uptime] + (laps % _UPTIME_LAPS * len(self))[:, None]
        values[:, self._is_uptime] = np.round(up_s, 2)
        return Rows(
            columns=self.columns,
            times_ns=seconds * SECOND_NS + self._jitter_ns[at],
            sequences=seconds - _ORIGIN_S,
            instances=np.zeros(count, np.int32),
            instance_ids=(f"{node:032x}",),
            values=values,
        )

    def _level(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """How far a host's values are from the recorded ones."""
        starts = rng.integers(_FURTHEST_START, size=len(self.columns))
        bytes_apart = rng.integers(_PAGES_APART, size=len(self.columns)) * _PAGE_BYTES
        return np.where(self._is_counter, starts, np.where(self._is_memory, bytes_apart, 0)).astype(np.float64)


def _jitter_ns(times_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """How far after its second each row was sampled: never so far that two change places."""
    return times_ns % SECOND_NS


def _counted_in_a_lap(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a counter grows by from the first row to the first row of the next lap."""
    return values[-1] - values[0] + np.median(np.diff(values, axis=0), axis=0)


@cache
def recorded_hour() -> Recording:
    """The hour that comes with the benchmarks."""
    with pa.OSFile(str(_FILE)) as source:
        return Recording(decode(open_parquet(source), frozenset()))
