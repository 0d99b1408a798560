from __future__ import annotations

import numpy as np

from mcp_telemetry.query.cache import RowsCache
from mcp_telemetry.series.rows import Rows
from tests.storage.samples import CPU

ALL: frozenset[str] = frozenset()


def rows(count: int) -> Rows:
    numbers = np.zeros(count, np.int64)
    return Rows((CPU,), numbers, numbers, np.zeros(count, np.int32), ("i",), np.zeros((count, 1)))


def test_the_same_hour_of_the_same_version_is_given_again() -> None:
    cache, kept = RowsCache(1 << 20), rows(10)
    cache.put(("a", 1, 7, ALL), kept)
    assert cache.get(("a", 1, 7, ALL)) is kept
    for other in (("a", 1, 8, ALL), ("b", 1, 7, ALL), ("a", 2, 7, ALL), ("a", 1, 7, frozenset({"x"}))):
        assert cache.get(other) is None
    assert (cache.hits, cache.misses) == (1, 4)


def test_what_was_used_longest_ago_goes_before_the_budget_is_exceeded() -> None:
    cache = RowsCache(100_000)
    for hour in range(20):
        cache.put(("a", hour, 1, ALL), rows(300))
        cache.get(("a", 0, 1, ALL))
        assert cache.nbytes <= 100_000
    kept = [hour for hour in range(20) if cache.get(("a", hour, 1, ALL)) is not None]
    assert kept == [0, *range(20 - len(kept) + 1, 20)]
    assert len(kept) > 5


def test_an_hour_that_would_drive_out_many_is_not_kept() -> None:
    cache = RowsCache(100_000)
    cache.put(("a", 1, 1, ALL), rows(1000))
    assert (cache.get(("a", 1, 1, ALL)), cache.nbytes) == (None, 0)


def test_the_same_again_is_counted_once() -> None:
    cache = RowsCache(100_000)
    cache.put(("a", 1, 1, ALL), rows(10))
    before = cache.nbytes
    cache.put(("a", 1, 1, ALL), rows(10))
    assert cache.nbytes == before
