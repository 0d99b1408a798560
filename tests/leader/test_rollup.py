"""The roller: what is summed up and when, over crashes, late rows, damage and full disks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.leader.rollup import Roller
from mcp_telemetry.leader.stale import StaleHours
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS, Buckets
from mcp_telemetry.series.summarize import join, summarize
from mcp_telemetry.storage.engines import ENGINES, make_storage
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.rollups import Rollups
from tests.leader.parts import until
from tests.storage.samples import HOUR_START_NS, Sample, rows_of, run_of

LAST_NS = 2**63 - 1
HOUR = HOUR_START_NS // HOUR_NS
DAY = HOUR // 24
SETTLE_S = 360


class Bench:
    """A roller on a folder, with a clock that stands until it is moved."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.storage, self.rollups = HourFiles(folder), Rollups(folder)
        self.storage.open()
        self.now_ns = HOUR_START_NS
        self.roller = Roller(self.storage, self.rollups, SETTLE_S - 60, now_ns=lambda: self.now_ns)
        self._write = self.roller.noting(self.storage.write)

    def write(self, samples: Sequence[Sample], node_id: str = "a") -> None:
        self._write(node_id, rows_of(samples))

    def at(self, hour: float, past_s: float = 0) -> None:
        """It is so many hours after HOUR_START, and seconds."""
        self.now_ns = HOUR_START_NS + round(hour * HOUR_NS) + round(past_s * 10**9)

    def restarted(self) -> Bench:
        again = Bench(self.folder)
        again.now_ns = self.now_ns
        again.roller.begin()
        return again

    def hours(self, step_ns: int = MINUTE_NS, node_id: str = "a") -> list[int]:
        return [hour - HOUR for hour in self.rollups.versions(node_id, step_ns, 0, LAST_NS)]

    @property
    def stale(self) -> set[int]:
        return set(self.roller.stale_hours.marks("a"))

    def counts(self, step_ns: int = MINUTE_NS) -> float:
        blocks = [Buckets.none(step_ns), *self.rollups.read("a", step_ns, frozenset(), 0, LAST_NS)]
        return float(join(blocks).samples.sum())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


