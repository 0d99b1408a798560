"""Parquet: hour files, or one file of many nodes and hours, with unit and kind of each column in its metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow.parquet as pq

from mcp_telemetry.formats.reading import Batch, Reading
from mcp_telemetry.formats.tables import KEYS, batches_of, schema_of, table_of, time_name
from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.description import description

__all__ = ["ParquetWriter", "read_parquet"]

_BATCH_ROWS = 16_384
_ZSTD_LEVEL = 3


def read_parquet(path: Path, reading: Reading) -> Iterator[Batch]:
    """The rows of a file, a block at a time."""
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        time_name(file.schema_arrow.names)
        for block in file.iter_batches(_BATCH_ROWS, use_threads=False):
            yield from batches_of(block, reading.node_id)


class ParquetWriter:
    """Writes rows to a binary stream, a row group for each call of `write`."""

    def __init__(self, sink: BinaryIO, columns: Sequence[Column]) -> None:
        self._schema = schema_of(columns)
        self._writer = pq.ParquetWriter(
            sink,
            self._schema,
            compression="zstd",
            compression_level=_ZSTD_LEVEL,
            write_page_checksum=True,
            store_schema=False,
        )
        self._writer.add_key_value_metadata(description(columns, KEYS))

    def write(self, node_id: str, rows: Rows) -> None:
        """A group of these rows."""
        self._writer.write_table(table_of(node_id, rows, self._schema))

    def close(self) -> None:
        """Finish the file: without this it is none."""
        self._writer.close()
