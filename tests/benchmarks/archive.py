"""Days of history in a metrics folder, written through the classes that the leader writes with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise, repeat
from multiprocessing import get_context
from pathlib import Path

from mcp_telemetry.storage.hour_files import HourFiles
from tests.benchmarks.recording import recorded_hour

__all__ = ["HOUR_S", "folder_bytes", "link_hours", "write_hours"]

HOUR_S = 3600
_PROCESSES = 2


def write_hours(folder: Path, node_ids: Sequence[str], start_s: int, end_s: int) -> int:
    """Each node's samples of [start_s, end_s), a second apart; returns how many that are."""
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as pool:
        tasks = (repeat(folder), node_ids, range(len(node_ids)), repeat(start_s), repeat(end_s))
        return sum(pool.map(_write_node, *tasks))


def _write_node(folder: Path, node_id: str, number: int, start_s: int, end_s: int) -> int:
    storage, recording = HourFiles(folder), recorded_hour()
    edges = [start_s, *range((start_s // HOUR_S + 1) * HOUR_S, end_s, HOUR_S), end_s]
    parts = (recording.rows(number, first, last - first) for first, last in pairwise(edges))
    return sum(storage.write(node_id, part).rows_written for part in parts)


def link_hours(folder: Path, node_ids: Sequence[str], copies: Sequence[str]) -> None:
    """Further nodes with the same hours as those, in turn: a reader opens and decodes each as if it were its own."""
    for at, copy in enumerate(copies):
        original = node_ids[at % len(node_ids)]
        for path in folder.glob(f"*/{original}_*.parquet"):
            os.link(path, path.with_name(path.name.replace(original, copy, 1)))


def folder_bytes(folder: Path, pattern: str = "**/*.parquet") -> int:
    """What the files take that match."""
    return sum(path.stat().st_size for path in folder.glob(pattern))
