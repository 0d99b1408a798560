from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from mcp_telemetry.query.cache import Cache, Piece
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.series.summarize import summarize
from tests.storage.samples import CPU


def rows(count: int) -> Rows:
    numbers = np.arange(count)
    return Rows((CPU,), numbers, numbers, np.zeros(count, np.int32), ("i",), np.zeros((count, 1)))


def test_the_same_of_the_same_version_is_given_again() -> None:
    cache, kept = Cache(1 << 20), rows(10)
    assert cache.get(("a", 7), lambda: kept) is kept
    assert cache.get(("a", 7), lambda: rows(1)) is kept
    assert cache.get(("a", 8), lambda: None) is None
    assert (cache.hits, cache.misses) == (1, 2)


def test_what_was_used_longest_ago_goes_before_the_budget_is_exceeded() -> None:
    cache, read = Cache(100_000), Counter[int]()
    for hour in range(20):
        cache.get(hour, lambda: rows(300))
        cache.get(0, lambda: rows(1))
        assert cache.nbytes <= 100_000

    def look(hour: int) -> None:
        read[hour] += 1

    kept = [hour for hour in range(20) if cache.get(hour, lambda hour=hour: look(hour)) is not None]  # type: ignore[misc]
    assert kept == [0, *range(20 - len(kept) + 1, 20)]
    assert len(kept) > 5
    assert sorted([*kept, *read]) == list(range(20))


@pytest.mark.parametrize("piece", [rows(1000), summarize(rows(1000), 1)])
def test_what_would_drive_out_many_is_not_kept(piece: Piece) -> None:
    cache = Cache(15_000)
    assert cache.get("a", lambda: piece) is piece
    assert "a" not in cache
    assert (cache.get("a", lambda: None), cache.nbytes) == (None, 0)


def test_two_who_read_the_same_at_once_count_once() -> None:
    cache = Cache(100_000)

    def meanwhile() -> Rows:
        cache.get("a", lambda: rows(10))
        return rows(10)

    cache.get("a", meanwhile)
    once = cache.nbytes
    assert "a" in cache and "b" not in cache
    assert cache.get("a", lambda: None) is not None
    cache.get("b", lambda: rows(10))
    assert cache.nbytes == 2 * once
