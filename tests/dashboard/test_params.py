"""What the API takes, and what it says about the rest."""

from __future__ import annotations

import pytest

from dashboard.params import Range, node_id_of, range_of
from mcp_telemetry.errors import InvalidQueryError, UnknownNodeError

NOW_S = 1_767_225_600.0
NS = 1_000_000_000


def test_by_default_the_last_day() -> None:
    assert range_of({}, NOW_S) == Range(int(NOW_S - 86_400) * NS, int(NOW_S) * NS, 100_000)


def test_everything_given() -> None:
    query = {"start": "100", "end": "200.5", "max_points": "50"}
    assert range_of(query, NOW_S) == Range(100 * NS, 200_500_000_000, 50)


def test_an_end_alone_means_the_day_before_it() -> None:
    assert range_of({"end": "90000"}, NOW_S).start_ns == 3600 * NS


@pytest.mark.parametrize(
    ("query", "start_s", "end_s"),
    [
        ({"range": "1h"}, NOW_S - 3600, NOW_S),
        ({"range": "7d", "end": "1h"}, NOW_S - 7 * 86_400 - 3600, NOW_S - 3600),
        ({"start": "-1h"}, NOW_S - 3600, NOW_S),
        ({"start": "1h30m", "end": "now"}, NOW_S - 5400, NOW_S),
        ({"start": "2025-12-31T23:00:00Z", "end": "2026-01-01T00:30+01:00"}, NOW_S - 3600, NOW_S - 1800),
        ({"range": "99y"}, 0, NOW_S),
    ],
)
def test_times_as_people_write_them(query: dict[str, str], start_s: float, end_s: float) -> None:
    assert range_of(query, NOW_S) == Range(int(start_s * NS), int(end_s * NS), 100_000)


@pytest.mark.parametrize(
    ("query", "is_settled"),
    [
        ({"start": "2025-12-01", "end": "2025-12-31"}, True),
        ({"end": "2025-12-31"}, True),
        ({"end": "2025-12-31", "range": "1h"}, True),
        ({"start": "30d", "end": "2025-12-31"}, False),
        ({"start": "2025-12-01", "end": "2h"}, False),
        ({"start": "2025-12-01", "end": "2025-12-31T23:30Z"}, False),
        ({"start": "2025-12-01"}, False),
        ({}, False),
    ],
)
def test_only_what_lies_an_hour_back_and_stays_there_is_settled(query: dict[str, str], is_settled: bool) -> None:
    assert range_of(query, NOW_S).is_settled is is_settled


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"start": "--1h"}, "start is '--1h'"),
        ({"start": "-2025-01-01"}, "start is '-2025-01-01'"),
        ({"start": "1h", "range": "1h"}, "start and range are both given"),
        ({"range": "1"}, "range is '1': want a length of time, for instance 15m"),
        ({"range": "0s"}, "range is '0s'"),
        ({"range": "-1h"}, "range is '-1h'"),
        ({"start": "yesterday"}, "start is 'yesterday': want Unix seconds"),
        ({"start": "nan"}, "start is 'nan'"),
        ({"end": "inf"}, "end is 'inf'"),
        ({"end": "-5"}, "end is '-5'"),
        ({"end": "1767225600000"}, "end is '1767225600000'"),
        ({"start": "200", "end": "100"}, "start must be before end"),
        ({"start": "100", "end": "100"}, "start must be before end"),
        ({"max_points": "3"}, "max_points is '3': want a whole number from 4"),
        ({"max_points": "9999999"}, "max_points is '9999999'"),
        ({"max_points": "ten"}, "max_points is 'ten'"),
        ({"max_points": "²"}, "max_points is '²'"),
        ({"max_points": ""}, "max_points is ''"),
    ],
)
def test_what_cannot_be_is_refused_with_the_value_and_the_remedy(query: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidQueryError) as refusal:
        range_of(query, NOW_S)
    assert words in str(refusal.value)


@pytest.mark.parametrize("text", ["", "../x", "a" * 129, "<b>", "a b"])
def test_a_name_no_node_can_have_is_an_unknown_node(text: str) -> None:
    with pytest.raises(UnknownNodeError):
        node_id_of(text)