class TestWhen:
    def test_an_hour_is_summed_up_when_it_is_over_and_its_rows_are_in_files(self, bench: Bench) -> None:
        bench.write(run_of(range(3500, 3700)))
        bench.at(1, SETTLE_S - 1)
        bench.roller.work()
        assert bench.hours() == []
        assert bench.stale == {HOUR, HOUR + 1}
        bench.at(1, SETTLE_S)
        bench.roller.work()
        assert bench.hours() == [0]
        assert bench.stale == {HOUR + 1}

    def test_late_rows_make_it_out_of_date_until_it_is_summed_up_again(self, bench: Bench) -> None:
        samples = run_of(range(100))
        bench.write(samples[::2])
        bench.at(2)
        bench.roller.work()
        bench.write(samples[1::2])
        assert bench.stale == {HOUR}
        bench.roller.work()
        assert bench.stale == set()
        assert bench.counts() == 100
        assert bench.roller.rolled == 2

    def test_rows_that_are_known_cost_nothing(self, bench: Bench) -> None:
        bench.write(run_of(range(100)))
        bench.at(2)
        bench.roller.work()
        bench.write(run_of(range(100)))
        bench.roller.work()
        assert bench.roller.rolled == 1
        assert bench.stale == set()

    def test_a_write_while_its_hour_is_summed_up_is_not_missed(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        samples = run_of(range(100))
        bench.write(samples[:50])
        bench.at(2)
        update = bench.rollups.update

        def slow(*args: object) -> tuple[Path, ...]:
            done = update(*args)  # type: ignore[arg-type]
            bench.write(samples[50:])
            return done

        with monkeypatch.context() as patched:
            patched.setattr(bench.rollups, "update", slow)
            bench.roller.work()
        assert bench.stale == {HOUR}
        bench.roller.work()
        assert bench.counts() == 100

    def test_hours_of_a_day_are_written_when_it_is_over(self, bench: Bench) -> None:
        bench.write(run_of(range(0, 14 * 3600, 300)))
        bench.at(14)
        bench.roller.work()
        assert not list(bench.folder.glob("_hours/**/*.parquet"))
        bench.at(14, SETTLE_S)
        bench.roller.work()
        assert len(list(bench.folder.glob("_hours/**/*.parquet"))) == 1
        assert bench.hours(HOUR_NS) == bench.hours() == list(range(14))
        bench.write(run_of(range(10, 310, 300), first_sequence=9000))
        bench.roller.work()
        assert bench.rollups.unclosed_days("a", 0, LAST_NS) == []
        assert bench.counts(HOUR_NS) == 14 * 12 + 1


class TestAfterAStart:
    def test_what_a_crash_left_is_found(self, bench: Bench) -> None:
        bench.write(run_of(range(0, 30 * 3600, 600)))
        bench.write(run_of(range(0, 3600, 600)), "b")
        bench.at(40)
        again = bench.restarted()
        assert again.roller.work() is False
        assert again.hours() == list(range(30))
        assert again.hours(node_id="b") == [0]
        assert again.roller.rolled == 31
        again.roller.work()
        third = again.restarted()
        third.roller.work()
        assert third.roller.rolled == 0
        assert third.rollups.unclosed_days("a", 0, (DAY + 2) * 24 * HOUR_NS) == []

    def test_rows_written_but_not_summed_up_before_a_crash(self, bench: Bench) -> None:
        samples = run_of(range(100))
        bench.write(samples[:50])
        bench.at(2)
        bench.roller.work()
        bench.write(samples[50:])
        again = bench.restarted()
        again.roller.work()
        assert again.counts() == 100

    def test_an_hour_that_is_not_over_is_kept_in_mind(self, bench: Bench) -> None:
        bench.write(run_of(range(100)))
        again = bench.restarted()
        again.roller.work()
        assert again.hours() == []
        assert again.stale == {HOUR}
        again.at(2)
        again.roller.work()
        assert again.hours() == [0]

    def test_minutes_that_had_their_time_are_not_made_again(self, bench: Bench) -> None:
        bench.write(run_of(range(100)))
        bench.at(30)
        bench.roller.work()
        bench.rollups.drop(MINUTE_NS, DAY)
        again = bench.restarted()
        again.roller.work()
        assert again.roller.rolled == 0
        assert again.hours(HOUR_NS) == [0]

    def test_a_node_with_too_many_hours_at_once_is_looked_at_as_a_whole(self, bench: Bench) -> None:
        bench.write(run_of(range(100)))
        bench.roller.stale_hours.mark("a", range(5000))
        bench.at(2)
        bench.roller.work()
        assert bench.hours() == [0]


class TestFaults:
    def test_damage_is_put_aside_and_its_day_summed_up_again(self, bench: Bench) -> None:
        bench.write(run_of(range(0, 3 * 3600, 60)))
        bench.at(4)
        bench.roller.work()
        (path,) = bench.folder.glob("_minutes/*/a_*.parquet")
        path.write_bytes(b"not at all")
        bench.write(run_of([30], first_sequence=9000))
        bench.roller.work()
        bench.roller.work()
        assert bench.hours() == [0, 1, 2]
        assert bench.counts() == 181

    def test_an_hour_that_cannot_be_read_holds_nothing_up(self, bench: Bench) -> None:
        bench.write(run_of(range(0, 2 * 3600, 60)))
        first, _ = sorted(bench.folder.glob("2026-03-01/*.parquet"))
        first.write_bytes(b"not at all")
        bench.at(4)
        bench.roller.work()
        assert bench.hours() == [0, 1]
        assert bench.counts() == 60

    async def test_a_disk_that_refuses_is_tried_again(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        bench.write(run_of(range(100)))
        bench.at(2)
        refused, done = asyncio.Event(), asyncio.Event()
        loop, update = asyncio.get_running_loop(), bench.rollups.update

        def refuse_once(*args: object) -> tuple[Path, ...]:
            if not refused.is_set():
                loop.call_soon_threadsafe(refused.set)
                raise StorageError("no room")
            loop.call_soon_threadsafe(done.set)
            return update(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(bench.rollups, "update", refuse_once)
        monkeypatch.setattr("mcp_telemetry.leader.rollup._RETRY_S", 0.01)
        task = asyncio.create_task(bench.roller.run())
        await asyncio.wait_for(done.wait(), 10)
        bench.roller.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert bench.roller.failures == 1

    async def test_a_defect_is_told_and_does_not_end_it(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        bench.write(run_of(range(100)))
        bench.at(2)
        nodes, asked = bench.storage.nodes, list[int]()

        def fail_once() -> list[str]:
            asked.append(1)
            if len(asked) == 1:
                raise ValueError("a defect")
            return nodes()

        monkeypatch.setattr(bench.storage, "nodes", fail_once)
        monkeypatch.setattr("mcp_telemetry.leader.rollup._RETRY_S", 0.01)
        task = asyncio.create_task(bench.roller.run())
        await until(lambda: bench.hours() == [0])
        bench.roller.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert bench.roller.failures == 1
        assert "a defect" in caplog.text

    def test_one_node_that_cannot_be_summed_up_holds_up_no_other(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        for node_id in ("a", "b", "c"):
            bench.write(run_of(range(100)), node_id)
        bench.at(2)
        update = bench.rollups.update

        def fail(node_id: str, hours: object) -> tuple[Path, ...]:
            if node_id == "b":
                raise ZeroDivisionError
            return update(node_id, hours)  # type: ignore[arg-type]

        monkeypatch.setattr(bench.rollups, "update", fail)
        bench.roller.work()
        assert [bench.hours(node_id=node_id) for node_id in "abc"] == [[0], [], [0]]
        assert bench.roller.failures == 1
        assert "node b cannot be summed up" in caplog.text


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_samples_of_any_engine_are_summed_up(tmp_path: Path, engine: str) -> None:
    storage, rollups = make_storage(engine, tmp_path), Rollups(tmp_path)
    storage.open()
    samples = run_of(range(0, 7200, 30))
    roller = Roller(storage, rollups, 0, now_ns=lambda: HOUR_START_NS + 3 * HOUR_NS)
    roller.noting(storage.write)("a", rows_of(samples))
    roller.work()
    (found,) = rollups.read("a", MINUTE_NS, frozenset(), 0, LAST_NS)
    expected = summarize(rows_of(samples), MINUTE_NS)
    assert found.counts.tolist() == expected.counts.tolist()
    assert np.nansum(found.increases) == np.nansum(expected.increases) == 120 * 30_000
    roller.noting(storage.write)("a", rows_of(samples))
    roller.work()
    assert roller.rolled == 2


def test_finishing_a_day_leaves_nothing_of_it_open(bench: Bench) -> None:
    samples = run_of(range(0, 20 * 3600, 600))
    bench.write(samples)
    bench.at(50)
    bench.roller.finish_day(DAY)
    assert bench.hours() == list(range(14))
    assert bench.rollups.unclosed_days("a", 0, LAST_NS) == []
    expected = summarize(rows_of([each for each in samples if each.time_ns < (DAY + 1) * 24 * HOUR_NS]), HOUR_NS)
    (found,) = bench.rollups.read("a", HOUR_NS, frozenset(), 0, LAST_NS)
    assert found.counts.tolist() == expected.counts.tolist()


def test_a_day_is_not_taken_for_finished_when_the_leader_stops(bench: Bench) -> None:
    bench.write(run_of(range(100)))
    bench.at(50)
    bench.roller.close()
    with pytest.raises(asyncio.CancelledError):
        bench.roller.finish_day(DAY)
    bench.roller.work()
    assert bench.hours() == []


class TestStaleHours:
    def test_a_mark_made_meanwhile_stays(self) -> None:
        stale = StaleHours()
        stale.mark("a", [1, 2])
        seen = stale.marks("a")
        stale.mark("a", [2])
        stale.clear("a", seen)
        assert set(stale.marks("a")) == {2}
        stale.clear("a", stale.marks("a"))
        assert not stale.marks("a") and stale.nodes() == []
