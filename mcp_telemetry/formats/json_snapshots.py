"""JSON: the plain dictionary of a snapshot in each file, or a list of them; written by the storage engine for JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from mcp_telemetry.formats.reading import READ_ERRORS, Batch, Reading
from mcp_telemetry.storage.json_codec import decode
from mcp_telemetry.storage.json_layout import parse_name

__all__ = ["read_json"]

_SECOND_NS = 1_000_000_000
_LARGEST_BYTES = 64 << 20


def read_json(path: Path, reading: Reading) -> Iterator[Batch]:
    """The snapshots of a file. node_id and time are taken from its path where it has none."""
    if path.stat().st_size > _LARGEST_BYTES:
        raise ValueError("a single JSON value of over 64 MiB: write one snapshot a line, and name the file .ndjson")
    content = json.loads(path.read_bytes())
    node_id, time_ns = _of_path(path, reading)
    if not isinstance(content, list):
        yield decode(content, node_id, time_ns)
        return
    for place, item in enumerate(content, 1):
        try:
            yield decode(item, node_id)
        except READ_ERRORS as error:
            reading.problems.skip_rows(path, f"item {place}: {error}")


def _of_path(path: Path, reading: Reading) -> tuple[str, int | None]:
    """What `YYYY-MM-DD/<node_id>_HH-MM-SS.json` says."""
    name = parse_name(path.name)
    if name is None:
        return reading.node_id, None
    try:
        day = date.fromisoformat(path.resolve().parent.name)
    except ValueError:
        return reading.node_id or name.node_id, None
    moment = datetime.combine(day, time(), reading.zone) + timedelta(seconds=name.second)
    return reading.node_id or name.node_id, round(moment.timestamp()) * _SECOND_NS
