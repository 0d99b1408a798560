"""Work done ahead: in order, bounded, and not begun when nobody wants it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from mcp_telemetry.query.ahead import in_order

AHEAD = 3


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


def test_results_come_in_order_whichever_is_done_first(threads: ThreadPoolExecutor) -> None:
    second_done = threading.Event()

    def first() -> int:
        assert second_done.wait(10)
        return 1

    def second() -> int:
        second_done.set()
        return 2

    assert list(in_order(threads, [first, second, lambda: 3], AHEAD)) == [1, 2, 3]


def test_no_more_is_begun_than_allowed(threads: ThreadPoolExecutor) -> None:
    begun: list[int] = []
    results = in_order(threads, [partial(_noted, begun, number) for number in range(100)], AHEAD)
    assert next(results) == 0
    assert next(results) == 1
    results.close()
    threads.shutdown()
    assert len(begun) <= 2 + AHEAD


def test_what_fails_is_raised_in_its_turn_and_ends_the_rest(threads: ThreadPoolExecutor) -> None:
    begun: list[int] = []

    def failing() -> int:
        raise OSError("gone")

    work: list[Callable[[], int]] = [lambda: 1, failing, *(partial(_noted, begun, number) for number in range(100))]
    results = in_order(threads, work, AHEAD)
    assert next(results) == 1
    with pytest.raises(OSError, match="gone"):
        next(results)
    threads.shutdown()
    assert len(begun) <= AHEAD


def _noted(begun: list[int], number: int) -> int:
    begun.append(number)
    return number
