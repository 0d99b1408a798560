"""Rates, steps, groups and bounds of QueryRange, on a real socket over rings, files and rollups."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest

from mcp_telemetry.leader.gate import Gate
from mcp_telemetry.leader.reader import Reader
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.storage.rollups import Hour, Rollups
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.parts import CPU, Parts, fill, until
from tests.leader.serving import Served, serving

R = pb.QueryRangeRequest
SECOND_NS = 10**9
# Yesterday, from the beginning of an hour on.
START_NS = (time.time_ns() // HOUR_NS - 24) * HOUR_NS
SENT = Column("network.bytes_sent", "By", Kind.COUNTER)
BOTH = (CPU, SENT)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with Parts(tmp_path, capacity=10_000) as parts, serving(parts) as served:
        yield served


def label(served: Served, node_id: str, **labels: str) -> None:
    node = served.parts.node(node_id)
    node.hello.labels.extend(pb.Label(name=name, value=value) for name, value in labels.items())


def values(found: list[pb.Series]) -> dict[tuple[str, ...], list[float]]:
    return {tuple(label.value for label in series.group): list(series.values) for series in found}


# -- Points ------------------------------------------------------------------------------------------------------------


async def test_a_rate_goes_over_the_seam_of_files_and_memory_and_over_a_restart(served: Served) -> None:
    node = served.parts.fleet.join("a", 1)
    fill(node, 60, START_NS, BOTH)
    await served.parts.flusher.flush_all()
    node.ring.append(
        BOTH, START_NS + np.array([70, 80]) * SECOND_NS, np.array([61, 62]), np.array([[1, 79.0], [1, 5.0]]), "i1"
    )
    (series,) = await served.range(node_ids=["a"], start_unix_nano=START_NS, transform=R.RATE)
    assert series.column == pb.Column(name=SENT.name, unit="By/s", kind=pb.GAUGE)
    assert list(series.values) == [1.0] * 59 + [20 / 11, 0.5]
    assert series.times_unix_nano[-2:] == [START_NS + 70 * SECOND_NS, START_NS + 80 * SECOND_NS]


async def test_peaks_of_a_rate_survive_the_thinning(served: Served) -> None:
    """Thinned before, the burst of one second would be spread over minutes."""
    node = served.parts.fleet.join("a", 1)
    counter = np.arange(5000.0)
    counter[2500:] += 1e6
    times = START_NS + np.arange(5000) * SECOND_NS
    node.ring.append((SENT,), times, np.arange(1, 5001), counter[:, None], "i1")
    request = {"node_ids": ["a"], "start_unix_nano": START_NS, "end_unix_nano": START_NS + 5000 * SECOND_NS}
    (series,) = await served.range(**request, transform=R.RATE, max_points=400, tier=R.RAW)
    assert len(series.values) <= 400
    assert max(series.values) == 1e6 + 1
    (series,) = await served.range(**request, transform=R.RATE, max_points=100)
    assert series.tier == R.MINUTE
    assert max(series.values) == 1e6 + 1


async def test_rollups_answer_where_samples_are_gone(served: Served) -> None:
    node = served.parts.fleet.join("a", 1)
    fill(node, 3 * 3600, START_NS, BOTH)
    await served.parts.flusher.flush_all()
    await roll(served.parts, "a")
    served.parts.storage.drop_day(START_NS // HOUR_NS // 24)
    served.parts.storage.drop_day(START_NS // HOUR_NS // 24 + 1)
    node.ring.capacity = 64
    node.ring.trim()
    found = await served.range(node_ids=["a"], columns=[CPU.name], start_unix_nano=START_NS)
    assert {series.tier for series in found} == {R.MINUTE}
    shown = [value for series in found for value in series.values]
    assert (shown[0], shown[-1], len(shown)) == (0, 10_799, 360)
    (delta,) = await served.range(node_ids=["a"], transform=R.DELTA, start_unix_nano=START_NS, step_ms=3_600_000)
    assert sum(delta.values) == 10_799
    assert (delta.tier, delta.step_ms, delta.node_id) == (R.HOUR, 3_600_000, "a")


async def roll(parts: Parts, node_id: str) -> None:
    end_ns = START_NS + 30 * HOUR_NS
    versions = parts.storage.versions(node_id, START_NS, end_ns)
    blocks = parts.storage.read(node_id, frozenset(), START_NS, end_ns)
    hours = [Hour(hour, version, rows) for (hour, version), rows in zip(versions.items(), blocks, strict=True)]
    await asyncio.to_thread(Rollups(parts.folder).update, node_id, hours)


# -- Steps -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def fleet(served: Served) -> Served:
    """Ten nodes that have 0, 1, 2 … in each second, and one that has nothing of it."""
    for number in range(10):
        node = served.parts.fleet.join(f"n{number}", 1)
        times = START_NS + np.arange(120) * SECOND_NS
        matrix = np.column_stack((np.full(120, float(number)), np.arange(120.0) * number))
        node.ring.append(BOTH, times, np.arange(1, 121), matrix, "i1")
        label(served, f"n{number}", zone="eu" if number < 5 else "us", parity=str(number % 2))
    served.parts.fleet.join("silent", 1)
    return served


MINUTE = {"start_unix_nano": START_NS, "end_unix_nano": START_NS + 120 * SECOND_NS, "step_ms": 60_000}


@pytest.mark.parametrize(
    ("aggregate", "wanted"),
    [(R.SUM, 45), (R.MEAN, 4.5), (R.MIN, 0), (R.MAX, 9), (R.P50, 4.5), (R.P95, 8.55), (R.P99, 8.91)],
)
async def test_all_nodes_become_one(fleet: Served, aggregate: int, wanted: float) -> None:
    (series,) = await fleet.range(**MINUTE, columns=[CPU.name], aggregate=aggregate)
    assert list(series.values) == pytest.approx([wanted] * 2)
    assert list(series.times_unix_nano) == [START_NS, START_NS + 60 * SECOND_NS]
    assert (series.node_id, series.nodes, series.step_ms) == ("", 10, 60_000)


async def test_groups_are_by_the_values_of_labels(fleet: Served) -> None:
    found = await fleet.range(**MINUTE, columns=[CPU.name], aggregate=R.SUM, group_by=["zone"])
    assert values(found) == {("eu",): [10, 10], ("us",): [35, 35]}
    found = await fleet.range(**MINUTE, columns=[CPU.name], aggregate=R.MAX, group_by=["parity", "zone", "rack"])
    assert values(found) == {
        ("0", "eu", ""): [4, 4],
        ("0", "us", ""): [8, 8],
        ("1", "eu", ""): [3, 3],
        ("1", "us", ""): [9, 9],
    }


async def test_the_sum_of_rates_and_of_increases(fleet: Served) -> None:
    (rate,) = await fleet.range(**MINUTE, transform=R.RATE, aggregate=R.SUM)
    assert list(rate.values) == pytest.approx([45, 45])
    assert rate.column == pb.Column(name=SENT.name, unit="By/s", kind=pb.GAUGE)
    (delta,) = await fleet.range(**MINUTE, transform=R.DELTA, aggregate=R.SUM)
    assert list(delta.values) == [59 * 45, 60 * 45]
    assert delta.column.unit == "By"


async def test_labels_choose_nodes_and_a_label_nobody_has_chooses_none(fleet: Served) -> None:
    eu_even = [pb.Label(name="zone", value="eu"), pb.Label(name="parity", value="0")]
    (series,) = await fleet.range(**MINUTE, columns=[CPU.name], aggregate=R.SUM, labels=eu_even)
    assert (list(series.values), series.nodes) == ([6, 6], 3)
    found = await fleet.range(**(MINUTE | {"step_ms": 0}), columns=[CPU.name], labels=eu_even, node_ids=["n4", "n5"])
    assert {series.node_id for series in found} == {"n4"}
    assert await fleet.range(**MINUTE, aggregate=R.SUM, labels=[pb.Label(name="zone", value="mars")]) == []


async def test_without_a_start_it_begins_where_there_is_something(fleet: Served) -> None:
    """Steps as fine as the two minutes allow, not as the years since 1970 would."""
    end = {"end_unix_nano": START_NS + 120 * SECOND_NS, "columns": [CPU.name]}
    (series,) = await fleet.range(**end, aggregate=R.SUM, max_points=120)
    assert len(series.values) == 120
    (series,) = await fleet.range(**end, node_ids=["n1"], max_points=100)
    assert 80 < len(series.values) <= 100


# -- Bounds ------------------------------------------------------------------------------------------------------------


async def test_more_questions_than_wait_are_turned_away_with_a_hint(served: Served) -> None:
    fill(served.parts.fleet.join("a", 1), 10, START_NS)
    served.reader.gate = Gate(1, 0)
    async with served.reader.gate:
        call = served.stub.QueryRange(R(node_ids=["a"]), timeout=10)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call.read()
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "try again after a second" in (refused.value.details() or "")
        assert ("grpc-retry-pushback-ms", "1000") in list(await call.trailing_metadata())
    (series,) = await served.range(node_ids=["a"])
    assert len(series.values) == 10


async def test_who_goes_away_ends_the_work_and_makes_room(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(served.parts.fleet.join("a", 1), 5000, START_NS, tuple(Column(f"c{n}") for n in range(200)))
    served.reader.gate = Gate(1, 0)
    call = served.stub.QueryRange(R(node_ids=["a"]))
    await call.read()
    assert served.reader.gate.running == 1
    call.cancel()
    await until(lambda: served.reader.gate.running == 0)
    assert await served.range(node_ids=["a"], columns=["c1"])


async def test_who_stops_reading_loses_its_place_only_when_others_want_it(tmp_path: Path) -> None:
    async with Parts(tmp_path, capacity=10_000) as parts, serving(parts, patience_s=0.05) as served:
        fill(parts.fleet.join("a", 1), 5000, START_NS, tuple(Column(f"c{n}") for n in range(200)))
        served.reader.gate = Gate(2, 1)
        stalled = served.stub.QueryRange(R(node_ids=["a"]), timeout=30)
        await stalled.read()
        await asyncio.sleep(0.2)  # several times its patience
        assert served.reader.gate.running == 1
        another = served.stub.QueryRange(R(node_ids=["a"]), timeout=30)
        await another.read()
        assert await served.range(node_ids=["a"], columns=["c1"])
        with pytest.raises(grpc.aio.AioRpcError, match="others wait") as cut_off:
            for call in (stalled, another):
                while await call.read() is not grpc.aio.EOF:
                    pass
        assert cut_off.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_slow_reader_is_waited_for_with_little_in_memory(served: Served) -> None:
    """The work stands still until the reader takes what there is; without that all of it would be queued here."""
    fill(served.parts.fleet.join("a", 1), 10_000, START_NS, tuple(Column(f"c{n}") for n in range(400)))
    done = 0
    taken = Reader.answer

    async def counted(self: Reader, *arguments: Any) -> AsyncIterator[bytes]:
        nonlocal done
        async for message in taken(self, *arguments):
            done += 1
            yield message

    served.reader.answer = counted.__get__(served.reader)  # type: ignore[method-assign]
    call = served.stub.QueryRange(R(node_ids=["a"]))
    await call.read()
    await asyncio.sleep(0.2)  # time in which all of it could be made
    made = done
    rest = 0
    while await call.read() is not grpc.aio.EOF:
        rest += 1
    assert rest >= 399
    assert made < rest / 2  # how much sockets and gRPC hold differs from machine to machine
