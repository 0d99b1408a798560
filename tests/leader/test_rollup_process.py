"""A real leader, killed and started again: hours are summed up whatever happens, and outlive their samples."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS, Buckets
from mcp_telemetry.series.summarize import join
from mcp_telemetry.storage.rollups import Rollups
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.processes import leader_process, wait_until
from tests.reading import DEADLINE_SECONDS, querying
from tests.streaming import batch, raw_stream, snapshot, welcomed

LAST_NS = 2**63 - 1
HOURS = 3
STEP_S = 5
COUNT = HOURS * 3600 // STEP_S
# Whole hours of three days ago.
START_NS = (time.time_ns() // HOUR_NS - 72) // 24 * 24 * HOUR_NS + HOUR_NS
RESTART_AT = 1000


def snapshots() -> list[pb.MetricSnapshot]:
    """A gauge that tells which it is, and a counter that starts again once."""
    made = [snapshot(at % 100, START_NS + at * STEP_S * 10**9) for at in range(COUNT)]
    for at, each in enumerate(made):
        each.system.network.bytes_sent = 7 * (at if at < RESTART_AT else at - RESTART_AT)
    return made


async def reported(leader: str, first: int, count: int) -> None:
    async with raw_stream(leader) as stream:
        await welcomed(stream, "a", first_sequence=first)
        await stream.send(batch(first, snapshots()[first - 1 : first - 1 + count]))
        await stream.ack(first - 1 + count)


def files(metrics: Path, pattern: str) -> list[Path]:
    return list(metrics.glob(pattern))


def kept(metrics: Path, step_ns: int) -> Buckets:
    return join([Buckets.none(step_ns), *Rollups(metrics).read("a", step_ns, frozenset(), 0, LAST_NS)])


def answer(leader: str, tier: pb.QueryRangeRequest.Tier) -> tuple[int, float, float]:
    """Of cpu.percent: points, the lowest, the highest."""
    request = pb.QueryRangeRequest(
        node_ids=["a"],
        columns=["cpu.percent"],
        start_unix_nano=START_NS,
        end_unix_nano=START_NS + HOURS * HOUR_NS,
        tier=tier,
    )
    with querying(leader) as query:
        values = [value for part in query.QueryRange(request, timeout=DEADLINE_SECONDS) for value in part.values]
    return len(values), min(values), max(values)


async def test_killed_before_and_after_the_flush_every_sample_is_summed_up_once(tmp_path: Path) -> None:
    with leader_process(tmp_path, "--no-dashboard", "--raw-retention", "0", "--flush-interval", "3600") as leader:
        await reported(leader.address, 1, 800)
        leader.kill()
    with leader_process(tmp_path, "--no-dashboard", "--raw-retention", "0", "--flush-interval", "0.2") as leader:
        wait_until(lambda: kept(tmp_path, MINUTE_NS).samples.sum() == 800, 20)
        await reported(leader.address, 801, COUNT - 800)
        leader.kill()
    with leader_process(tmp_path, "--no-dashboard", "--raw-retention", "0", "--flush-interval", "0.2") as leader:
        wait_until(lambda: kept(tmp_path, HOUR_NS).samples.sum() == COUNT, 20)
        wait_until(lambda: files(tmp_path, "_hours/*/*.parquet"), 20)
        leader.stop()
    hours = kept(tmp_path, HOUR_NS)
    sent = [column.name for column in hours.columns].index("network.bytes_sent")
    assert hours.times_ns.tolist() == [START_NS + hour * HOUR_NS for hour in range(HOURS)]
    # Each hour from its first to its last; the second has the restart in it.
    np.testing.assert_array_equal(hours.increases[:, sent], [719 * 7, 718 * 7, 719 * 7])
    np.testing.assert_array_equal(kept(tmp_path, MINUTE_NS).samples, [12] * 60 * HOURS)


async def test_what_had_its_time_goes_and_its_rollups_answer(tmp_path: Path) -> None:
    with leader_process(tmp_path, "--no-dashboard", "--raw-retention", "0", "--flush-interval", "3600") as leader:
        await reported(leader.address, 1, COUNT)
        assert answer(leader.address, pb.QueryRangeRequest.RAW) == (COUNT, 0, 99)
        leader.stop()
    assert len(files(tmp_path, "2*/*.parquet")) == HOURS
    with leader_process(tmp_path, "--no-dashboard", "--raw-retention", "1d") as leader:
        wait_until(lambda: not files(tmp_path, "2*"), 20)
        points, low, high = answer(leader.address, pb.QueryRangeRequest.RAW)
        assert 180 <= points <= 360 and (low, high) == (0, 99)
        leader.stop()
    with leader_process(tmp_path, "--no-dashboard", "--minute-retention", "1d") as leader:
        wait_until(lambda: not files(tmp_path, "_minutes/*"), 20)
        points, low, high = answer(leader.address, pb.QueryRangeRequest.RAW)
        assert 3 <= points <= 6 and (low, high) == (0, 99)
        leader.stop()
