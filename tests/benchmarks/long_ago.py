"""Rollups of years, made from those of one day: buckets at other times, and counters further on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mcp_telemetry.model.columns import Kind
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS, Buckets
from mcp_telemetry.series.summarize import join, summarize
from mcp_telemetry.storage.atomic import make_folder
from mcp_telemetry.storage.atomic import replace as replace_file
from mcp_telemetry.storage.rollup_codec import encode_buckets
from mcp_telemetry.storage.shelf import DAY_NS, Shelf, hours_shelf, minutes_shelf
from tests.benchmarks.archive import DAY_S
from tests.benchmarks.recording import recorded_hour

__all__ = ["moved", "write_years"]


def write_years(folder: Path, node_id: str, before_day: int, minute_days: int, hour_days: int) -> None:
    """What is left of a node before a day (since 1970): minutes of so many days, hours of more."""
    rows = recorded_hour().rows(0, before_day * DAY_S, DAY_S)
    minutes, hours = summarize(rows, MINUTE_NS), summarize(rows, HOUR_NS)
    _write(minutes_shelf(folder), node_id, minutes, range(-minute_days, 0))
    _write(hours_shelf(folder), node_id, hours, range(-hour_days, 0))


def _write(shelf: Shelf, node_id: str, day: Buckets, moves: Sequence[int]) -> None:
    """A file for each span, of all its days."""
    first = int(day.times_ns[0]) // DAY_NS
    spans: dict[int, list[int]] = {}
    for days in moves:
        spans.setdefault(shelf.span(first + days), []).append(days)
    for span, inside in spans.items():
        buckets = join([moved(day, days) for days in inside])
        versions = dict.fromkeys(np.unique(buckets.times_ns // HOUR_NS).tolist(), 1)
        path = shelf.path(node_id, span)
        make_folder(path.parent)
        replace_file(path, encode_buckets(node_id, buckets, versions))


def moved(day: Buckets, days: int) -> Buckets:
    """The same so many days later; counters have counted as much in each of them as in this one."""
    later_ns, grown = days * DAY_NS, days * _grown(day)
    return replace(
        day,
        times_ns=day.times_ns + later_ns,
        first_times_ns=day.first_times_ns + later_ns,
        last_times_ns=day.last_times_ns + later_ns,
        firsts=day.firsts + grown,
        lasts=day.lasts + grown,
    )


def _grown(day: Buckets) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    is_counter = np.array([column.kind is Kind.COUNTER for column in day.columns])
    return np.where(is_counter, day.lasts[-1] - day.firsts[0], 0)
