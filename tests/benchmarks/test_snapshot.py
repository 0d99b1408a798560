"""The load generator's snapshots are what a node's would be: checked by parsing them with protobuf."""

from __future__ import annotations

import numpy as np
import pytest

from mcp_telemetry._varint import varint
from mcp_telemetry.model.columns import defined_columns
from mcp_telemetry.model.names import base_name
from mcp_telemetry.v1.metrics_pb2 import Batch, MetricSnapshot, NodeMessage
from tests.benchmarks.loadgen.snapshot import TIME, parse_snapshot, places, record_type, template
from tests.benchmarks.loadgen.walk import Walk
from tests.benchmarks.loadgen.wire import encode_batch

TIMES = np.array([1_700_000_001_000_000_000, 1_700_000_002_000_000_000], np.uint64)


def parsed(snapshots: bytes) -> list[MetricSnapshot]:
    return list(Batch.FromString(snapshots).snapshots)


def test_a_snapshot_has_44_different_columns_of_the_contract() -> None:
    names = [place.column for place in places()]
    assert len(set(names)) == len(names) == 44
    assert {base_name(name) for name in names} <= {column.name for column in defined_columns()}


def test_the_template_parses_back_to_the_snapshot() -> None:
    assert parsed(template()) == [parse_snapshot()]


def test_a_value_written_into_the_record_is_the_value_of_its_column_and_of_no_other() -> None:
    records = np.frombuffer(bytearray(template()), record_type())
    for number, place in enumerate(places()):
        records[place.column] = 1000 + number
    snapshot = parsed(records.tobytes())[0]
    assert snapshot.system.cpu.percent == 1000
    assert snapshot.system.cpu.cores[1].percent == 1010
    assert snapshot.system.disk.mounts[0].used_bytes == 1028
    assert snapshot.system.network.interfaces[1].bytes_recv == 1037
    assert [each.count for each in snapshot.application.requests] == [1040, 1041]
    assert snapshot.application.active_connections == 1043


def test_columns_beyond_the_44_are_custom_gauges() -> None:
    snapshot = parsed(Walk(np.random.default_rng(2), columns=200).take(TIMES))[1]
    assert [place.column for place in places(200)][:44] == [place.column for place in places()]
    assert places(200)[-1].column == "custom.load.0155"
    assert len(snapshot.custom) == 156 and snapshot.custom[155].gauge != snapshot.custom[154].gauge
    assert snapshot.time_unix_nano == TIMES[1]


def test_taken_snapshots_have_their_times_and_the_walks_values() -> None:
    walk, same = Walk(np.random.default_rng(7)), Walk(np.random.default_rng(7))
    rows = same.rows(TIMES)
    first, second = parsed(walk.take(TIMES))
    assert [first.time_unix_nano, second.time_unix_nano] == TIMES.tolist() == rows[TIME].tolist()
    assert second.system.memory.used_bytes == rows["memory.used_bytes"][1]
    assert second.system.cpu.load_1m == rows["cpu.load_1m"][1]


def test_a_walk_goes_on_where_it_ended() -> None:
    in_parts, at_once = Walk(np.random.default_rng(3), ahead=4), Walk(np.random.default_rng(3), ahead=4)
    parts = in_parts.take(TIMES) + in_parts.take(TIMES)
    assert parts == at_once.take(np.concatenate((TIMES, TIMES)))


def test_counters_never_fall_and_percentages_stay_in_range() -> None:
    values = Walk(np.random.default_rng(1)).values(5000)
    counters = [index for index, place in enumerate(places()) if place.is_counter]
    percentages = [index for index, place in enumerate(places()) if place.unit == "%"]
    assert (np.diff(values[:, counters], axis=0) >= 0).all()
    assert values[:, percentages].min() >= 0
    assert values[:, percentages].max() <= 100


def test_values_move_but_what_a_host_has_does_not() -> None:
    values = Walk(np.random.default_rng(1)).values(300)
    names = [place.column for place in places()]
    still = {name for name, moves in zip(names, np.ptp(values, axis=0) > 0, strict=True) if not moves}
    assert still == {name for name in names if "total_bytes" in name or name == "cpu.count"}


@pytest.mark.parametrize("ack_now", [False, True])
def test_a_batch_is_the_message_protobuf_would_make(ack_now: bool) -> None:
    snapshots = Walk(np.random.default_rng(5)).take(TIMES)
    batch = Batch(first_sequence=300, snapshots=parsed(snapshots), sent_unix_nano=9, ack_now=ack_now)
    assert encode_batch(300, snapshots, 9, ack_now) == NodeMessage(batch=batch).SerializeToString()


@pytest.mark.parametrize(("number", "encoded"), [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02")])
def test_varint(number: int, encoded: str) -> None:
    assert varint(number).hex() == encoded
