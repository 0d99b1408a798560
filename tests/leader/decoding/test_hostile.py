"""Four megabytes made to cost as much as they can are dealt with in a moment, and by rejections alone."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable

import pytest

from mcp_telemetry.leader.decoding.batch import parse_batch
from mcp_telemetry.leader.decoding.decoder import Decoder
from mcp_telemetry.leader.decoding.layouts import Layouts
from tests.leader.decoding.messages import NOW_NS, record

MESSAGE_BYTES = 4 << 20
# Each takes some 0.5 s at most on an idle machine; what is quadratic takes minutes.
CPU_SECONDS = 4.0

TIME = b"\x21" + struct.pack("<Q", NOW_NS)
ONE = struct.pack("<d", 1.0)
GAUGE = b"\x21" + ONE
COUNT = b"\x11" + ONE


def custom(name: bytes, content: bytes = GAUGE) -> bytes:
    return record(7, record(1, name) + content)


def operation(content: bytes) -> bytes:
    return record(6, record(4, content))


def labels(count: int) -> bytes:
    return record(3, b"") * count


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "one column, always another, eight times": lambda at: TIME + custom(b"m%d" % at) * 8,
    "40 columns, always others": lambda at: TIME + b"".join(custom(b"m%d.%d" % (at, n)) for n in range(40)),
    "the most columns, always others": lambda at: TIME + b"".join(custom(b"m%d.%d" % (at, n)) for n in range(1999)),
    "the most labels": lambda at: TIME + b"".join(custom(b"m%d.%d" % (at, n), labels(4) + GAUGE) for n in range(1900)),
    "the most labels of one metric": lambda at: TIME + custom(b"m%d" % at, labels(64) + GAUGE),
    "too many labels": lambda at: TIME + custom(b"m%d" % at, labels(150) + GAUGE),
    "the most unknown fields": lambda at: TIME + b"\x78\x01" * 31_990 + record(9, b"%d" % at),
    "many buckets under a long label": lambda at: (
        TIME + operation(record(1, b"," * 240 + b"%d" % at) + record(6, COUNT) * 1990)
    ),
    "many buckets under many labels": lambda at: (
        TIME + custom(b"m%d" % at, labels(64) + record(6, record(3, COUNT) * 1900))
    ),
    "many counts under many labels": lambda at: (
        TIME + custom(b"m%d" % at, labels(64) + record(6, (b"\x09" + ONE) * 1990))
    ),
    "two layouts in turn": lambda at: (
        TIME + b"".join(custom(b"ab"[at % 2 : at % 2 + 1] + b"%d" % n) for n in range(40))
    ),
    "nine layouts in turn": lambda at: TIME + b"".join(custom(b"%d.%d" % (at % 9, n)) for n in range(20)),
    "nothing but bad values": lambda _: TIME + custom(b"a" * 128, b"\x21" + struct.pack("<d", float("nan"))) * 2,
    "names that grow when shown": lambda _: TIME + custom("\U000e0000".encode() * 60),
    "a long key": lambda at: TIME + record(5, record(5, record(13, record(1, b"," * 2000 + b"%d" % at) + COUNT))),
}


def batch_of(make: Callable[[int], bytes]) -> bytes:
    records: list[bytes] = []
    size = 0
    while size < MESSAGE_BYTES:
        records.append(record(2, make(len(records))))
        size += len(records[-1])
    return b"\x08\x01" + b"".join(records)


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_many_hostile_snapshots(make: Callable[[int], bytes]) -> None:
    data = batch_of(make)
    decoder = Decoder(Layouts(2000), "a", "i")
    began = time.process_time()
    batch = parse_batch(data, 0, len(data))
    decoded = decoder.decode(batch, 0, NOW_NS)
    assert time.process_time() - began < CPU_SECONDS
    assert batch.count == len(decoded.rejections) + sum(len(chunk.times_ns) for chunk in decoded.chunks)
    assert sum(rejection.ByteSize() for rejection in decoded.rejections) < MESSAGE_BYTES // 4


ENORMOUS = {
    "columns": custom(b"a"),
    "empty metrics": record(7, b""),
    "unknown fields": b"\x78\x00",
    "cores in one list": b"",
    "buckets of many operations": operation(record(6, b"") * 1000),
    "systems": record(5, record(1, record(10, COUNT))),
}


@pytest.mark.parametrize("unit", ENORMOUS.values(), ids=ENORMOUS)
def test_one_hostile_snapshot_leaves_its_neighbours_alone(unit: bytes) -> None:
    good = record(2, TIME + custom(b"a"))
    many = unit * (MESSAGE_BYTES // len(unit)) if unit else record(5, record(1, record(10, COUNT) * 300_000))
    data = b"\x08\x01" + good + record(2, TIME + many) + good
    began = time.process_time()
    decoded = Decoder(Layouts(2000), "a", "i").decode(parse_batch(data, 0, len(data)), 0, NOW_NS)
    assert time.process_time() - began < CPU_SECONDS
    (rejection,) = decoded.rejections
    assert rejection.detail == "more than 32000 fields; see the leader's --max-columns"
    assert [int(sequence) for chunk in decoded.chunks for sequence in chunk.sequences] == [1, 3]
