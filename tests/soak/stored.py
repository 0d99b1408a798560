"""What a leader has stored: out of its files with no code of its own, and as it answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.reading import querying
from tests.soak.truth import CHECK, SERIAL

__all__ = ["Answered", "Row", "in_answer", "in_files"]

_SERIAL, _CHECK = f"custom.{SERIAL}", f"custom.{CHECK}"
_COLUMNS = ["instance_id", "sequence", "time", _SERIAL, _CHECK]
_ANSWER_SECONDS = 30


class Row(NamedTuple):
    """A row of a file."""

    instance: str
    sequence: int
    time_ns: int
    serial: float | None
    check: float | None


class Answered(NamedTuple):
    """A point of an answer."""

    time_ns: int
    serial: float
    check: float | None


def in_files(metrics_dir: Path, node_id: str, after_serial: int) -> list[Row]:
    """The rows of one node in all its hour files, with serials above this one or none; all for 0."""
    return [row for path in _hour_files(metrics_dir, node_id) for row in _rows(path, after_serial)]


def in_answer(leader: str, node_id: str, start_ns: int, end_ns: int) -> list[Answered]:
    """What the leader answers for this stretch of time, in its order."""
    request = pb.QueryRangeRequest(
        node_ids=[node_id],
        columns=[_SERIAL, _CHECK],
        start_unix_nano=start_ns,
        end_unix_nano=end_ns,
        tier=pb.QueryRangeRequest.RAW,
    )
    serials, checks = list[tuple[int, float]](), dict[int, float]()
    with querying(leader) as query:
        for series in query.QueryRange(request, timeout=_ANSWER_SECONDS):
            pairs = zip(series.times_unix_nano, series.values, strict=True)
            if series.column.name == _SERIAL:
                serials += pairs
            else:
                checks.update(pairs)
    return [Answered(time_ns, serial, checks.get(time_ns)) for time_ns, serial in serials]


def _hour_files(metrics_dir: Path, node_id: str) -> Iterator[Path]:
    yield from sorted(metrics_dir.glob(f"[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]/{node_id}_*.parquet"))


def _rows(path: Path, after_serial: int) -> Iterator[Row]:
    # Opened once: by its name it would be opened twice, and the leader may have replaced it in between.
    with path.open("rb") as file:
        table = pq.ParquetFile(file).read(columns=_COLUMNS)
    if after_serial:
        table = table.filter(pc.or_kleene(pc.greater(table[_SERIAL], after_serial), pc.is_null(table[_SERIAL])))
    times = table["time"].cast(pa.int64())
    columns = (table["instance_id"], table["sequence"], times, table[_SERIAL], table[_CHECK])
    return map(Row, *(column.to_pylist() for column in columns))
