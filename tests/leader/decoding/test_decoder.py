"""The decoder gives what protobuf itself gives, for every snapshot the contract can express, however it is written."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_telemetry.leader.decoding import decoder as decoder_module
from mcp_telemetry.leader.decoding.batch import parse_batch
from mcp_telemetry.leader.decoding.decoder import MAX_CHANGING_BYTES, MAX_DETAILS, Decoded, Decoder
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.leader.decoding.wire import MalformedError
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.decoding import reference
from tests.leader.decoding.messages import NOW_NS, damaged, like, record, rewritten, snapshots, varint

MAX_COLUMNS = 500
Row = tuple[int, int, reference.Columns]  # sequence, time, columns


def decode(records: Sequence[bytes], first: int = 1, skip: int = 0, decoder: Decoder | None = None) -> Decoded:
    data = b"\x08" + varint(first) + b"".join(record(2, each) for each in records)
    return (decoder or new_decoder()).decode(parse_batch(data, 0, len(data)), skip, NOW_NS)


def new_decoder(layouts: Layouts | None = None) -> Decoder:
    return Decoder(layouts or Layouts(MAX_COLUMNS), "a", "i")


def rows_of(decoded: Decoded) -> list[Row]:
    rows = []
    for chunk in decoded.chunks:
        assert len(chunk.times_ns) == len(chunk.sequences) == len(chunk.values) > 0
        for time_ns, sequence, values in zip(chunk.times_ns, chunk.sequences, chunk.values, strict=True):
            columns = {c.name: (c.unit, c.kind, v) for c, v in zip(chunk.columns, values.tolist(), strict=True)}
            rows.append((int(sequence), int(time_ns), columns))
    return rows


def expected_row(data: bytes, sequence: int) -> Row:
    snapshot = pb.MetricSnapshot.FromString(data)
    return sequence, snapshot.time_unix_nano, reference.flatten(snapshot)


def snapshot_at(time_ns: int = NOW_NS, **custom: float) -> pb.MetricSnapshot:
    metrics = [pb.CustomMetric(name=name, gauge=value) for name, value in custom.items()]
    return pb.MetricSnapshot(time_unix_nano=time_ns, custom=metrics)


# -- The same as protobuf ---------------------------------------------------------------------------------------------


@given(snapshots())
@settings(max_examples=150)
def test_a_snapshot_decodes_as_protobuf_parses_it(snapshot: pb.MetricSnapshot) -> None:
    data = snapshot.SerializeToString()
    decoded = decode([data])
    assert not decoded.rejections
    assert rows_of(decoded) == [expected_row(data, 1)]


@given(st.data())
@settings(max_examples=60)
def test_a_batch_of_changing_shapes_decodes_row_by_row(data: st.DataObject) -> None:
    records = []
    for _ in range(data.draw(st.integers(1, 4))):
        template = data.draw(snapshots())
        variants = [data.draw(like(template)).SerializeToString() for _ in range(data.draw(st.integers(1, 3)))]
        # Beyond the first block of a run as well.
        records += variants * data.draw(st.sampled_from([1, 1, 2, 40]))
    skip = data.draw(st.integers(0, len(records)))
    decoded = decode(records, first=7, skip=skip)
    assert not decoded.rejections
    assert rows_of(decoded) == [expected_row(each, 7 + at) for at, each in enumerate(records) if at >= skip]


@given(st.data())
@settings(max_examples=200)
def test_other_ways_to_write_a_snapshot_mean_the_same(data: st.DataObject) -> None:
    original = data.draw(snapshots()).SerializeToString()
    unusual = data.draw(rewritten(original))
    records = [original, unusual, unusual, original]
    decoded = decode(records)
    assert not decoded.rejections
    assert rows_of(decoded) == [expected_row(each, sequence) for sequence, each in enumerate(records, start=1)]


@given(st.data())
@settings(max_examples=200)
def test_damaged_snapshots_are_rejected_or_mean_what_protobuf_says(data: st.DataObject) -> None:
    original = data.draw(snapshots()).SerializeToString()
    records = [original, data.draw(damaged(original)), original]
    assert_agrees(records, decode(records))


@given(st.binary(max_size=60))
@settings(max_examples=200)
def test_bytes_of_any_kind_are_rejected_or_mean_what_protobuf_says(garbage: bytes) -> None:
    assert_agrees([garbage], decode([garbage]))


def assert_agrees(records: Sequence[bytes], decoded: Decoded) -> None:
    """Each record is stored as protobuf reads it, or rejected for a reason that it gives."""
    rejected = {rejection.sequence: rejection.reason for rejection in decoded.rejections}
    stored = {row[0]: row for row in rows_of(decoded)}
    assert sorted([*rejected, *stored]) == list(range(1, len(records) + 1))
    for sequence, data in enumerate(records, start=1):
        allowed = reference.reasons(data, sequence, NOW_NS, MAX_COLUMNS)
        if sequence in stored:
            assert not allowed
            assert stored[sequence] == expected_row(data, sequence)
        else:
            # What protobuf cannot read at all is rejected for whatever shows first.
            assert rejected[sequence] in allowed or pb.Rejection.MALFORMED in allowed or is_strange(data)


def is_strange(data: bytes) -> bool:
    """Whether protobuf reads over something in it: groups, which proto3 has not, or what a later field overwrites."""
    try:
        snapshot = pb.MetricSnapshot.FromString(data)
    except DecodeError:
        return False
    snapshot.DiscardUnknownFields()
    return len(snapshot.SerializeToString()) < len(data)


def test_a_client_that_writes_fields_in_another_order_is_decoded_in_bulk() -> None:
    def written(value: float) -> bytes:
        snapshot = snapshot_at(q=value)
        return (
            record(7, snapshot.custom[0].SerializeToString())
            + pb.MetricSnapshot(time_unix_nano=NOW_NS).SerializeToString()
        )

    decoded = decode([written(value) for value in range(50)])
    assert [columns["custom.q"][2] for _, _, columns in rows_of(decoded)] == list(range(50))
    assert len(decoded.chunks) == 1


def test_columns_of_equal_snapshots_are_one_object_across_nodes() -> None:
    layouts = Layouts(MAX_COLUMNS)
    data = snapshot_at(q=1).SerializeToString()
    first, second = (decode([data], decoder=new_decoder(layouts)).chunks[0] for _ in range(2))
    assert first.columns is second.columns


def test_a_snapshot_without_measurements_is_a_row_without_columns() -> None:
    (row,) = rows_of(decode([snapshot_at().SerializeToString()]))
    assert row == (1, NOW_NS, {})


def test_numbers_inside_keys_are_not_rounded_into_one_another() -> None:
    histogram = pb.Histogram()
    for at_most in (1000001.0, 1000002.0, 0.25, float("inf")):
        histogram.buckets.add(at_most=at_most, count=int(min(at_most, 5)))
    snapshot = pb.MetricSnapshot(time_unix_nano=NOW_NS, custom=[pb.CustomMetric(name="h", histogram=histogram)])
    ((_, _, columns),) = rows_of(decode([snapshot.SerializeToString()]))
    assert list(columns) == [f"custom.h.bucket{{at_most={bound}}}" for bound in ("1000001", "1000002", "0.25", "inf")]


def test_a_run_is_taken_as_one_however_long() -> None:
    records = [snapshot_at(a=1).SerializeToString()] * 1500 + [snapshot_at(b=1).SerializeToString()] * 2
    assert [len(chunk.times_ns) for chunk in decode(records).chunks] == [1500, 2]


GAUGE, COUNTER = b"\x21" + bytes(8), b"\x29" + bytes(8)
FEW, MANY = (record(6, pb.Histogram(count=count, sum=count).SerializeToString()) for count in (1, 1000))
BUCKET = record(6, pb.Histogram(buckets=[pb.Histogram.Bucket(at_most=1, count=2)]).SerializeToString())


@pytest.mark.parametrize(
    "values",
    [
        [GAUGE, COUNTER],
        [COUNTER, GAUGE],
        [GAUGE, FEW],
        [FEW, GAUGE],
        [FEW, MANY],
        [FEW, BUCKET],
        [FEW, GAUGE, BUCKET],
        [GAUGE, BUCKET, FEW],
        [],
    ],
)
def test_of_several_values_of_a_custom_metric_those_count_that_protobuf_keeps(values: list[bytes]) -> None:
    data = snapshot_at().SerializeToString() + record(7, record(1, b"m") + b"".join(values))
    assert rows_of(decode([data])) == [expected_row(data, 1)]


def test_an_explicit_sequence_of_zero_is_none() -> None:
    data = b"\x19" + bytes(8) + snapshot_at(q=1).SerializeToString()
    assert rows_of(decode([data, data], first=4)) == [expected_row(data, 4), expected_row(data, 5)]


def test_a_key_that_is_too_wide_is_cut_as_protobuf_cuts_it() -> None:
    core = b"\x08" + varint(2**32 + 7) + b"\x11" + bytes(8)
    data = snapshot_at().SerializeToString() + record(5, record(1, record(10, core)))
    assert rows_of(decode([data])) == [expected_row(data, 1)]
    assert list(expected_row(data, 1)[2]) == ["cpu.core_percent{7}"]


def test_fields_of_the_future_may_come_twice() -> None:
    data = snapshot_at(q=1).SerializeToString() + record(100, b"new") + record(100, b"newer")
    decoded = decode([data])
    assert not decoded.rejections
    assert rows_of(decoded) == [expected_row(data, 1)]


# -- Rejections -------------------------------------------------------------------------------------------------------


def test_bad_snapshots_do_not_take_good_neighbours_along() -> None:
    values = [1.0, float("nan"), 2.0, float("inf"), 3.0]
    decoded = decode([snapshot_at(q=value).SerializeToString() for value in values], first=10)
    assert [row[0] for row in rows_of(decoded)] == [10, 12, 14]
    assert [(each.sequence, each.reason) for each in decoded.rejections] == [
        (11, pb.Rejection.NOT_FINITE),
        (13, pb.Rejection.NOT_FINITE),
    ]


def test_a_snapshot_of_another_node_is_rejected() -> None:
    foreign = snapshot_at(q=1)
    foreign.node_id = "b"
    (rejection,) = decode([foreign.SerializeToString()]).rejections
    assert rejection.reason == pb.Rejection.MALFORMED
    assert rejection.detail == "a snapshot of 'b' in the stream of 'a'"


def test_a_snapshot_of_another_instance_is_rejected_even_if_another_node_may_send_it() -> None:
    layouts = Layouts(MAX_COLUMNS)
    snapshot = snapshot_at(q=1)
    snapshot.instance_id = "j"
    data = snapshot.SerializeToString()
    assert decode([data], decoder=Decoder(layouts, "b", "j")).chunks
    (rejection,) = decode([data], decoder=new_decoder(layouts)).rejections
    assert rejection.reason == pb.Rejection.MALFORMED
    assert "instance 'j'" in rejection.detail


def test_a_snapshot_that_names_its_own_stream_is_taken() -> None:
    snapshot = snapshot_at(q=1)
    snapshot.node_id, snapshot.instance_id, snapshot.sequence = "a", "i", 5
    assert rows_of(decode([snapshot.SerializeToString()], first=5))


def test_only_the_first_rejections_of_a_batch_are_told_in_detail() -> None:
    decoded = decode([snapshot_at(q=float("nan")).SerializeToString()] * (MAX_DETAILS + 5))
    assert [bool(each.detail) for each in decoded.rejections] == [True] * MAX_DETAILS + [False] * 5


def test_a_large_batch_of_changing_columns_is_taken_up_to_a_bound() -> None:
    padding = record(100, bytes(50_000))
    records = [snapshot_at(**{f"m{at}": 1.0}).SerializeToString() + padding for at in range(30)]
    decoded = decode(records)
    learned = 1 + -(-MAX_CHANGING_BYTES // len(records[-1]))
    assert len(rows_of(decoded)) == learned
    assert {each.reason for each in decoded.rejections} == {pb.Rejection.TOO_MANY_COLUMNS}
    assert "send at most 1048576 bytes" in decoded.rejections[0].detail


def test_small_snapshots_of_changing_columns_have_their_price() -> None:
    decoded = decode([snapshot_at(**{f"m{at}": 1.0}).SerializeToString() for at in range(2500)])
    assert len(rows_of(decoded)) == 1 + MAX_CHANGING_BYTES // 512


def test_one_enormous_snapshot_does_not_use_up_what_others_may_change() -> None:
    enormous = snapshot_at(a=1).SerializeToString() + record(100, bytes(4 * MAX_CHANGING_BYTES))
    others = [snapshot_at(**{name: 1.0}).SerializeToString() for name in "bcd"]
    assert len(rows_of(decode([others[0], enormous, *others]))) == 5


def test_a_field_number_beyond_protobufs_is_malformed() -> None:
    (rejection,) = decode([snapshot_at(q=1).SerializeToString() + b"\xf8\xff\xff\xff\xff\x01\x00"]).rejections
    assert (rejection.reason, rejection.detail) == (pb.Rejection.MALFORMED, "not a MetricSnapshot")


@given(st.data())
@settings(max_examples=100)
def test_a_replay_takes_what_was_taken_the_first_time(data: st.DataObject) -> None:
    """The journal holds a batch with empty snapshots in place of the rejected ones."""
    pool = [data.draw(snapshots()).SerializeToString() for _ in range(3)]
    bad = [snapshot_at(time_ns=1, q=1), snapshot_at(q=float("nan")), snapshot_at(**{"": 1.0})]
    pool += [b"", b"\x2a\x05", *(each.SerializeToString() for each in bad)]
    batches = data.draw(st.lists(st.lists(st.sampled_from(pool), min_size=1, max_size=30), min_size=2, max_size=4))
    live, restarted = new_decoder(), new_decoder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoder_module, "MAX_CHANGING_BYTES", data.draw(st.integers(1, 5000)))
        decode(batches[0], decoder=live)  # before the leader restarts
        for records in batches[1:]:
            first = decode(records, decoder=live)
            rejected = {rejection.sequence for rejection in first.rejections}
            kept = [b"" if sequence in rejected else each for sequence, each in enumerate(records, start=1)]
            again = decode(kept, decoder=restarted)
            assert rows_of(again) == rows_of(first)
            assert {rejection.sequence for rejection in again.rejections} == rejected


def test_truncated_batches_are_malformed_or_shorter() -> None:
    data = pb.Batch(first_sequence=1, snapshots=[snapshot_at(q=at) for at in range(3)]).SerializeToString()
    whole = rows_of(new_decoder().decode(parse_batch(data, 0, len(data)), 0, NOW_NS))
    shorter = 0
    for end in range(len(data)):
        try:
            decoded = new_decoder().decode(parse_batch(data, 0, end), 0, NOW_NS)
        except MalformedError:
            continue
        shorter += 1
        assert not decoded.rejections
        assert rows_of(decoded) == whole[: len(rows_of(decoded))]
    assert shorter == 4
