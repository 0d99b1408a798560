"""The formats that rows can be written in, by name. JSON is a folder of files, the others are one file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO, Protocol

from mcp_telemetry.formats.csv import CsvWriter
from mcp_telemetry.formats.ndjson import NdjsonWriter
from mcp_telemetry.formats.parquet import ParquetWriter
from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.rows import Rows

__all__ = ["WRITERS", "Writer"]


class Writer(Protocol):
    """Writes to a stream that it does not close."""

    def write(self, node_id: str, rows: Rows) -> None:
        """Write rows of one node."""

    def close(self) -> None:
        """Write what ends the file."""


WRITERS: dict[str, Callable[[BinaryIO, Sequence[Column]], Writer]] = {
    "csv": CsvWriter,
    "ndjson": NdjsonWriter,
    "parquet": ParquetWriter,
}
