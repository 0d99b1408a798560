"""Series become rows."""

from __future__ import annotations

from dashboard.history import history_rows
from tests.dashboard.making import SECOND, START, series

START_S = START / SECOND


def test_rows_by_time_with_every_figure() -> None:
    rows = history_rows(
        [
            series("cpu.percent", [10, 20]),
            series("memory.percent", [30, 31]),
            series("disk.percent", [50, 50]),
            series("requests{tools/call}", [5, 6]),
            series("requests{ping}", [1, 1]),
        ]
    )
    assert rows[1] == {
        "timestamp": START_S + 1,
        "cpu_percent": 20,
        "memory_percent": 31,
        "disk_percent": 50,
        "requests": 7,
    }


def test_what_is_missing_is_none_and_no_requests_are_none_made() -> None:
    rows = history_rows([series("cpu.percent", [10, float("nan")])])
    assert rows[0]["memory_percent"] is None
    assert rows[1]["cpu_percent"] is None
    assert rows[0]["requests"] == 0


def test_a_kind_that_comes_later_adds_to_the_counter() -> None:
    late = series("requests{ping}", [3, 3], start_ns=START + SECOND)
    rows = history_rows([series("requests{tools/call}", [5, 6, 7]), late])
    assert [row["requests"] for row in rows] == [5, 9, 10]


def test_after_a_restart_only_what_the_new_process_counts_is_in_the_counter() -> None:
    before = series("requests{ping}", [50, 50])
    rows = history_rows([series("requests{tools/call}", [99, 100, 1, 2]), before])
    assert [row["requests"] for row in rows] == [149, 150, 1, 2]


def test_a_step_in_which_a_process_ended_has_what_the_new_one_counts() -> None:
    kinds = [series("requests{tools/call}", [99, 40, 80, 120]), series("requests{ping}", [50, 51])]
    for one in kinds:
        one.head.step_ms = 1000
    assert [row["requests"] for row in history_rows(kinds)] == [149, 40, 80, 120]
    late = [series("requests{tools/call}", [99, 100, 80, 120]), *kinds[1:]]
    assert [row["requests"] for row in history_rows(late)] == [149, 151, 80, 120], "it ended after its step"


def test_a_kind_that_falls_a_step_later_than_another_was_of_the_process_before() -> None:
    kinds = [series("requests{tools/call}", [99, 40, 80, 120]), series("requests{ping}", [50, 51, 7, 9])]
    for one in kinds:
        one.head.step_ms = 1000
    assert [row["requests"] for row in history_rows(kinds)] == [149, 40, 87, 129]


def test_a_sample_that_says_nothing_of_requests_leaves_the_counter_where_it_was() -> None:
    kinds = [series(f"requests{{{kind}}}", [5, float("nan"), 6]) for kind in ("ping", "tools/call")]
    rows = history_rows([series("cpu.percent", [1, 2, 3, 4]), *kinds])
    assert [row["requests"] for row in rows] == [10, 10, 12, 12]


def test_fewer_rows_keep_the_peak_and_the_newest_counter() -> None:
    cpu = [1.0] * 1000
    cpu[333] = 99
    rows = history_rows([series("cpu.percent", cpu), series("requests{x}", list(range(1000)))], max_points=10)
    assert len(rows) == 10
    assert max(row["cpu_percent"] for row in rows) == 99
    assert rows[-1]["requests"] == 999
    assert rows[-1]["timestamp"] == START_S + 999


def test_nothing_gives_no_rows() -> None:
    assert history_rows([]) == []
