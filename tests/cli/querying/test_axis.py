"""Ticks are round, few, and within the axis."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest

from mcp_telemetry.cli.querying.axis import time_ticks, value_ticks

SECOND = 10**9
NEW_YEAR = 1_767_225_600 * SECOND
DAY_S = 86_400


@pytest.mark.parametrize(
    ("length_s", "texts"),
    [
        (60, ["00:00:00", "00:00:15", "00:00:30", "00:00:45", "00:01:00"]),
        (3600, ["00:00", "00:15", "00:30", "00:45", "01:00"]),
        (DAY_S, ["00:00", "06:00", "12:00", "18:00", "00:00"]),
        (7 * DAY_S, ["01 Jan", "03 Jan", "05 Jan", "07 Jan"]),
        (2 * 365 * DAY_S, ["08 Mar 2026", "04 Sep 2026", "03 Mar 2027", "30 Aug 2027"]),
    ],
)
def test_times_are_round(length_s: int, texts: list[str]) -> None:
    ticks = time_ticks(NEW_YEAR, NEW_YEAR + length_s * SECOND, 5, UTC)
    assert [text for _, text in ticks][-4:] == texts[-4:]
    assert all(NEW_YEAR <= at <= NEW_YEAR + length_s * SECOND for at, _ in ticks)


def test_times_are_round_in_the_readers_zone() -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    ticks = time_ticks(NEW_YEAR, NEW_YEAR + DAY_S * SECOND, 5, kolkata)
    assert [text for _, text in ticks] == ["06:00", "12:00", "18:00", "00:00"]


@pytest.mark.parametrize("length_ns", [0, 1, SECOND, 10**9 * SECOND])
@pytest.mark.parametrize("count", [2, 5, 12])
def test_there_is_at_most_one_more_than_asked_for(length_ns: int, count: int) -> None:
    assert len(time_ticks(NEW_YEAR, NEW_YEAR + length_ns, count, UTC)) <= count + 1


@pytest.mark.parametrize(
    ("lowest", "highest", "ticks"),
    [
        (0, 97, [0, 50, 100]),
        (0, 0, [0, 1]),
        (-3, 8, [-5, 0, 5, 10]),
        (0, 2.3e6, [0, 1e6, 2e6, 3e6]),
    ],
)
def test_values_are_round_and_hold_all(lowest: float, highest: float, ticks: list[float]) -> None:
    assert value_ticks(lowest, highest, 4) == pytest.approx(ticks)
