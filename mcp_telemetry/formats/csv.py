"""CSV: a header, then a row a snapshot; times in ISO 8601 or Unix seconds. Units and kinds have no place in it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from mcp_telemetry.formats.reading import READ_ERRORS, Batch, Reading
from mcp_telemetry.formats.tables import batches_of, schema_of, table_of, time_name
from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.rows import Rows

__all__ = ["CsvWriter", "read_csv"]

_TEXTS = ("node_id", "instance_id")


def read_csv(path: Path, reading: Reading) -> Iterator[Batch]:
    """The rows of a file, a block at a time; rows with too many or too few cells, or
    without a time, are noted and left out."""
    names = _header(path)
    types = dict.fromkeys(names, pa.float64()) | {"sequence": pa.int64()}
    types |= dict.fromkeys((time_name(names), *_TEXTS), pa.string())

    def skip(row: pyarrow.csv.InvalidRow) -> str:
        reading.problems.skip_rows(path, f"{row.actual_columns} cells where the header has {row.expected_columns}")
        return "skip"

    with pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(use_threads=False),
        parse_options=pyarrow.csv.ParseOptions(invalid_row_handler=skip),
        convert_options=pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=True),
    ) as blocks:
        for block in blocks:
            yield from _understood(block, path, reading)


def _understood(block: pa.RecordBatch, path: Path, reading: Reading) -> Iterator[Batch]:
    """The rows of a block; those that make no sense, found by halving, are noted and left out."""
    try:
        batches = list(batches_of(block, reading.node_id))
    except READ_ERRORS as error:
        if block.num_rows <= 1:
            reading.problems.skip_rows(path, error)
            return
        half = block.num_rows // 2
        yield from _understood(block.slice(0, half), path, reading)
        yield from _understood(block.slice(half), path, reading)
    else:
        yield from batches


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


class CsvWriter:
    """Writes rows to a binary stream; the header names all columns there will be."""

    def __init__(self, sink: BinaryIO, columns: Sequence[Column]) -> None:
        self._schema = schema_of(columns)
        self._times_as_text = self._schema.set(0, pa.field("time", pa.string()))
        self._writer = pyarrow.csv.CSVWriter(sink, self._times_as_text)

    def write(self, node_id: str, rows: Rows) -> None:
        """A line for each row."""
        table = table_of(node_id, rows, self._schema)
        times = _iso_8601(table.column("time"))
        self._writer.write_table(table.set_column(0, "time", times).cast(self._times_as_text))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def _iso_8601(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """To the nanosecond. Without a zone, for which Arrow would look in a database that a small machine lacks."""
    texts = times.cast(pa.int64()).cast(pa.timestamp("ns")).cast(pa.string())
    return pc.binary_join_element_wise(pc.replace_substring(texts, " ", "T"), "Z", "")
