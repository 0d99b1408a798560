"""What a Parquet file says of its metrics, and what is made of one that says nothing or something else."""

from __future__ import annotations

import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.description import chosen, described, description, stored_name
from mcp_telemetry.storage.parquet_codec import columns_of, decode, encode, open_parquet
from tests.storage.samples import CPU, SENT, Sample, rows_of, sample, samples_of

ALL: frozenset[str] = frozenset()
KEYS = ("time", "node_id")
OWN = Column("queue.depth{lane=fast}", "{item}", Kind.GAUGE)
SAMPLES = [sample(0, 1, cpu=1.5, sent=3), sample(1, 2, sent=4)]


def file_of(content: bytes | memoryview) -> pq.ParquetReader:
    return open_parquet(pa.BufferReader(content))


def rewritten(change: Callable[[pa.Table], pa.Table]) -> pq.ParquetReader:
    """An hour file after another tool had it."""
    sink = pa.BufferOutputStream()
    pq.write_table(change(pq.read_table(pa.BufferReader(encode("a", rows_of(SAMPLES))))), sink)
    return file_of(sink.getvalue())


def test_a_file_tells_unit_and_kind_of_each_metric_in_its_order() -> None:
    text = file_of(encode("a", rows_of(SAMPLES))).metadata.metadata[b"mcp_telemetry.columns"]
    assert list(json.loads(text).items()) == [
        ("cpu.percent", ["%", "gauge"]),
        ("network.bytes_sent", ["By", "counter"]),
    ]


def test_what_is_described_is_known_again() -> None:
    columns = (CPU, SENT, OWN, Column("time", "s", Kind.COUNTER))
    found = described({name.encode(): text.encode() for name, text in description(columns, KEYS).items()})
    assert tuple(found.values()) == columns
    assert list(found)[-1] == stored_name(columns[-1], KEYS) == "time{}"


@pytest.mark.parametrize("metadata", [None, {}, {b"other": b"x"}])
def test_a_file_may_say_nothing(metadata: dict[bytes, bytes] | None) -> None:
    assert described(metadata) == {}


@pytest.mark.parametrize(
    "text", [b"[", b"[1]", b'{"x": 1}', b'{"x": ["%"]}', b'{"x": ["%", "colour"]}', b'{"x": [1, 2]}']
)
def test_nonsense_is_told(text: bytes) -> None:
    with pytest.raises(ValueError, match="its metadata describes columns as"):
        described({b"mcp_telemetry.columns": text})


def test_the_footer_holds_no_schema_of_arrow() -> None:
    """It would be two thirds of the footer, and is not needed to have times in UTC and rows that must have a key."""
    file = file_of(encode("a", rows_of(SAMPLES)))
    assert b"ARROW:schema" not in file.metadata.metadata
    assert file.schema_arrow.field("time") == pa.field("time", pa.timestamp("ns", "UTC"), nullable=False)


def test_only_what_is_asked_for_is_chosen() -> None:
    file = file_of(encode("a", rows_of(SAMPLES)))
    some = chosen(file, ("time", "node_id", "instance_id", "sequence"), ("time",), frozenset({"network.bytes_sent"}))
    assert (some.metrics, some.places, some.names) == ((SENT,), (0, 5), ("time", "network.bytes_sent"))


def test_a_file_that_lost_its_description_is_known_by_names() -> None:
    file = rewritten(lambda table: table.select(list(reversed(table.column_names))).replace_schema_metadata(None))
    assert set(columns_of(file)) == {CPU, SENT}
    assert samples_of([decode(file, ALL)]) == SAMPLES


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda table: table.select(list(reversed(table.column_names))), "not in the order that its metadata tells"),
        (lambda table: table.drop(["sequence"]).replace_schema_metadata(None), "no column sequence"),
        (lambda table: table.cast(_in_microseconds(table.schema)).replace_schema_metadata(None), r"timestamp\[us"),
    ],
)
def test_a_file_that_is_no_hour_any_more(change: Callable[[pa.Table], pa.Table], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        decode(rewritten(change), ALL)


def _in_microseconds(schema: pa.Schema) -> pa.Schema:
    place = schema.get_field_index("time")
    return schema.set(place, schema.field("time").with_type(pa.timestamp("us", "UTC")))


def test_as_many_metrics_as_a_node_may_have() -> None:
    values = {f"custom.{number}": float(number) for number in range(2000)}
    rows: Rows = rows_of([Sample(SAMPLES[0].time_ns, 1, values)])
    assert samples_of([decode(file_of(encode("a", rows)), ALL)]) == samples_of([rows])
