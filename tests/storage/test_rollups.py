"""Minutes and hours on disk: what they hold, that they only ever get better, and that damage costs only what it hit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_telemetry.errors import StorageError
from mcp_telemetry.series.buckets import HOUR_NS, MATRICES, MINUTE_NS, Buckets
from mcp_telemetry.series.merge import take
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.series.summarize import coarsen, join, summarize
from mcp_telemetry.storage.parquet_codec import encode
from mcp_telemetry.storage.rollup_codec import encode_buckets
from mcp_telemetry.storage.rollups import Hour, Rollups
from tests.storage.samples import CPU, HOUR_START_NS, SENT, busy_hour, rows_of, run_of, sample

ALL: frozenset[str] = frozenset()
LAST_NS = 2**63 - 1
HOUR = HOUR_START_NS // HOUR_NS
DAY = HOUR // 24


def shifted(rows: Rows, hours: int) -> Rows:
    return replace(rows, times_ns=rows.times_ns + hours * HOUR_NS)


def hour_of(rows: Rows, version: int = 1) -> Hour:
    return Hour(int(rows.times_ns[0]) // HOUR_NS, version, rows)


def everything(rollups: Rollups, step_ns: int = MINUTE_NS, selectors: frozenset[str] = ALL) -> Buckets:
    return join([Buckets.none(step_ns), *rollups.read("a", step_ns, selectors, 0, LAST_NS)])


def assert_equal(one: Buckets, other: Buckets) -> None:
    assert (one.step_ns, one.columns) == (other.step_ns, other.columns)
    for name in ("times_ns", "first_times_ns", "last_times_ns", *MATRICES):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.fixture
def rollups(tmp_path: Path) -> Rollups:
    return Rollups(tmp_path)


def summed_up(rollups: Rollups, step_ns: int) -> list[int]:
    return list(rollups.versions("a", step_ns, 0, LAST_NS))


class TestMinutes:
    def test_what_is_read_is_what_the_samples_come_to_to_the_last_bit(self, rollups: Rollups) -> None:
        rows = busy_hour()
        rollups.update("a", [hour_of(rows)])
        assert_equal(everything(rollups), summarize(rows, MINUTE_NS))

    def test_hours_join_a_day_in_any_order(self, rollups: Rollups) -> None:
        hours = [shifted(busy_hour(300, seed), at) for seed, at in ((1, 0), (2, 5), (3, 2))]
        for rows in hours:
            rollups.update("a", [hour_of(rows)])
        in_order = [hours[0], hours[2], hours[1]]
        assert_equal(everything(rollups), join(summarize(rows, MINUTE_NS) for rows in in_order))
        assert summed_up(rollups, MINUTE_NS) == [HOUR, HOUR + 2, HOUR + 5]

    def test_late_rows_change_their_minute(self, rollups: Rollups) -> None:
        samples = run_of(range(3000))
        early, late = samples[::2], samples[61:121:2]
        rollups.update("a", [hour_of(rows_of(early))])
        rollups.update("a", [hour_of(rows_of([*early, *late]), 2)])
        assert_equal(everything(rollups), summarize(rows_of([*early, *late]), MINUTE_NS))
        assert rollups.versions("a", MINUTE_NS, 0, LAST_NS) == {HOUR: 2}

    def test_late_rows_do_not_take_the_place_of_what_is_gone(self, rollups: Rollups) -> None:
        whole, late = rows_of(run_of(range(3000))), rows_of(run_of([70, 3100], first_sequence=9000))
        rollups.update("a", [hour_of(whole)])
        rollups.update("a", [hour_of(late, 2)])
        kept = everything(rollups)
        assert kept.counts[:, 0].tolist() == [60] * 50 + [1]
        assert_equal(kept.take(slice(0, 50)), summarize(whole, MINUTE_NS))

    def test_only_what_is_asked_for(self, rollups: Rollups) -> None:
        rollups.update("a", [hour_of(busy_hour(600))])
        whole = everything(rollups)
        (part,) = rollups.read("a", MINUTE_NS, frozenset({CPU.name}), HOUR_START_NS + 1, HOUR_START_NS + 3 * MINUTE_NS)
        assert part.columns == (CPU,)
        assert part.times_ns.tolist() == whole.times_ns[1:3].tolist()
        assert part.means[:, 0].tolist() == whole.means[1:3, 0].tolist()
        assert list(rollups.read("a", MINUTE_NS, ALL, 0, HOUR_START_NS)) == []
        assert list(rollups.read("nobody", MINUTE_NS, ALL, 0, LAST_NS)) == []

    def test_columns_that_come_and_go(self, rollups: Rollups) -> None:
        samples = [sample(0, 1, cpu=1), sample(60, 2, sent=5), sample(90, 3, cpu=2, sent=7), sample(3700, 4, stat=3)]
        rollups.update("a", [hour_of(rows_of(samples[:3])), hour_of(rows_of(samples[3:]))])
        assert_equal(everything(rollups), summarize(rows_of(samples), MINUTE_NS))
        assert [column.name for column in everything(rollups).columns] == [CPU.name, SENT.name, "stat"]

    def test_an_hour_without_rows_counts_as_summed_up(self, rollups: Rollups) -> None:
        rollups.update("a", [Hour(HOUR, 7, rows_of([]))])
        assert rollups.versions("a", MINUTE_NS, 0, LAST_NS) == {HOUR: 7}
        assert list(rollups.read("a", MINUTE_NS, ALL, 0, LAST_NS)) == []

    def test_a_name_that_is_a_path_is_refused(self, rollups: Rollups) -> None:
        with pytest.raises(StorageError, match="cannot name a file"):
            rollups.update("../a", [hour_of(busy_hour(10))])

    @settings(max_examples=20)
    @given(st.permutations(range(6)), st.integers(1, 6))
    def test_any_order_of_updates_ends_the_same(
        self, tmp_path_factory: pytest.TempPathFactory, order: list[int], together: int
    ) -> None:
        """Two hours, each known from a third of its rows, from two thirds, and whole."""
        rollups = Rollups(tmp_path_factory.mktemp("metrics"))
        hours = [rows_of(run_of(range(3600 * at, 3600 * at + 200))) for at in range(2)]
        known = [hour_of(take(rows, slice(0, 67 * part))) for rows in hours for part in (1, 2, 3)]
        for start in range(0, 6, together):
            for index in order[start : start + together]:
                rollups.update("a", [known[index]])
        assert_equal(everything(rollups), join(summarize(rows, MINUTE_NS) for rows in hours))


class TestHours:
    def test_the_same_before_and_after_its_day_is_closed(self, rollups: Rollups) -> None:
        days = [[shifted(busy_hour(300, hour), 24 * day + hour) for hour in range(3)] for day in range(2)]
        expected = join(summarize(rows, HOUR_NS) for rows in (*days[0], *days[1]))
        for rows in days:
            rollups.update("a", map(hour_of, rows))
        before = everything(rollups, HOUR_NS)
        assert rollups.unclosed_days("a", 0, (DAY + 2) * 24 * HOUR_NS) == [DAY, DAY + 1]
        rollups.close_day("a", DAY)
        assert rollups.unclosed_days("a", 0, (DAY + 2) * 24 * HOUR_NS) == [DAY + 1]
        rollups.close_day("a", DAY + 1)
        after = everything(rollups, HOUR_NS)
        for found in (before, after):
            assert_equal(replace(found, means=expected.means), expected)
            np.testing.assert_allclose(found.means, expected.means, rtol=1e-12)
        assert summed_up(rollups, HOUR_NS) == sorted(HOUR + 24 * day + at for day in (0, 1) for at in range(3))

    def test_they_outlive_minutes(self, rollups: Rollups) -> None:
        rollups.update("a", [hour_of(busy_hour(300))])
        rollups.close_day("a", DAY)
        before = everything(rollups, HOUR_NS)
        assert rollups.drop(MINUTE_NS, DAY) == 1
        assert_equal(everything(rollups, HOUR_NS), before)
        assert summed_up(rollups, MINUTE_NS) == []
        rollups.close_day("a", DAY)
        assert_equal(everything(rollups, HOUR_NS), before)

    def test_a_day_that_changed_is_to_be_closed_again(self, rollups: Rollups) -> None:
        rollups.update("a", [hour_of(busy_hour(300))])
        rollups.close_day("a", DAY)
        rollups.update("a", [hour_of(busy_hour(400), 2)])
        assert rollups.unclosed_days("a", 0, (DAY + 1) * 24 * HOUR_NS) == [DAY]
        assert rollups.unclosed_days("a", 0, DAY * 24 * HOUR_NS) == []

    def test_new_year(self, rollups: Rollups, tmp_path: Path) -> None:
        midnight = int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()) - HOUR_START_NS // 10**9
        old = [sample(midnight - 3, 1, sent=900), sample(midnight - 1, 2, sent=990)]
        new = [sample(midnight, 3, sent=10), sample(midnight + 1, 4, sent=30)]
        for samples in (old, new):
            rollups.update("a", [hour_of(rows_of(samples))])
        day = (HOUR_START_NS // 10**9 + midnight) // 86_400
        for each in (day - 1, day):
            rollups.close_day("a", each)
        names = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.parquet"))
        assert names == [
            "_hours/2026-12/a_01_00-00-00.parquet",
            "_hours/2027-01/a_01_00-00-00.parquet",
            "_minutes/2026-12-31/a_00-00-00.parquet",
            "_minutes/2027-01-01/a_00-00-00.parquet",
        ]
        hours = everything(rollups, HOUR_NS)
        assert hours.increases[:, 0].tolist() == [90, 20]
        assert coarsen(hours, 24 * HOUR_NS).increases[:, 0].tolist() == [90, 20]
        # By way of the seam: a restart at midnight, from 990 to 10.
        assert coarsen(hours, 10_000 * HOUR_NS).increases[:, 0].sum() == 90 + 10 + 20


class TestCounters:
    def test_exact_to_2_53_on_disk_and_over_a_restart_at_the_hour(self, rollups: Rollups) -> None:
        top = 2.0**53
        samples = [
            sample(3590, 1, sent=top - 7),
            sample(3599, 2, sent=top),
            sample(3600, 3, sent=1),
            sample(3601, 4, sent=4),
        ]
        rollups.update("a", [hour_of(rows_of(samples[:2])), hour_of(rows_of(samples[2:]))])
        rollups.close_day("a", DAY)
        for step_ns in (MINUTE_NS, HOUR_NS):
            found = everything(rollups, step_ns)
            assert found.firsts[:, 0].tolist() == [top - 7, 1]
            assert found.lasts[:, 0].tolist() == [top, 4]
            assert found.increases[:, 0].tolist() == [7, 3]

    def test_a_clock_that_was_set_back_is_no_restart(self, rollups: Rollups) -> None:
        seconds = [*range(100), *range(40, 200)]
        samples = [sample(second, at + 1, sent=1000 + 10 * at) for at, second in enumerate(seconds)]
        rollups.update("a", [hour_of(rows_of(samples))])
        total = coarsen(everything(rollups), HOUR_NS).increases[0, 0]
        assert total == pytest.approx(10 * (len(seconds) - 1), abs=20)


class TestFaults:
    def damaged(self, rollups: Rollups, tmp_path: Path) -> Path:
        rollups.update("a", [hour_of(busy_hour(300)), hour_of(shifted(busy_hour(300), 24))])
        path = next(tmp_path.rglob("2026-03-01/a_*.parquet"))
        content = bytearray(path.read_bytes())
        content[len(content) // 8] ^= 1
        path.write_bytes(content)
        return path

    def test_damage_is_counted_once_and_the_rest_is_read(self, rollups: Rollups, tmp_path: Path) -> None:
        self.damaged(rollups, tmp_path)
        for _ in range(3):
            assert everything(rollups).times_ns[0] == HOUR_START_NS + 24 * HOUR_NS
        assert rollups.damaged == 1

    def test_a_file_that_is_cut_off_is_not_taken_for_summed_up(self, rollups: Rollups, tmp_path: Path) -> None:
        path = self.damaged(rollups, tmp_path)
        path.write_bytes(path.read_bytes()[:-9])
        assert summed_up(rollups, MINUTE_NS) == [HOUR + 24]

    def test_a_version_that_is_no_64_bit_number_is_damage(self, rollups: Rollups, tmp_path: Path) -> None:
        path = self.damaged(rollups, tmp_path)
        path.write_bytes(encode_buckets("a", summarize(busy_hour(60), MINUTE_NS), {HOUR: 2**70}))
        assert summed_up(rollups, MINUTE_NS) == [HOUR + 24]
        assert rollups.damaged == 1

    def test_an_update_puts_damage_aside(self, rollups: Rollups, tmp_path: Path) -> None:
        path = self.damaged(rollups, tmp_path)
        content = path.read_bytes()
        (aside,) = rollups.update("a", [hour_of(busy_hour(300))])
        assert aside.name.startswith(".damaged-") and aside.read_bytes() == content
        assert everything(rollups).times_ns[0] == HOUR_START_NS

    def test_leftovers_go_at_open(self, rollups: Rollups, tmp_path: Path) -> None:
        rollups.update("a", [hour_of(busy_hour(60))])
        rollups.close_day("a", DAY)
        for path in list(tmp_path.rglob("*.parquet")):
            (path.parent / ".tmp-a_00-00-00").write_bytes(b"half")
        assert rollups.open() == 2
        assert list(tmp_path.rglob(".tmp-*")) == []
        assert rollups.open() == 0

    def test_an_hour_file_in_its_place_is_damage(self, rollups: Rollups, tmp_path: Path) -> None:
        path = self.damaged(rollups, tmp_path)
        path.write_bytes(encode("a", busy_hour(60)))
        assert summed_up(rollups, MINUTE_NS) == [HOUR + 24]
        assert rollups.damaged == 1


class TestRetention:
    def test_spans_sizes_and_drop(self, rollups: Rollups) -> None:
        for name in ("a", "b"):
            rollups.update(name, [hour_of(busy_hour(60)), hour_of(shifted(busy_hour(60), 24 * 40))])
            rollups.close_day(name, DAY)
        assert rollups.spans(MINUTE_NS) == {DAY: DAY + 1, DAY + 40: DAY + 41}
        assert rollups.spans(HOUR_NS) == {DAY: DAY + 31}
        sizes = rollups.sizes(MINUTE_NS)
        assert list(sizes) == [DAY, DAY + 40] and min(sizes.values()) > 1000
        assert rollups.drop(MINUTE_NS, DAY) == 2
        assert rollups.drop(HOUR_NS, DAY) == 2
        assert list(rollups.spans(MINUTE_NS)) == [DAY + 40]
        assert rollups.spans(HOUR_NS) == {}


def test_rollups_cost_a_third_of_a_byte_for_each_value_they_are_made_from(rollups: Rollups) -> None:
    hours = [shifted(busy_hour(seed=hour), hour - 10) for hour in range(24)]
    rollups.update("a", map(hour_of, hours))
    rollups.close_day("a", DAY)
    values = sum(rows.values.size for rows in hours)
    size = sum(sum(rollups.sizes(step_ns).values()) for step_ns in (MINUTE_NS, HOUR_NS))
    assert size < 0.25 * values
