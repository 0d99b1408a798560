"""A leader is killed with much in its journal: the next one takes nodes at once, and each row is stored once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from operator import lt
from pathlib import Path

import pytest

from tests.e2e.pumping import Pump
from tests.leader.parts import until
from tests.processes import LeaderProcess, wait_until
from tests.reading import nodes, stored_sequences
from tests.streaming import batch, raw_stream, snapshot, welcomed

NAMES = [f"node-{number}" for number in range(5)]
EACH = 20_000
KILLS = 5
FLAGS = ("--no-dashboard", "--log-level", "info")


@pytest.fixture
def leader(tmp_path: Path) -> Iterator[LeaderProcess]:
    leader = LeaderProcess(tmp_path / "metrics", *FLAGS, "--ring-snapshots", "1000000", "--flush-interval", "3600")
    leader.log = tmp_path / "log"
    try:
        yield leader
    finally:
        leader.kill()


def files(leader: LeaderProcess) -> int:
    return len(list(leader.metrics_dir.glob("20*/*.parquet")))


def segments(leader: LeaderProcess) -> set[Path]:
    return set((leader.metrics_dir / "_journal").glob("*.wal"))


def in_order(metrics_dir: Path) -> dict[str, list[int]]:
    """All that is stored of each node, whatever the times."""
    return {name: sorted(instances["i1"]) for name, instances in stored_sequences(metrics_dir).items()}


async def pumped(leader: LeaderProcess) -> None:
    async with asyncio.timeout(60):
        await asyncio.gather(*(Pump(leader.address, name, columns=20).run(EACH) for name in NAMES))


async def test_nodes_are_acknowledged_before_the_journal_is_in_files(leader: LeaderProcess) -> None:
    leader.start()
    await pumped(leader)
    assert files(leader) == 0
    for died in range(3):  # the third one is left alone
        leader.kill()
        before = segments(leader)
        leader.start()
        async with raw_stream(leader.address) as stream:
            assert (await welcomed(stream, NAMES[0])).resume_sequence == EACH + 1 + died
            await stream.send(batch(EACH + 1 + died, [snapshot()]))
            await stream.ack(EACH + 1 + died)
        if died == 0:
            assert files(leader) < len(NAMES), "the journal was too small to tell"
        wait_until(lambda died=died: files(leader) > died)
        assert before <= segments(leader)
    assert leader.log is not None
    log = leader.log
    wait_until(lambda: log.read_text().count("the journal's rows are in the hour files") >= 1, 30)
    counts = {name: node.counts.stored for name, node in nodes(leader.address).items()}
    assert counts == {name: EACH + 3 * (name == NAMES[0]) for name in NAMES}
    leader.stop()
    assert in_order(leader.metrics_dir) == {name: list(range(1, count + 1)) for name, count in counts.items()}
    assert sum(path.stat().st_size for path in segments(leader)) < 10_000, "nothing but the checkpoint"


async def test_the_journal_is_freed_only_of_what_is_in_files(tmp_path: Path) -> None:
    """Flushes follow each other without a pause, and the leader is killed at any moment of them."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    moments = random.Random(seed)
    leader = LeaderProcess(tmp_path / "metrics", "--no-dashboard", "--flush-interval", "0.05", "--log-level", "error")
    pumps = [Pump(leader.address, name) for name in NAMES[:3]]
    try:
        leader.start()
        running = [asyncio.create_task(pump.run()) for pump in pumps]
        for _ in range(KILLS):
            acked = [pump.acked for pump in pumps]
            await until(lambda acked=acked: all(map(lt, acked, [pump.acked for pump in pumps])), 30)
            await asyncio.sleep(moments.uniform(0.0, 0.5))  # any moment, not a condition
            leader.kill()
            await asyncio.to_thread(leader.start)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        leader.stop()
    finally:
        leader.kill()
    stored = in_order(tmp_path / "metrics")
    for pump in pumps:
        assert stored[pump.node_id] == list(range(1, len(stored[pump.node_id]) + 1))
        assert len(stored[pump.node_id]) >= pump.acked
        assert pump.forgotten == []
