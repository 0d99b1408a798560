"""However many shapes come by, what is remembered of them stays small."""

from __future__ import annotations

import gc
import tracemalloc
from collections import Counter

import pytest

from mcp_telemetry.leader.decoding.found import BadNameError, TooManyColumnsError
from mcp_telemetry.leader.decoding.layout import Layout
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.leader.decoding.walk import MissingTimeError
from mcp_telemetry.leader.decoding.wire import MalformedError
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.decoding.messages import NOW_NS, record


def of_shape(name: str, columns: int = 1, value: float = 1.0) -> bytes:
    metrics = [pb.CustomMetric(name=f"{name}.{at}", gauge=value) for at in range(columns)]
    return pb.MetricSnapshot(time_unix_nano=NOW_NS, custom=metrics).SerializeToString()


def test_a_known_shape_is_found_again_and_other_numbers_do_not_matter() -> None:
    layouts = Layouts(100)
    learned = layouts.find(of_shape("a", value=1))
    assert layouts.find(of_shape("a", value=2)) is learned
    assert layouts.find(of_shape("b")) is not learned


def test_shapes_of_one_length_do_not_push_each_other_out_at_once() -> None:
    layouts = Layouts(100)
    learned = [layouts.find(of_shape(name)) for name in "abcd"]
    assert [layouts.find(of_shape(name)) for name in "abcd"] == learned


def test_a_shape_in_use_outlives_those_that_are_not() -> None:
    layouts = Layouts(100)
    layouts.MAX_BYTES = 2000
    used = layouts.find(of_shape("used"))
    for at in range(1000):
        layouts.find(of_shape("x" * (at % 100 + 1)))
        assert layouts.find(of_shape("used")) is used


def test_a_flood_of_shapes_is_forgotten_again() -> None:
    layouts = Layouts(100)
    layouts.MAX_BYTES = 100_000
    for at in range(20_000):
        layouts.find(of_shape(f"m{at}" + "x" * (at % 100)))
    for at in range(500):
        layouts.find(of_shape(f"m{at}", columns=at % 100 + 1))
    gc.collect()
    remembered = [each.length for each in gc.get_objects() if isinstance(each, Layout)]
    assert 50_000 < sum(remembered) <= 100_000
    assert max(Counter(remembered).values()) <= Layouts.PER_LENGTH


@pytest.mark.parametrize("columns", [1, 40])
def test_what_is_remembered_fits_in_100_megabytes(columns: int) -> None:
    layouts = Layouts(100)
    shapes = [of_shape(f"m{at}" + "x" * (at % 60), columns) for at in range(400)]
    tracemalloc.start()
    for shape in shapes:
        layouts.find(shape)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held / sum(map(len, shapes)) * Layouts.MAX_BYTES < 100 * 2**20


@pytest.mark.parametrize("max_columns", [1, 2000])
def test_a_million_columns_are_refused_early_and_in_little_memory(max_columns: int) -> None:
    metric = record(7, pb.CustomMetric(name="a", gauge=1).SerializeToString())
    snapshot = pb.MetricSnapshot(time_unix_nano=NOW_NS).SerializeToString() + metric * 1_000_000
    tracemalloc.start()
    with pytest.raises(TooManyColumnsError):
        Layouts(max_columns).find(snapshot)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 2**20


def test_measurements_of_one_name_are_counted_each() -> None:
    metric = record(7, pb.CustomMetric(name="a", gauge=1).SerializeToString())
    with pytest.raises(TooManyColumnsError, match="more than 3 columns"):
        Layouts(3).find(pb.MetricSnapshot(time_unix_nano=NOW_NS).SerializeToString() + metric * 4)


def test_empty_messages_without_end_are_refused_like_columns() -> None:
    with pytest.raises(TooManyColumnsError, match="more than 1600 fields"):
        Layouts(100).find(pb.MetricSnapshot(time_unix_nano=NOW_NS).SerializeToString() + b"\x3a\x00" * 1601)


@pytest.mark.parametrize(
    ("snapshot", "error"),
    [
        (b"", MissingTimeError),
        (b"\x2a\x05", MalformedError),
        (b"\x2a\x02\x0a\x05", MalformedError),
        (record(1, b"\xff"), MalformedError),
        (record(7, record(1, b"\xc3")), MalformedError),
        (record(7, b""), BadNameError),
    ],
)
def test_what_has_no_layout_is_refused_and_not_remembered(snapshot: bytes, error: type[Exception]) -> None:
    layouts = Layouts(100)
    for _ in range(2):
        with pytest.raises(error):
            layouts.find(snapshot)
