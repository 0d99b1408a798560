"""Values and times as people read them."""

from __future__ import annotations

from datetime import UTC

import pytest

from mcp_telemetry.cli.querying.units import clock, humanized, iso

SECOND = 10**9


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12.345, "%", "12.3 %"),
        (0, "%", "0 %"),
        (100, "%", "100 %"),
        (999, "By", "999 B"),
        (1536, "By", "1.54 kB"),
        (9.59e9, "By", "9.59 GB"),
        (2.5e6, "By/s", "2.50 MB/s"),
        (-1500, "By", "-1.50 kB"),
        (1234567, "{request}", "1,234,567"),
        (0.25, "{request}/s", "0.250 /s"),
        (45.25, "Cel", "45.2 °C"),
        (1.5, "1", "1.50"),
        (0.0012, "", "0.00120"),
        (0, "s", "0 s"),
        (0.00034, "s", "340 us"),
        (0.25, "s", "250 ms"),
        (1.25, "s", "1.25 s"),
        (125, "s", "2 min 5 s"),
        (7200, "s", "2 h"),
        (200_000, "s", "2 d 7 h"),
        (float("inf"), "%", "inf %"),
    ],
)
def test_a_value_is_written_with_its_unit(value: float, unit: str, text: str) -> None:
    assert humanized(value, unit) == text


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_767_225_600 * SECOND + 250_000_000, "2026-01-01T00:00:00.25Z"),
        (1_767_225_600 * SECOND + 1, "2026-01-01T00:00:00.000000001Z"),
    ],
)
def test_iso_is_exact_to_the_nanosecond(time_ns: int, text: str) -> None:
    assert iso(time_ns) == text


def test_milliseconds_are_written_where_seconds_do_not_tell_moments_apart() -> None:
    seconds = [SECOND, 2 * SECOND]
    assert clock(seconds, UTC)(SECOND) == "1970-01-01 00:00:01"
    halves = [SECOND, SECOND + SECOND // 2]
    assert clock(halves, UTC)(halves[1]) == "1970-01-01 00:00:01.500"
