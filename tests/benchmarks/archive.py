"""Days of history in a metrics folder, written through the classes that the leader writes with."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise, repeat
from multiprocessing import get_context
from pathlib import Path

from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.rollups import Hour, Rollups
from tests.benchmarks.recording import SECOND_NS, recorded_hour

__all__ = ["DAY_S", "HOUR_S", "folder_bytes", "link_nodes", "write_hours", "write_rollups"]

HOUR_S, DAY_S = 3600, 86_400
_PROCESSES = 2
_HOUR_NS = HOUR_S * SECOND_NS


def write_hours(folder: Path, node_ids: Sequence[str], start_s: int, end_s: int) -> int:
    """Each node's samples of [start_s, end_s), a second apart; returns how many that are."""
    return _for_each(_write_hours, folder, node_ids, start_s, end_s)


def write_rollups(folder: Path, node_ids: Sequence[str], start_s: int, end_s: int) -> int:
    """Of the whole hours in that time the minutes, and of its whole days the hours; returns of how many samples."""
    return _for_each(_write_rollups, folder, node_ids, start_s, end_s)


def link_nodes(folder: Path, node_ids: Sequence[str], copies: Sequence[str]) -> None:
    """Further nodes with the same files as those, in turn: a reader opens and decodes each as if it were its own."""
    for at, copy in enumerate(copies):
        original = node_ids[at % len(node_ids)]
        for path in folder.rglob(f"{original}_*.parquet"):
            os.link(path, path.with_name(path.name.replace(original, copy, 1)))


def folder_bytes(folder: Path) -> int:
    """What the files in a folder and in those below it take."""
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


Write = Callable[[Path, str, int, int, int], int]


def _for_each(write: Write, folder: Path, node_ids: Sequence[str], start_s: int, end_s: int) -> int:
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as pool:
        numbers = range(len(node_ids))
        return sum(pool.map(write, repeat(folder), node_ids, numbers, repeat(start_s), repeat(end_s)))


def _write_hours(folder: Path, node_id: str, number: int, start_s: int, end_s: int) -> int:
    storage, recording = HourFiles(folder), recorded_hour()
    edges = [start_s, *range((start_s // HOUR_S + 1) * HOUR_S, end_s, HOUR_S), end_s]
    parts = (recording.rows(number, first, last - first) for first, last in pairwise(edges))
    return sum(storage.write(node_id, part).rows_written for part in parts)


def _write_rollups(folder: Path, node_id: str, number: int, start_s: int, end_s: int) -> int:
    first, last = -(-start_s // HOUR_S), end_s // HOUR_S
    versions = HourFiles(folder).versions(node_id, first * _HOUR_NS, last * _HOUR_NS)
    rollups, recording = Rollups(folder), recorded_hour()
    hours = range(first, last)
    rollups.update(
        node_id, (Hour(hour, versions[hour], recording.rows(number, hour * HOUR_S, HOUR_S)) for hour in hours)
    )
    for day in range(-(-start_s // DAY_S), end_s // DAY_S):
        rollups.close_day(node_id, day)
    return len(hours) * HOUR_S
