"""How points become messages of a good size, and how little is held meanwhile."""

from __future__ import annotations

import numpy as np
import pytest

from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.model.columns import Column
from mcp_telemetry.query import collect
from mcp_telemetry.query.collect import Collector, collector
from mcp_telemetry.query.points import Points
from mcp_telemetry.query.question import Tier
from mcp_telemetry.query.wire import Part

A, B = Column("a"), Column("b")


def points(column: Column, first: int, count: int, tier: Tier = Tier.RAW) -> Points:
    return Points(column, np.arange(first, first + count), np.arange(first, first + count, dtype=float), tier)


def fed(gathering: Collector, columns: list[Column], pieces: int, count: int) -> list[Part]:
    parts = []
    for piece in range(pieces):
        for column in columns:
            gathering.add(points(column, piece * count, count))
        parts += gathering.settle()
    return [*parts, *gathering.finish()]


@pytest.mark.parametrize(("pieces", "count"), [(1, 5), (24, 3600), (100, 3600), (1, 250_000)])
def test_all_points_come_in_order_in_messages_as_large_as_may_be(pieces: int, count: int) -> None:
    parts = fed(collector("n", 0), [A, B], pieces, count)
    for column in (A, B):
        mine = [part for part in parts if part.column is column]
        assert np.array_equal(np.concatenate([part.values for part in mine]), np.arange(pieces * count))
        assert [len(part.values) for part in mine[:-1]] == [100_000] * (len(mine) - 1)


def test_many_series_go_earlier_in_smaller_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "_MOST_POINTS", 1000)
    gathering = collector("n", 0)
    for column in (A, B):
        gathering.add(points(column, 0, 501))
    assert [(part.column.name, len(part.values)) for part in gathering.settle()] == [("a", 501), ("b", 501)]
    assert list(gathering.finish()) == []


def test_a_part_tells_the_coarsest_tier_in_it() -> None:
    gathering = collector("n", 0)
    for tier in (Tier.HOUR, Tier.RAW, Tier.MINUTE):
        gathering.add(points(A, 0, 1, tier))
    assert [part.tier for part in gathering.finish()] == [Tier.HOUR]


def test_thinned_points_keep_every_peak_though_few_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "_MOST_POINTS", 4000)
    gathering, chance = collector("n", 100), np.random.default_rng(1)
    values = chance.normal(0, 1, 100_000)
    values[[31_415, 77_777]] = 50, -50
    for first in range(0, 100_000, 1000):
        part = slice(first, first + 1000)
        gathering.add(Points(A, np.arange(100_000)[part], values[part], Tier.RAW))
        assert list(gathering.settle()) == []
    (thinned,) = gathering.finish()
    assert len(thinned.values) <= 100
    assert (thinned.times_ns[0], thinned.times_ns[-1]) == (0, 99_999)
    assert (thinned.values.max(), thinned.values.min()) == (50, -50)
    assert (np.diff(thinned.times_ns) > 0).all()


def test_more_points_of_more_columns_than_fit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "_MOST_POINTS", 1000)
    with pytest.raises(InvalidQueryError, match="max_points is 600 for 2 columns of a node: want at most 1000 points"):
        fed(collector("n", 600), [A, B], 1, 10)
