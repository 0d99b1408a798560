"""What is written by hand parses as what protobuf would have written."""

from __future__ import annotations

import numpy as np
import pytest

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.query.question import Tier
from mcp_telemetry.query.wire import Part, field_of_bytes, series_message
from mcp_telemetry.v1 import metrics_pb2 as pb

SENT = Column("network.bytes_sent", "By", Kind.COUNTER)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 15, 16, 2047, 2048, 300_000])
def test_a_series_is_the_same_message(count: int) -> None:
    times = np.arange(count) * 10**9 - 5
    values = np.linspace(-1e300, 1e300, count)
    part = Part("a", SENT, times, values, Tier.HOUR, (("zone", "eu"), ("rack", "")), 12, 300 * 10**9)
    assert pb.Series.FromString(series_message(part)) == pb.Series(
        node_id="a",
        column=pb.Column(name="network.bytes_sent", unit="By", kind=pb.COUNTER),
        times_unix_nano=times.tolist(),
        values=values.tolist(),
        group=[pb.Label(name="zone", value="eu"), pb.Label(name="rack", value="")],
        nodes=12,
        tier=pb.QueryRangeRequest.HOUR,
        step_ms=300_000,
    )


def test_numbers_that_lie_apart_in_memory_are_packed_in_order() -> None:
    matrix = np.arange(12.0).reshape(4, 3)
    part = Part("a", SENT, np.arange(8)[::2], matrix[:, 1])
    assert list(pb.Series.FromString(series_message(part)).values) == [1, 4, 7, 10]


def test_messages_in_a_row_are_a_repeated_field() -> None:
    labels = [pb.Label(name="x" * length) for length in (0, 100, 200, 20_000)]
    content = b"".join(part for label in labels for part in field_of_bytes(7, label.SerializeToString()))
    assert list(pb.Hello.FromString(content).labels) == labels
