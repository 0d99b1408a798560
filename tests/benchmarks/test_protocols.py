"""What the databases are sent, read back by an independent reading of the same bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import cramjam
import numpy as np
import orjson

from tests.benchmarks.httpload.protocols import encode_json_lines, encode_remote_write
from tests.benchmarks.loadgen.snapshot import places

TIMES_MS = np.array([1_700_000_000_123, 1_700_000_001_123])
VALUES = np.arange(2.0 * len(places())).reshape(2, -1)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        number |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return number, at


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) of a protobuf message with varints, doubles and submessages."""
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        if tag & 7 == 0:
            value, at = read_varint(data, at)
            yield tag >> 3, value
        else:
            size, at = (8, at) if tag & 7 == 1 else read_varint(data, at)
            yield tag >> 3, data[at : at + size]
            at += size


def read_series(data: bytes) -> tuple[dict[str, str], list[tuple[int, float]]]:
    labels, samples = {}, []
    for number, message in fields(data):
        inner = dict(fields(message))
        if number == 1:
            labels[inner[1].decode()] = inner[2].decode()
        else:
            samples.append((inner[2], struct.unpack("<d", inner[1])[0]))
    return labels, samples


def test_remote_write_holds_every_column_with_all_its_samples() -> None:
    body = bytes(cramjam.snappy.decompress_raw(encode_remote_write("node-7", TIMES_MS, VALUES)))
    series = [read_series(each) for _, each in fields(body)]
    assert len(series) == len(places())
    assert series[0][0] == {"__name__": "cpu_percent", "node": "node-7"}
    assert series[10][0] == {"__name__": "cpu_core_percent", "node": "node-7", "key0": "1"}
    for index, (labels, samples) in enumerate(series):
        assert list(labels) == sorted(labels)
        assert samples == list(zip(TIMES_MS.tolist(), VALUES[:, index].tolist(), strict=True))


def test_json_lines_hold_the_same() -> None:
    lines = [orjson.loads(line) for line in encode_json_lines("node-7", TIMES_MS, VALUES).splitlines()]
    assert len(lines) == len(places())
    assert lines[10]["metric"] == {"__name__": "cpu_core_percent", "node": "node-7", "key0": "1"}
    assert [line["values"] for line in lines] == VALUES.T.tolist()
    assert all(line["timestamps"] == TIMES_MS.tolist() for line in lines)
