"""A batch is split as protobuf would parse it, in a time and a memory that are bounded whatever the bytes are."""

from __future__ import annotations

import os
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.leader.decoding.batch import BatchBytes, Run, parse_batch
from mcp_telemetry.leader.decoding.wire import MAX_FIELDS, MalformedError
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.decoding.messages import record, varint

UNKNOWN = [b"\xf8\x07\x05", b"\xf9\x07" + bytes(8), b"\xfd\x07" + bytes(4), record(100, b"new"), b"\x0d" + bytes(4)]
VARINTS = {"first_sequence": b"\x08", "dropped": b"\x18", "ack_now": b"\x28"}

numbers = st.integers(0, 2**64 - 1)
# Some look like the next record themselves.
bodies = st.binary(max_size=4) | st.sampled_from([b"same", b"\x12\x04same", bytes(200)])
parts = st.one_of(
    st.tuples(st.just("snapshots"), st.tuples(bodies, st.integers(1, 5))),
    st.tuples(st.sampled_from(list(VARINTS)), numbers),
    st.tuples(st.just("sent_unix_nano"), numbers),
    st.tuples(st.just("unknown"), st.sampled_from(UNKNOWN)),
)


def written(kind: str, content: object) -> bytes:
    match kind, content:
        case "snapshots", (bytes(body), int(times)):
            return record(2, body) * times
        case "sent_unix_nano", int(number):
            return b"\x21" + number.to_bytes(8, "little")
        case "unknown", bytes(raw):
            return raw
        case _, int(number):
            return VARINTS[kind] + varint(number)
    raise AssertionError(kind)


def bodies_of(batch: BatchBytes) -> list[bytes]:
    return [
        batch.data[start : start + run.length]
        for run in batch.runs
        for start in range(run.start, run.start + run.n * run.stride, run.stride)
    ]


@given(st.lists(parts, max_size=8), st.binary(max_size=3), st.binary(max_size=20))
def test_any_order_of_fields_is_split_and_the_last_of_each_counts(
    given_parts: list[tuple[str, object]], before: bytes, after: bytes
) -> None:
    data = b"".join(written(*part) for part in given_parts)
    batch = parse_batch(before + data + after, len(before), len(before) + len(data))
    last = dict(given_parts)
    assert batch.first_sequence == last.get("first_sequence", 0)
    assert batch.dropped == last.get("dropped", 0)
    assert batch.ack_now == bool(last.get("ack_now", 0))
    assert batch.sent_unix_nano == last.get("sent_unix_nano", 0)
    expected = [content[0] for kind, content in given_parts if kind == "snapshots" for _ in range(content[1])]  # type: ignore[index]
    assert bodies_of(batch) == expected
    assert batch.count == len(expected)


def test_what_protobuf_writes_is_read() -> None:
    snapshots = [pb.MetricSnapshot(time_unix_nano=at) for at in range(1, 4)]
    message = pb.Batch(first_sequence=300, snapshots=snapshots, dropped=2**40, sent_unix_nano=2**63, ack_now=True)
    data = message.SerializeToString()
    batch = parse_batch(data, 0, len(data))
    assert (batch.first_sequence, batch.dropped, batch.sent_unix_nano, batch.ack_now) == (300, 2**40, 2**63, True)
    assert [pb.MetricSnapshot.FromString(body) for body in bodies_of(batch)] == snapshots
    assert len(batch.runs) == 1


def test_an_empty_batch_is_a_batch() -> None:
    batch = parse_batch(b"", 0, 0)
    assert (batch.first_sequence, batch.count, batch.runs) == (0, 0, [])


def test_a_run_without_its_head_starts_later() -> None:
    assert Run(10, 5, 12, 10).after(2) == Run(34, 3, 12, 10)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x12\x05hi", "longer than its batch"),
        (b"\x12", "does not end"),
        (b"\x08\x80", "does not end"),
        (b"\x21" + bytes(7), "longer than its message"),
        (b"\x00\x00", "has no number"),
        (b"\x0b", "wire type 3"),
        (b"\x92\x00\x00", "longer than it need be"),
        (b"\x88\x00\x01", "longer than it need be"),
    ],
)
def test_bytes_that_are_no_batch_are_malformed(data: bytes, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        parse_batch(data, 0, len(data))


@given(st.binary(max_size=200))
def test_garbage_is_malformed_or_a_batch_but_nothing_else(data: bytes) -> None:
    try:
        batch = parse_batch(data, 0, len(data))
    except MalformedError:
        return
    assert batch.count == len(bodies_of(batch))


@pytest.mark.parametrize(
    "unit",
    [b"\x12\x00", b"\x12\x00\x12\x01\x00", b"\x18\x01", b"\xf8\x07\x01"],
)
def test_four_megabytes_of_tiny_fields_are_given_up_in_bounded_memory(unit: bytes) -> None:
    data = unit * (4 * 2**20 // len(unit))
    tracemalloc.start()
    with pytest.raises(MalformedError, match=f"more than {MAX_FIELDS}"):
        parse_batch(data, 0, len(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 2**20


def test_four_megabytes_of_noise_are_malformed() -> None:
    for data in (bytes(4 << 20), b"\xff" * (4 << 20), os.urandom(4 << 20)):
        with pytest.raises(MalformedError):
            parse_batch(data, 0, len(data))
