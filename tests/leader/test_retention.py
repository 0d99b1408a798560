"""Retention on real files: each tier goes by its own age and size, and samples only once they are summed up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.leader.retention import Keep, Retention
from mcp_telemetry.leader.rollup import Roller
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS
from mcp_telemetry.settings import LeaderSettings, resolve
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.rollups import Rollups
from mcp_telemetry.storage.shelf import DAY_NS
from tests.storage.samples import HOUR_START_NS, rows_of, run_of

DAY = HOUR_START_NS // DAY_NS
DAY_S = 86_400
LAST_NS = 2**63 - 1
ALL = Keep()


class Tiers:
    """Three days of samples, 2026-03-01 to 03-03, and what is made of them."""

    def __init__(self, folder: Path) -> None:
        self.storage, self.rollups = HourFiles(folder), Rollups(folder)
        self.storage.open()
        self.now_ns = (DAY + 3) * DAY_NS - 1
        self.roller = Roller(self.storage, self.rollups, 0, now_ns=lambda: self.now_ns)
        for node_id in ("a", "b"):
            self.storage.write(node_id, rows_of(run_of(range(0, 3 * DAY_S - 10 * 3600, 1800))))

    def retention(
        self,
        raw: Keep = ALL,
        minute: Keep = ALL,
        hour: Keep = ALL,
        sum_up: Callable[[int], None] | None = None,
    ) -> Retention:
        tiers = {MINUTE_NS: minute, HOUR_NS: hour}
        return Retention(
            self.storage, self.rollups, sum_up or self.roller.finish_day, raw, tiers, now_ns=lambda: self.now_ns
        )

    def sum_up(self) -> None:
        for day in range(DAY, DAY + 3):
            self.roller.finish_day(day)

    @property
    def raw(self) -> list[int]:
        return [day - DAY for day in self.storage.days()]

    @property
    def minutes(self) -> list[int]:
        return [day - DAY for day in self.rollups.spans(MINUTE_NS)]


@pytest.fixture
def tiers(tmp_path: Path) -> Tiers:
    return Tiers(tmp_path)


class TestSamples:
    def test_nothing_goes_unless_it_is_set(self, tiers: Tiers) -> None:
        tiers.now_ns += 10_000 * DAY_NS
        tiers.retention().sweep()
        assert tiers.raw == [0, 1, 2]

    def test_they_go_by_age_when_they_are_summed_up(self, tiers: Tiers, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        retention = tiers.retention(raw=Keep(age_s=DAY_S))
        retention.sweep()
        assert tiers.raw == [1, 2]
        for node_id in ("a", "b"):
            for step_ns in (MINUTE_NS, HOUR_NS):
                kept = list(tiers.rollups.versions(node_id, step_ns, 0, LAST_NS))
                assert kept == list(range(HOUR_START_NS // HOUR_NS, (DAY + 1) * 24))
        assert retention.removed == 28
        assert "removed the samples of 2026-03-01: 28 files" in caplog.text

    def test_they_go_by_size_but_never_today(self, tiers: Tiers) -> None:
        tiers.retention(raw=Keep(limit_bytes=sum(tiers.storage.days().values()) - 1)).sweep()
        assert tiers.raw == [1, 2]
        tiers.retention(raw=Keep(limit_bytes=1)).sweep()
        assert tiers.raw == [2]

    @pytest.mark.parametrize("error", [StorageError("no room"), ValueError("a node's samples make no sense")])
    def test_what_cannot_be_summed_up_waits_an_hour_and_goes(self, tiers: Tiers, error: Exception) -> None:
        def refuse(day: int) -> None:
            raise error

        retention = tiers.retention(raw=Keep(age_s=DAY_S), sum_up=refuse)
        retention.sweep()
        assert tiers.raw == [0, 1, 2]
        tiers.now_ns += HOUR_NS
        retention.sweep()
        assert tiers.raw == [1, 2]


class TestRollups:
    def test_minutes_go_by_age(self, tiers: Tiers) -> None:
        tiers.sum_up()
        tiers.retention(minute=Keep(age_s=DAY_S)).sweep()
        assert tiers.minutes == [1, 2]
        assert tiers.raw == [0, 1, 2]

    def test_what_was_set_aside_stays_and_is_not_removed_again_and_again(
        self, tiers: Tiers, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        tiers.sum_up()
        kept = tmp_path / "_minutes/2026-03-01/.damaged-20260301T000000.000000Z-a_00-00-00"
        kept.write_bytes(b"evidence")
        retention = tiers.retention(minute=Keep(age_s=DAY_S))
        retention.sweep()
        retention.sweep()
        assert (kept.exists(), caplog.text.count("removed the minutes of 2026-03-01")) == (True, 1)

    def test_minutes_go_by_size_but_never_today(self, tiers: Tiers) -> None:
        tiers.sum_up()
        tiers.retention(minute=Keep(limit_bytes=1)).sweep()
        assert tiers.minutes == [2]

    def test_a_month_of_hours_goes_when_all_of_it_is_too_old(self, tiers: Tiers) -> None:
        tiers.sum_up()
        retention = tiers.retention(hour=Keep(age_s=DAY_S))
        tiers.now_ns = (DAY + 31) * DAY_NS
        retention.sweep()
        assert list(tiers.rollups.spans(HOUR_NS)) == [DAY]
        tiers.now_ns = (DAY + 32) * DAY_NS
        retention.sweep()
        assert list(tiers.rollups.spans(HOUR_NS)) == []

    def test_this_month_never_goes_by_size(self, tiers: Tiers) -> None:
        tiers.sum_up()
        tiers.retention(hour=Keep(limit_bytes=1)).sweep()
        assert list(tiers.rollups.spans(HOUR_NS)) == [DAY]
        tiers.now_ns = (DAY + 32) * DAY_NS
        tiers.retention(hour=Keep(limit_bytes=1)).sweep()
        assert list(tiers.rollups.spans(HOUR_NS)) == []


def test_as_the_operator_set_it(tiers: Tiers) -> None:
    given = {"raw_retention_s": "1d", "minute_retention_s": "0", "minute_limit_bytes": "1", "hour_retention_s": "1y"}
    retention = Retention.of(resolve(LeaderSettings, given, {}), tiers.storage, tiers.rollups, tiers.roller.finish_day)
    tiers.sum_up()
    retention.sweep()
    assert tiers.raw == []
    assert tiers.minutes == []
