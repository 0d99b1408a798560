"""NDJSON: on each line the dictionary of a snapshot, as the JSON engine writes it into a file of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from mcp_telemetry.formats.reading import READ_ERRORS, Batch, Reading
from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.json_codec import decode, encode
from mcp_telemetry.storage.snapshots import snapshots_of

__all__ = ["NdjsonWriter", "read_ndjson"]

_LONGEST_LINE = 16 << 20


def read_ndjson(path: Path, reading: Reading) -> Iterator[Batch]:
    """The snapshots of a file, line by line; empty lines are none."""
    with path.open("rb") as file:
        for number, line in enumerate(iter(partial(file.readline, _LONGEST_LINE), b""), 1):
            if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                raise ValueError(f"line {number} is longer than 16 MiB: this is no NDJSON")
            try:
                if line.strip():
                    yield decode(json.loads(line), reading.node_id)
            except READ_ERRORS as error:
                reading.problems.skip_rows(path, f"line {number}: {error}")


class NdjsonWriter:
    """Writes rows to a binary stream, in the order given."""

    def __init__(self, sink: BinaryIO, columns: Sequence[Column]) -> None:
        self._sink = sink

    def write(self, node_id: str, rows: Rows) -> None:
        """A line for each row."""
        for snapshot in snapshots_of(rows):
            line = json.dumps(encode(node_id, snapshot), ensure_ascii=False, separators=(",", ":"))
            self._sink.write(line.encode() + b"\n")

    def close(self) -> None:
        """All is written already."""
