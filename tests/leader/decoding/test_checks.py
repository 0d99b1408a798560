"""Each bad snapshot is rejected for its own reason, and the detail names the column and the value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mcp_telemetry.leader.decoding.batch import parse_batch
from mcp_telemetry.leader.decoding.decoder import Decoder
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.decoding.messages import NOW_NS

DAY_NS = 86_400 * 10**9
OLDEST_NS = NOW_NS - 2 * 366 * DAY_NS
NAN, INFINITY = float("nan"), float("inf")

Change = Callable[[pb.MetricSnapshot], object]


def good(sequence: int) -> pb.MetricSnapshot:
    snapshot = pb.MetricSnapshot(time_unix_nano=NOW_NS, sequence=sequence)
    snapshot.system.cpu.percent = 50
    snapshot.system.cpu.load_1m = -1.5
    snapshot.system.network.interfaces.add(name="eth0", bytes_sent=2**40)
    snapshot.application.requests.add(kind="tools/call", count=7)
    snapshot.application.operations.add(method="tools/call", tool="a,b", duration_seconds=0.5)
    snapshot.custom.add(name="gauge", gauge=-2)
    snapshot.custom.add(name="sum", counter=0)
    return snapshot


def set_time(time_ns: int) -> Change:
    return lambda s: setattr(s, "time_unix_nano", time_ns)


def set_at(path: str, value: float) -> Change:
    def change(snapshot: pb.MetricSnapshot) -> None:
        *parents, name = path.split(".")
        target = snapshot
        for parent in parents:
            target = target[int(parent)] if parent.isdigit() else getattr(target, parent)
        setattr(target, name, value)

    return change


BAD: dict[str, tuple[Change, str, str]] = {
    "a gauge that is no number": (set_at("system.cpu.percent", NAN), "NOT_FINITE", "cpu.percent is nan"),
    "an infinite gauge": (set_at("custom.0.gauge", INFINITY), "NOT_FINITE", "custom.gauge is inf"),
    "a gauge infinitely low": (set_at("system.cpu.load_1m", -INFINITY), "NOT_FINITE", "cpu.load_1m is -inf"),
    "a counter that is no number": (set_at("custom.1.counter", NAN), "NOT_FINITE", "custom.sum is nan"),
    "a negative counter": (set_at("custom.1.counter", -1.0), "NEGATIVE_COUNTER", "custom.sum is -1.0"),
    "a negative duration": (
        set_at("application.operations.0.duration_seconds", -0.25),
        "NEGATIVE_COUNTER",
        "operation.duration_seconds{tools/call,a\\,b} is -0.25",
    ),
    "-1 sent as unsigned": (
        set_at("application.requests.0.count", 2**64 - 1),
        "NEGATIVE_COUNTER",
        "requests{tools/call} is 1.8446744073709552e+19",
    ),
    "-1 sent as an unsigned gauge": (
        lambda s: setattr(s.system.cpu, "count", 2**64 - 1),
        "NEGATIVE_COUNTER",
        "cpu.count is 1.8446744073709552e+19",
    ),
    "a time of 1970": (set_time(5 * 10**9), "TIME_OUT_OF_RANGE", "time_unix_nano is 5000000000: want two years ago"),
    "a time just too old": (set_time(OLDEST_NS - 1), "TIME_OUT_OF_RANGE", str(OLDEST_NS - 1)),
    "a time of 2200": (set_time(7_258_118_400 * 10**9), "TIME_OUT_OF_RANGE", "7258118400000000000"),
    "a time just too new": (set_time(NOW_NS + DAY_NS + 1), "TIME_OUT_OF_RANGE", str(NOW_NS + DAY_NS + 1)),
    "a negative time": (set_time(2**64 - 1), "TIME_OUT_OF_RANGE", "time_unix_nano is 18446744073709551615"),
    "no time": (set_time(0), "TIME_OUT_OF_RANGE", "time_unix_nano is missing"),
    "another sequence": (lambda s: setattr(s, "sequence", 900), "MALFORMED", "sequence 900 where 102 belongs"),
    "an impossible sequence": (
        lambda s: setattr(s, "sequence", 2**64 - 1),
        "MALFORMED",
        "sequence 18446744073709551615 where 102 belongs",
    ),
    "a name that is none": (lambda s: setattr(s.custom[0], "name", "../up"), "BAD_NAME", "custom metric '../up'"),
    "no name": (lambda s: s.custom[0].ClearField("name"), "BAD_NAME", "custom metric ''"),
    "a label with a line break": (
        lambda s: s.custom[0].labels.add(name="a", value="b\nc"),
        "BAD_NAME",
        "'custom.gauge{a=b\\nc}': want at most 512 printable",
    ),
    "a long label": (lambda s: s.custom[0].labels.add(name="a" * 600), "BAD_NAME", "'custom.gauge{aaaa"),
    "too many labels": (
        lambda s: s.custom[0].labels.extend([pb.Label(name="a", value="b")] * 65),
        "BAD_NAME",
        "custom metric 'gauge' has more than 64 labels",
    ),
    "a unit with a control character": (lambda s: setattr(s.custom[0], "unit", "\x1b[2J"), "BAD_NAME", "unit '\\x1b"),
    "a key that cannot be shown": (
        lambda s: setattr(s.system.network.interfaces[0], "name", "eth\x00"),
        "BAD_NAME",
        "'network.interface.bytes_sent{eth\\x00}'",
    ),
    "a key of ten megabytes": (
        lambda s: setattr(s.system.network.interfaces[0], "name", "e" * 10**7),
        "BAD_NAME",
        "a label of 10000000 characters",
    ),
    "too many columns": (
        lambda s: s.custom.extend(pb.CustomMetric(name=f"m{at}", gauge=1) for at in range(100)),
        "TOO_MANY_COLUMNS",
        "more than 100 columns; see the leader's --max-columns",
    ),
}


@pytest.mark.parametrize(("change", "reason", "detail"), BAD.values(), ids=BAD)
def test_a_bad_snapshot_is_rejected_and_its_neighbours_are_kept(change: Change, reason: str, detail: str) -> None:
    snapshots = [good(sequence) for sequence in range(100, 105)]
    change(snapshots[2])
    data = pb.Batch(first_sequence=100, snapshots=snapshots).SerializeToString()
    decoded = Decoder(Layouts(100), "a", "i").decode(parse_batch(data, 0, len(data)), 0, NOW_NS)
    (rejection,) = decoded.rejections
    assert rejection.sequence == 102
    assert pb.Rejection.Reason.Name(rejection.reason) == reason
    assert detail in rejection.detail
    assert len(rejection.detail) < 1000
    assert [int(sequence) for chunk in decoded.chunks for sequence in chunk.sequences] == [100, 101, 103, 104]


@pytest.mark.parametrize("change", [change for change, _, _ in BAD.values()], ids=BAD)
def test_a_bad_snapshot_without_anything_else_unusual_is_rejected_as_well(change: Change) -> None:
    snapshot = good(102)
    snapshot.system.cpu.load_1m = 1.5
    snapshot.custom[0].gauge = 2
    change(snapshot)
    data = pb.Batch(first_sequence=102, snapshots=[snapshot]).SerializeToString()
    decoded = Decoder(Layouts(100), "a", "i").decode(parse_batch(data, 0, len(data)), 0, NOW_NS)
    assert len(decoded.rejections) == 1
    assert not decoded.chunks


@pytest.mark.parametrize("count", [2**53, 2**62, 2**63])
def test_whole_numbers_up_to_2_to_63_are_taken(count: int) -> None:
    snapshot = good(1)
    snapshot.application.requests[0].count = count
    data = pb.Batch(first_sequence=1, snapshots=[snapshot]).SerializeToString()
    (chunk,) = Decoder(Layouts(100), "a", "i").decode(parse_batch(data, 0, len(data)), 0, NOW_NS).chunks
    assert float(count) in chunk.values[0]


@pytest.mark.parametrize("time_ns", [OLDEST_NS, NOW_NS, NOW_NS + DAY_NS])
def test_times_from_2000_to_a_day_ahead_are_taken(time_ns: int) -> None:
    snapshot = good(1)
    snapshot.time_unix_nano = time_ns
    data = pb.Batch(first_sequence=1, snapshots=[snapshot]).SerializeToString()
    (chunk,) = Decoder(Layouts(100), "a", "i").decode(parse_batch(data, 0, len(data)), 0, NOW_NS).chunks
    assert chunk.times_ns.tolist() == [time_ns]
