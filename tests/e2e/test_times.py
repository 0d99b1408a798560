"""Times that are not as one would like them, through a real leader: every sample lands in the hour of its own time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

import pyarrow.parquet as pq
import pytest

from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.processes import LeaderProcess, leader_process, wait_until
from tests.reading import nodes, querying
from tests.streaming import batch, raw_stream, snapshot, welcomed

SECOND_NS = 10**9
HOUR_NS = 3600 * SECOND_NS
# Some whole hour of the last days, so that every time around it is one the leader takes.
HOUR_START_NS = (time.time_ns() // HOUR_NS - 100) * HOUR_NS
NEW_YEAR_NS = 1_767_225_600 * SECOND_NS  # 2026-01-01T00:00:00Z


@pytest.fixture(scope="module")
def leader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LeaderProcess]:
    """One that keeps everything, and writes its files often."""
    flags = ("--no-dashboard", "--flush-interval", "0.3", "--raw-retention", "0", "--log-level", "warning")
    with leader_process(tmp_path_factory.mktemp("times") / "metrics", *flags) as leader:
        yield leader
        leader.stop()


async def report(leader: LeaderProcess, node_id: str, times_ns: Sequence[int], instance_id: str = "i1") -> None:
    """One sample at each time, ten a batch, all acknowledged."""
    async with raw_stream(leader.address) as stream:
        await welcomed(stream, node_id, instance_id)
        for first in range(0, len(times_ns), 10):
            part = times_ns[first : first + 10]
            samples = [snapshot(float(first + place), time_ns) for place, time_ns in enumerate(part)]
            await stream.send(batch(first + 1, samples))
        await stream.ack(len(times_ns))


def in_files(leader: LeaderProcess, node_id: str) -> dict[str, list[tuple[int, int]]]:
    """By file, time and sequence of each row, in the file's order."""
    found = {}
    for path in sorted(leader.metrics_dir.glob(f"20*/{node_id}_*.parquet")):
        table = pq.read_table(path, columns=["time", "sequence"])
        times = table["time"].cast("int64").to_pylist()
        found[f"{path.parent.name}/{path.name}"] = list(zip(times, table["sequence"].to_pylist(), strict=True))
    return found


def stored(leader: LeaderProcess, node_id: str, count: int) -> dict[str, list[tuple[int, int]]]:
    """The same, once there are so many rows."""

    def enough() -> dict[str, list[tuple[int, int]]]:
        found = in_files(leader, node_id)
        return found if sum(map(len, found.values())) >= count else {}

    return wait_until(enough, 20)


def asked(leader: LeaderProcess, node_id: str, start_ns: int, end_ns: int) -> list[tuple[int, float]]:
    request = pb.QueryRangeRequest(
        node_ids=[node_id], columns=["cpu.percent"], start_unix_nano=start_ns, end_unix_nano=end_ns
    )
    with querying(leader.address) as query:
        series = list(query.QueryRange(request, timeout=10))
    return [pair for each in series for pair in zip(each.times_unix_nano, each.values, strict=True)]


def seconds(first: int, last: int) -> list[int]:
    return [HOUR_START_NS + second * SECOND_NS for second in range(first, last)]


