"""What is read of the files for the hours of a question."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mcp_telemetry.query.answer import Asked, Messages, Need, Subject, answer
from mcp_telemetry.query.cache import Cache
from mcp_telemetry.query.question import Question, Tier
from mcp_telemetry.query.sources import Recent, Sources
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.series.summarize import summarize
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.query.memory import NOTHING, THREADS, Rolled, Stored
from tests.storage.samples import CPU, HOUR_START_NS, SECOND_NS, rows_of, run_of


def messages_of(items: Iterable[Need | Messages]) -> list[bytes]:
    """A list is empty where work was interrupted for a moment."""
    return [message for item in items if isinstance(item, list) for message in item]


def test_an_hour_is_read_again_only_after_it_changed() -> None:
    stored, hour = Stored(), HOUR_START_NS // HOUR_NS
    sources = Sources(stored, Rolled(), Cache(1 << 20), THREADS)
    stored.hours["a", hour] = rows_of(run_of(range(10)))

    def ask() -> int:
        work = answer(Asked(Question(HOUR_START_NS, HOUR_START_NS + HOUR_NS), (Subject("a"),), 1, 0), sources)
        assert isinstance(next(work), Need)
        assert messages_of([work.send([Recent(NOTHING)]), *work])
        return stored.reads

    assert [ask(), ask()] == [1, 1]
    stored.hours["a", hour] = rows_of(run_of(range(20)))
    assert [ask(), ask()] == [2, 2]


def test_rows_that_reach_a_file_while_memory_is_looked_at_are_not_missed() -> None:
    """What the rollups have was looked up before: they are of fewer samples than there are by now."""
    stored, rolled, hour = Stored(), Rolled(), HOUR_START_NS // HOUR_NS
    sources = Sources(stored, rolled, Cache(1 << 20), THREADS)
    few, all_ = rows_of(run_of(range(10))), rows_of(run_of(range(20)))
    stored.hours["a", hour] = few
    rolled.add("a", hour, few)
    question = Question(HOUR_START_NS, HOUR_START_NS + 4 * HOUR_NS, frozenset({CPU.name}), max_points=4)
    work = answer(Asked(question, (Subject("a"),), 1, 0), sources)
    assert isinstance(next(work), Need)
    stored.hours["a", hour] = all_
    (series,) = map(pb.Series.FromString, messages_of([work.send([Recent(NOTHING)]), *work]))
    assert rolled.asked[0] == HOUR_NS
    assert series.times_unix_nano[-1] == all_.times_ns[-1]


def test_an_hour_whose_file_is_damaged_comes_from_its_minutes(tmp_path: Path) -> None:
    storage, rolled, hour = HourFiles(tmp_path), Rolled(), HOUR_START_NS // HOUR_NS
    sources = Sources(storage, rolled, Cache(1 << 20), THREADS)
    storage.write("a", rows_of(run_of(range(200))))
    rolled.hours[MINUTE_NS, "a", hour] = (
        storage.versions("a", 0, 2**62)[hour],
        summarize(rows_of(run_of(range(200))), MINUTE_NS),
    )
    (path,) = tmp_path.rglob("*.parquet")
    path.write_bytes(path.read_bytes()[:-100])

    def ask() -> list[str]:
        work = answer(Asked(Question(HOUR_START_NS, HOUR_START_NS + HOUR_NS), (Subject("a"),), 1, 0), sources)
        assert isinstance(next(work), Need)
        try:
            first = work.send([Recent(NOTHING)])
        except StopIteration:
            return []
        found = map(pb.Series.FromString, messages_of([first, *work]))
        return [pb.QueryRangeRequest.Tier.Name(series.tier) for series in found if series.column.name == CPU.name]

    assert ask() == []  # who meets the damage
    assert ask() == ["MINUTE"]


def test_hours_are_read_month_by_month_and_again_only_after_a_change() -> None:
    rolled, march = Rolled(), int(np.datetime64("2026-03-01T00", "h").astype(int))
    sources = Sources(Stored(), rolled, Cache(1 << 20), THREADS)
    for hour in (march - 2, march - 1, march, march + 1):
        rolled.add("a", hour, rows_at(hour, 10))

    def ask() -> tuple[list[int], int]:
        question = Question((march - 4) * HOUR_NS, (march + 4) * HOUR_NS, frozenset({CPU.name}), 100, tier=Tier.HOUR)
        work = answer(Asked(question, (Subject("a"),), 1, 0), sources)
        assert isinstance(next(work), Need)
        (series,) = map(pb.Series.FromString, messages_of([work.send([Recent(NOTHING)]), *work]))
        return sorted({time_ns // HOUR_NS - march for time_ns in series.times_unix_nano}), rolled.reads

    assert [ask(), ask()] == [([-2, -1, 0, 1], 2)] * 2
    rolled.add("a", march + 2, rows_at(march + 2, 10))
    assert [ask(), ask()] == [([-2, -1, 0, 1, 2], 3)] * 2


def rows_at(hour: int, seconds: int) -> Rows:
    first = (hour * HOUR_NS - HOUR_START_NS) // SECOND_NS
    return rows_of(run_of(range(first, first + seconds)))
