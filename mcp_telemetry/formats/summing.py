"""Bringing the rollups up to date with rows that came into old hours."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import groupby

from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.series.merge import concatenate
from mcp_telemetry.storage.contract import Storage
from mcp_telemetry.storage.layout import DAY_HOURS
from mcp_telemetry.storage.rollups import Hour, Rollups

__all__ = ["sum_up"]

_ALL: frozenset[str] = frozenset()


def sum_up(storage: Storage, rollups: Rollups, node_id: str, hours: Iterable[int]) -> None:
    """Sum these hours (since 1970) up again; one is in memory at a time. StorageError if the disk refuses."""
    today = time.time_ns() // HOUR_NS // DAY_HOURS
    for day, of_day in groupby(sorted(hours), key=lambda hour: hour // DAY_HOURS):
        rollups.update(node_id, _hours(storage, node_id, of_day))
        if day < today:
            rollups.close_day(node_id, day)


def _hours(storage: Storage, node_id: str, hours: Iterable[int]) -> Iterator[Hour]:
    for hour in hours:
        start_ns, end_ns = hour * HOUR_NS, (hour + 1) * HOUR_NS
        for version in storage.versions(node_id, start_ns, end_ns).values():
            yield Hour(hour, version, concatenate(storage.read(node_id, _ALL, start_ns, end_ns)))
