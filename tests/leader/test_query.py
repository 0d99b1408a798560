"""The query service on a real socket, over rings and files."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from mcp_telemetry.leader.fleet import State
from mcp_telemetry.leader.pace import Pacing
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.parts import CPU, Parts, fill, until
from tests.leader.serving import Served, serving

SECOND_NS = 10**9
NOW_NS = time.time_ns()
SENT = Column("network.bytes_sent", "By", Kind.COUNTER)
COLUMNS = (CPU, SENT, Column("requests{tools/call}"), Column("requests{ping}"))


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with Parts(tmp_path) as parts, serving(parts) as served:
        yield served


# -- ListNodes, GetLatest ---------------------------------------------------------------------------------------------


async def test_nodes_come_by_name_and_unknown_ones_not_at_all(served: Served) -> None:
    for name in ("b", "c", "a"):
        served.parts.fleet.enter(served.parts.fleet.join(name, 1), State.LIVE, 1)
    answer = await served.stub.ListNodes(pb.ListNodesRequest())
    assert [node.node_id for node in answer.nodes] == ["a", "b", "c"]
    assert abs(answer.leader_time_unix_nano - time.time_ns()) < 5 * SECOND_NS
    answer = await served.stub.ListNodes(pb.ListNodesRequest(node_ids=["c", "nobody", "b", "b"]))
    assert [node.node_id for node in answer.nodes] == ["b", "c"]


async def test_the_leader_says_how_it_is_also_without_any_node(served: Served) -> None:
    fill(served.parts.fleet.join("a", 1), 3, NOW_NS, COLUMNS)
    answer = await served.stub.ListNodes(pb.ListNodesRequest(without_nodes=True))
    assert list(answer.nodes) == []
    assert answer.leader.ring_bytes > 0


async def test_the_newest_sample_of_each_node(served: Served) -> None:
    for name, count in (("a", 3), ("b", 7)):
        fill(served.parts.fleet.join(name, 1), count, NOW_NS, COLUMNS)
    served.parts.fleet.join("silent", 1)
    answer = await served.stub.GetLatest(pb.GetLatestRequest())
    assert {each.node_id: (list(each.sequences), list(each.values)) for each in answer.samples} == {
        "a": ([3], [2.0] * 4),
        "b": ([7], [6.0] * 4),
    }
    (columns,) = answer.column_sets
    assert list(columns.columns)[1] == pb.Column(name="network.bytes_sent", unit="By", kind=pb.COUNTER)
    answer = await served.stub.GetLatest(pb.GetLatestRequest(node_ids=["b"], columns=["requests", "cpu.percent"]))
    assert [column.name for column in answer.column_sets[0].columns] == [
        "cpu.percent",
        "requests{tools/call}",
        "requests{ping}",
    ]
    assert list(answer.samples[0].times_unix_nano) == [NOW_NS + 6 * SECOND_NS]


# -- QueryRange -------------------------------------------------------------------------------------------------------


async def half_in_files(served: Served, name: str = "a") -> None:
    """A node with 100 samples a second apart: 1 to 60 only in files, 41 to 100 in the ring."""
    node = served.parts.fleet.join(name, 1)
    fill(node, 60, NOW_NS, COLUMNS)
    await served.parts.flusher.flush_all()
    node.ring.capacity = 20
    node.ring.trim()
    assert len(node.ring) == 20
    node.ring.capacity = 1000
    fill(node, 40, NOW_NS + 60 * SECOND_NS, COLUMNS)


@pytest.mark.parametrize(
    ("start", "end"), [(0, 100), (0, 41), (30, 50), (39, 41), (40, 41), (45, 100), (59, 61), (99, 100), (100, 200)]
)
async def test_ring_and_files_give_one_answer(served: Served, start: int, end: int) -> None:
    await half_in_files(served)
    found = await served.range(
        node_ids=["a"],
        columns=["cpu.percent"],
        start_unix_nano=NOW_NS + start * SECOND_NS,
        end_unix_nano=NOW_NS + end * SECOND_NS,
    )
    seconds = list(range(start, min(end, 100)))
    assert [value for series in found for value in series.values] == seconds
    assert [time_ns for series in found for time_ns in series.times_unix_nano] == [
        NOW_NS + second * SECOND_NS for second in seconds
    ]


async def test_rows_that_are_in_both_come_once(served: Served) -> None:
    fill(served.parts.fleet.join("a", 1), 50, NOW_NS - 3600 * SECOND_NS)
    await served.parts.flusher.flush_all()
    (series,) = await served.range(node_ids=["a"], start_unix_nano=1)
    assert list(series.values) == list(range(50))


async def test_late_samples_stand_where_they_belong(served: Served) -> None:
    node = served.parts.fleet.join("a", 1)
    fill(node, 10, NOW_NS - 100 * SECOND_NS)
    await served.parts.flusher.flush_all()
    fill(node, 10, NOW_NS - 200 * SECOND_NS)
    (series,) = await served.range(node_ids=["a"], start_unix_nano=1)
    assert list(series.times_unix_nano) == sorted(series.times_unix_nano)
    assert list(series.values) == [*range(10, 20), *range(10)]


async def test_several_nodes_and_columns_are_told_apart(served: Served) -> None:
    for name in "ab":
        fill(served.parts.fleet.join(name, 1), 5, NOW_NS - 60 * SECOND_NS, COLUMNS)
    found = await served.range(node_ids=["b", "nobody", "a"], columns=["requests", "network.bytes_sent"])
    assert [(series.node_id, series.column.name, len(series.values)) for series in found] == [
        (node_id, name, 5)
        for node_id in "ba"
        for name in ("network.bytes_sent", "requests{tools/call}", "requests{ping}")
    ]
    assert found[0].column == pb.Column(name="network.bytes_sent", unit="By", kind=pb.COUNTER)


async def test_a_column_that_was_not_always_there_has_only_its_points(served: Served) -> None:
    node = served.parts.fleet.join("a", 1)
    fill(node, 5, NOW_NS - 60 * SECOND_NS, (CPU,))
    fill(node, 5, NOW_NS - 50 * SECOND_NS, (CPU, SENT))
    found = await served.range(node_ids=["a"])
    assert {series.column.name: len(series.values) for series in found} == {CPU.name: 10, SENT.name: 5}


async def test_few_points_keep_the_peak(served: Served) -> None:
    fill(served.parts.fleet.join("a", 1), 900, NOW_NS - 1000 * SECOND_NS)
    (series,) = await served.range(node_ids=["a"], max_points=50)
    assert len(series.values) <= 50
    assert (series.values[0], series.values[-1]) == (0, 899)


async def test_a_long_series_comes_in_parts(served: Served) -> None:
    fill(served.parts.fleet.join("a", 1), 250_000, NOW_NS - 300 * SECOND_NS, step_ns=1_000_000)
    found = await served.range(node_ids=["a"])
    assert [len(series.values) for series in found] == [100_000, 100_000, 50_000]
    assert [value for series in found for value in series.values] == list(range(250_000))


async def test_a_damaged_file_leaves_out_its_hour(served: Served) -> None:
    await half_in_files(served)
    for path in served.parts.folder.glob("*/*.parquet"):
        path.write_bytes(b"no parquet")
    (series,) = await served.range(node_ids=["a"], columns=["cpu.percent"], end_unix_nano=NOW_NS + 100 * SECOND_NS)
    assert list(series.values) == list(range(40, 100))


# -- What is refused --------------------------------------------------------------------------------------------------

BAD_ID = "node_id is '../x': no node can be called that"
REFUSED = {
    "list a path": ("ListNodes", pb.ListNodesRequest(node_ids=["../x"]), BAD_ID),
    "latest of a path": ("GetLatest", pb.GetLatestRequest(node_ids=["../x"]), BAD_ID),
    "range of a path": ("QueryRange", pb.QueryRangeRequest(node_ids=["../x"]), BAD_ID),
    "watch a path": ("Watch", pb.WatchRequest(node_ids=["../x"]), BAD_ID),
    "too many names": ("ListNodes", pb.ListNodesRequest(node_ids=map(str, range(10_001))), "at most 10000"),
    "inverted": ("QueryRange", pb.QueryRangeRequest(node_ids=["a"], start_unix_nano=9, end_unix_nano=8), "9 to 8"),
    "empty": ("QueryRange", pb.QueryRangeRequest(node_ids=["a"], start_unix_nano=9, end_unix_nano=9), "is empty"),
    "no time": ("QueryRange", pb.QueryRangeRequest(node_ids=["a"], end_unix_nano=2**64 - 1), "nanoseconds"),
    "too few points": ("QueryRange", pb.QueryRangeRequest(node_ids=["a"], max_points=2), "at least 4"),
}


@pytest.mark.parametrize(("method", "request_", "detail"), REFUSED.values(), ids=REFUSED.keys())
async def test_a_malformed_question_is_refused(served: Served, method: str, request_: Any, detail: str) -> None:
    fill(served.parts.fleet.join("a", 1), 1, NOW_NS - SECOND_NS)
    code, details = await served.refusal(method, request_)
    assert (code, detail in details) == (grpc.StatusCode.INVALID_ARGUMENT, True), details


async def test_a_range_of_nobody_known_is_not_found(served: Served) -> None:
    code, details = await served.refusal("QueryRange", pb.QueryRangeRequest(node_ids=["a", "b"]))
    assert (code, details) == (grpc.StatusCode.NOT_FOUND, "no node is called a, b; ListNodes tells the names")


# -- Watch ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("node_ids", [["a"], []])
async def test_who_watches_live_makes_nodes_live_until_it_goes(served: Served, node_ids: list[str]) -> None:
    served.parts.fleet.join("a", 1)
    pacing: Pacing = served.parts.pacing
    watch = served.stub.Watch(pb.WatchRequest(node_ids=node_ids, live=True, interval_ms=100))
    await watch.read()
    assert pacing.pace("a").report_interval_ms == 0
    watch.cancel()
    await until(lambda: pacing.pace("a").report_interval_ms == 5000)


async def test_who_only_watches_changes_no_pace(served: Served) -> None:
    served.parts.fleet.join("a", 1)
    watch = served.stub.Watch(pb.WatchRequest(node_ids=["a"], interval_ms=100))
    await watch.read()
    assert served.parts.pacing.pace("a").report_interval_ms == 5000
    watch.cancel()


async def test_a_reader_that_does_not_read_costs_nothing_and_is_told_what_it_missed(served: Served) -> None:
    """The network's window is the only queue."""
    wide = tuple(Column(f"custom.{number}") for number in range(1000))
    node = served.parts.fleet.join("a", 1)
    watch = served.stub.Watch(pb.WatchRequest(node_ids=["a"], interval_ms=100))
    await watch.read()
    fill(node, 2000, NOW_NS, wide)  # more than fits on the way
    for _ in range(8):
        fill(node, 20, NOW_NS, wide)
        await asyncio.sleep(0.1)  # the reader is busy with something else
    seen, coalesced = 0, 0
    while seen + coalesced < 2160:
        update = await asyncio.wait_for(watch.read(), 5)
        seen += sum(len(samples.sequences) for samples in update.samples)
        coalesced += update.coalesced
    assert seen + coalesced == 2160
    assert coalesced > 100
    watch.cancel()
