"""Times as people type them."""

from __future__ import annotations

import pytest

from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.model.moments import parse_duration, parse_moment

NOW_NS = 1_772_400_000 * 10**9
HOUR_NS = 3600 * 10**9


@pytest.mark.parametrize(
    ("text", "expected_ns"),
    [
        ("now", NOW_NS),
        ("1h", NOW_NS - HOUR_NS),
        ("1h ago", NOW_NS - HOUR_NS),
        ("1h30m", NOW_NS - HOUR_NS * 3 // 2),
        ("7d", NOW_NS - 168 * HOUR_NS),
        ("1772359200", 1_772_359_200 * 10**9),
        ("1772359200.123456789", 1_772_359_200_123_456_789),
        ("0", 0),
        ("2026-03-01T10:00:00Z", 1_772_359_200 * 10**9),
        (" 2026-03-01T10:00 ", 1_772_359_200 * 10**9),
        ("2026-03-01 12:00+02:00", 1_772_359_200 * 10**9),
        ("2026-03-01T10:00:00.123456789Z", 1_772_359_200_123_456_789),
        ("2026-03-01T12:00:00,5+02:00", 1_772_359_200_500_000_000),
        ("2026-03-01", 1_772_323_200 * 10**9),
    ],
)
def test_a_moment(text: str, expected_ns: int) -> None:
    assert parse_moment(text, NOW_NS) == expected_ns


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "h",
        "-1h",
        "1e9",
        "2026-13-01",
        "1960-01-01",
        "2300-01-01",
        "99y",
        "0001-01-01T00:00+14:00",
        "٣h",
    ],
)
def test_what_is_no_moment_is_named_with_the_remedy(text: str) -> None:
    with pytest.raises(InvalidQueryError, match="want ") as raised:
        parse_moment(text, NOW_NS)
    assert repr(text) in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected_ns"),
    [("30s", 30 * 10**9), ("250ms", 250 * 10**6), ("1.5h", HOUR_NS * 3 // 2), ("1d2h", 26 * HOUR_NS), ("5ns", 5)],
)
def test_a_duration(text: str, expected_ns: int) -> None:
    assert parse_duration(text) == expected_ns


@pytest.mark.parametrize("text", ["", "1", "h", "0s", "-1h", "1 h x", "1h30", "300y", "1H"])
def test_what_is_no_duration_is_named_with_the_remedy(text: str) -> None:
    with pytest.raises(InvalidQueryError, match="want ") as raised:
        parse_duration(text)
    assert repr(text) in str(raised.value)