async def test_a_clock_that_steps_back_and_forth_costs_no_sample(leader: LeaderProcess) -> None:
    times_ns = [
        *seconds(3590, 3610),  # over the end of the hour
        *(time_ns + SECOND_NS // 2 for time_ns in seconds(3595, 3605)),  # fifteen seconds back, the same time again
        *seconds(-7200, -7190),  # three hours back
        *seconds(20 * 3600, 20 * 3600 + 10),  # most of a day ahead
        *seconds(3610, 3620),  # right again
    ]
    await report(leader, "steps", times_ns)
    files = await asyncio.to_thread(stored, leader, "steps", len(times_ns))
    rows = [row for file in files.values() for row in file]
    assert sorted(sequence for _, sequence in rows) == list(range(1, len(times_ns) + 1))
    assert {sequence: time_ns for time_ns, sequence in rows} == dict(enumerate(times_ns, 1))
    for name, file in files.items():
        named = time.strftime("%Y-%m-%d/steps_%H-00-00.parquet", time.gmtime(file[0][0] // SECOND_NS))
        assert name == named
        assert {time_ns // HOUR_NS for time_ns, _ in file} == {file[0][0] // HOUR_NS}
        assert file == sorted(file)
    answer = await asyncio.to_thread(asked, leader, "steps", min(times_ns), max(times_ns) + 1)
    assert [time_ns for time_ns, _ in answer] == sorted(times_ns)


async def test_the_last_nanosecond_of_a_year_and_the_first_of_the_next(leader: LeaderProcess) -> None:
    times_ns = [NEW_YEAR_NS + step for step in (-SECOND_NS, -2, -1, 0, 1, SECOND_NS)]
    await report(leader, "seam", times_ns)
    files = await asyncio.to_thread(stored, leader, "seam", len(times_ns))
    assert files == {
        "2025-12-31/seam_23-00-00.parquet": list(zip(times_ns[:3], (1, 2, 3), strict=True)),
        "2026-01-01/seam_00-00-00.parquet": list(zip(times_ns[3:], (4, 5, 6), strict=True)),
    }
    points = list(zip(times_ns, map(float, range(6)), strict=True))
    start_ns, end_ns = times_ns[0], times_ns[-1] + 1
    for cut_ns in (NEW_YEAR_NS - 1, NEW_YEAR_NS, NEW_YEAR_NS + 1):
        before = await asyncio.to_thread(asked, leader, "seam", start_ns, cut_ns)
        after = await asyncio.to_thread(asked, leader, "seam", cut_ns, end_ns)
        assert (before, after) == (
            [point for point in points if point[0] < cut_ns],
            [point for point in points if point[0] >= cut_ns],
        )


async def test_late_samples_join_an_hour_that_is_long_in_its_file(leader: LeaderProcess) -> None:
    await report(leader, "late", seconds(0, 20))
    before = await asyncio.to_thread(stored, leader, "late", 20)
    await report(leader, "late", seconds(-5, 25), instance_id="i2")
    after = await asyncio.to_thread(stored, leader, "late", 50)
    (name,) = before
    assert set(before[name]) < set(after[name])
    assert len(after[name]) == 45
    assert [time_ns for time_ns, _ in after[name]] == sorted(time_ns for time_ns, _ in after[name])


async def test_an_outbox_under_another_name_goes_on_and_the_old_name_keeps_its_history(leader: LeaderProcess) -> None:
    await report(leader, "old-name", seconds(0, 20))
    async with raw_stream(leader.address) as stream:
        welcome = await welcomed(stream, "new-name", first_sequence=21)
        assert welcome.resume_sequence == 21
        await stream.send(batch(21, [snapshot(1.0, time_ns) for time_ns in seconds(20, 30)]))
        await stream.ack(30)
    old, new = [await asyncio.to_thread(stored, leader, *which) for which in (("old-name", 20), ("new-name", 10))]
    assert [sequence for file in old.values() for _, sequence in file] == list(range(1, 21))
    assert [sequence for file in new.values() for _, sequence in file] == list(range(21, 31))
    assert [nodes(leader.address)[name].counts.gaps for name in ("old-name", "new-name")] == [0, 0]


async def test_columns_come_and_go_within_an_hour(leader: LeaderProcess) -> None:
    async with raw_stream(leader.address) as stream:
        await welcomed(stream, "columns")
        for place in range(30):
            gauges = {f"phase{place // 10}": float(place)} if place // 10 != 1 else {}
            await stream.send(batch(place + 1, [snapshot(1.0, HOUR_START_NS + place * SECOND_NS, **gauges)]))
        await stream.ack(30)
    (name,) = await asyncio.to_thread(stored, leader, "columns", 30)
    table = pq.read_table(leader.metrics_dir / name)
    for column, first in (("custom.phase0", 0), ("custom.phase2", 20)):
        values = [float(place) if first <= place < first + 10 else None for place in range(30)]
        assert table[column].to_pylist() == values


async def test_counters_are_exact_up_to_2_to_the_53(leader: LeaderProcess) -> None:
    counts = [2**53 - 3, 2**53 - 2, 2**53 - 1]
    made = [snapshot(1.0, HOUR_START_NS + place * SECOND_NS) for place in range(len(counts))]
    for each, count in zip(made, counts, strict=True):
        each.system.network.bytes_sent = count
    async with raw_stream(leader.address) as stream:
        await welcomed(stream, "exact")
        await stream.send(batch(1, made))
        await stream.ack(len(made))
    (name,) = await asyncio.to_thread(stored, leader, "exact", len(made))
    assert pq.read_table(leader.metrics_dir / name)["network.bytes_sent"].to_pylist() == counts
