"""What is read from the bytes is what protobuf reads from them."""

from __future__ import annotations

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from dashboard.packed import read_series
from mcp_telemetry.v1 import metrics_pb2 as pb

TIMES = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50)
VALUES = st.lists(st.floats(), max_size=50)


@given(TIMES, VALUES, st.text(max_size=300), st.integers(0, 2**32 - 1))
def test_any_series_is_read_as_protobuf_reads_it(times: list[int], values: list[float], name: str, nodes: int) -> None:
    message = pb.Series(
        node_id="a",
        column=pb.Column(name=name, unit="%", kind=pb.GAUGE),
        times_unix_nano=times,
        values=values,
        group=[pb.Label(name=name, value="x")],
        nodes=nodes,
        tier=pb.QueryRangeRequest.HOUR,
        step_ms=2**40,
    )
    part = read_series(message.SerializeToString())
    assert part.times_ns.tolist() == times
    np.testing.assert_array_equal(part.values, values)
    message.ClearField("times_unix_nano")
    message.ClearField("values")
    assert part.head == message


def test_numbers_sent_one_by_one_or_in_parts_are_read_too() -> None:
    packed = pb.Series(times_unix_nano=[1, 2], values=[0.5]).SerializeToString()
    single = bytes([3 << 3 | 1]) + (3).to_bytes(8, "little")
    later = pb.Series(values=[1.5]).SerializeToString()
    part = read_series(packed + later + single)
    assert part.times_ns.tolist() == [1, 2, 3]
    assert part.values.tolist() == [0.5, 1.5]


def test_fields_of_a_newer_leader_are_passed_over() -> None:
    newer = bytes([100 << 3 & 0x7F | 0x80 | 5, 100 >> 4, 1, 2, 3, 4])
    part = read_series(newer + pb.Series(node_id="a", values=[1]).SerializeToString())
    assert (part.head.node_id, part.values.tolist()) == ("a", [1])


@pytest.mark.parametrize("data", [b"\x1a", b"\x1a\x80", b"\x1a\x10\x00", b"\xff" * 11, b"\x0b", b"\x0a\x05ab"])
def test_what_is_no_series_is_an_error(data: bytes) -> None:
    with pytest.raises((ValueError, DecodeError)):
        read_series(data)
