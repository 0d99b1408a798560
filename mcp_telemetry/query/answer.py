"""The answer to a question, as a generator that somebody else drives.

It gives encoded messages, and asks for what only the leader's memory knows when it comes to need it; so it can be
driven from a thread, from another process, or by a test. It gives an empty list where it has worked for a while, so
that whoever drives it can do something else, or stop.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from mcp_telemetry.query.aggregation import Cells, Group, groups_of
from mcp_telemetry.query.cache import Piece
from mcp_telemetry.query.carry import Carry
from mcp_telemetry.query.collect import collector
from mcp_telemetry.query.plan import Grid, grid_of, tier_of_points, wanted
from mcp_telemetry.query.points import points, transformed
from mcp_telemetry.query.question import Aggregate, Question, Tier
from mcp_telemetry.query.sources import Recent, Sources, Wanted, begun, pieces
from mcp_telemetry.query.steps import as_buckets, in_steps, step_values
from mcp_telemetry.query.tiers import SummedUp, all_hours
from mcp_telemetry.query.wire import Part, series_message
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.series.grid import step_count
from mcp_telemetry.series.versions import Versions

__all__ = ["Answer", "Asked", "Messages", "Need", "Subject", "answer"]

_NODES_AT_ONCE = 8
_PIECE_OF_WORK_S = 0.01


@dataclass(frozen=True, slots=True)
class Subject:
    """A node that is asked about, and its values of the labels to group by."""

    node_id: str
    group: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what the leader knows of whom it is about.

    columns:   about how many columns of a node are meant
    oldest_ns: of the samples in memory; for a question without a start
    """

    question: Question
    subjects: tuple[Subject, ...]
    columns: int
    oldest_ns: int


@dataclass(frozen=True, slots=True)
class Need:
    """Asks for what memory has of these nodes: a list of Recent, in their order."""

    node_ids: tuple[str, ...]
    wanted: Wanted


Messages: TypeAlias = list[bytes]
Answer: TypeAlias = Generator[Need | Messages, Sequence[Recent], None]


def answer(asked: Asked, sources: Sources) -> Answer:
    """The messages of the answer; InvalidQueryError if it would be too large, StorageError if files cannot be read."""
    asked = yield from _begin(asked, sources)
    if asked.question.is_stepped:
        yield from _steps(asked, sources)
    else:
        for subject in asked.subjects:
            yield from _points(asked.question, subject, sources)


# -- Points ------------------------------------------------------------------------------------------------------------


def _points(question: Question, subject: Subject, sources: Sources) -> Answer:
    summed_up = SummedUp(sources.rollups, subject.node_id, question.start_ns, question.end_ns)
    tier = _tier(question, subject.node_id, summed_up, sources)
    want = wanted(question, tier, question.start_ns, question.end_ns)
    (recent,) = yield Need((subject.node_id,), want)
    gathered, carry, pause = collector(subject.node_id, question.max_points), Carry(), _Pause()
    for piece in as_buckets(pieces(sources, subject.node_id, want, recent, summed_up), tier):
        for each in points(piece, question.transform, carry):
            gathered.add(each)
        messages = _encoded(gathered.settle())
        if messages or pause.is_due():
            yield messages
    for part in gathered.finish():
        yield [series_message(part)]


def _tier(question: Question, node_id: str, summed_up: SummedUp, sources: Sources) -> Tier:
    tier = tier_of_points(question)
    if tier is Tier.RAW or question.tier is not Tier.AUTO:
        return tier
    # With the hour that is in memory only. What is asked of the samples is asked again, after memory.
    rolled = summed_up[Tier.HOUR]
    if tier_of_points(question, len(rolled.hours) + 1) is tier:
        return tier
    sampled = Versions.of(sources.samples.versions(node_id, question.start_ns, question.end_ns))
    return tier_of_points(question, len(all_hours(rolled, sampled)) + 1)


# -- Steps -------------------------------------------------------------------------------------------------------------


def _steps(asked: Asked, sources: Sources) -> Answer:
    grid = grid_of(asked.question, len(asked.subjects), asked.columns)
    groups = _groups(asked)
    carries = [Carry() for _ in asked.subjects]
    for start_ns, end_ns in grid.blocks:
        first_ns = start_ns // grid.step_ns * grid.step_ns
        steps = step_count(start_ns, end_ns, grid.step_ns)
        cells = Cells(len(asked.subjects), first_ns, steps, grid.step_ns)
        want = wanted(asked.question, grid.tier, start_ns, end_ns)
        for first in range(0, len(asked.subjects), _NODES_AT_ONCE):
            yield from _fill(cells, first, asked, want, grid, carries, sources)
        for part in _transformed(cells.parts(groups, asked.question.aggregate), asked.question):
            yield [series_message(part)]


def _fill(
    cells: Cells, first: int, asked: Asked, want: Wanted, grid: Grid, carries: Sequence[Carry], sources: Sources
) -> Answer:
    """Put in what some nodes have."""
    question, subjects = asked.question, asked.subjects[first : first + _NODES_AT_ONCE]
    recents = yield Need(tuple(subject.node_id for subject in subjects), want)
    pause = _Pause()
    for place, (subject, recent) in enumerate(zip(subjects, recents, strict=True), first):
        found: Iterator[Piece] = pieces(sources, subject.node_id, want, recent)
        if want.start_ns > grid.start_ns:
            found = begun(found, want.start_ns)
        for buckets in in_steps(found, grid.step_ns, cells.note):
            values = step_values(buckets, question.transform, question.aggregate, carries[place])
            cells.put(place, buckets.columns, buckets.times_ns, values)
            if pause.is_due():
                yield []


def _groups(asked: Asked) -> list[Group]:
    if asked.question.aggregate is Aggregate.NONE:
        return [Group((place,), node_id=subject.node_id) for place, subject in enumerate(asked.subjects)]
    return groups_of(asked.question.group_by, [subject.group for subject in asked.subjects])


def _transformed(parts: Iterator[Part], question: Question) -> Iterator[Part]:
    return (replace(part, column=transformed(part.column, question.transform)) for part in parts)


# -- Both --------------------------------------------------------------------------------------------------------------


def _begin(asked: Asked, sources: Sources) -> Generator[Messages, Sequence[Recent], Asked]:
    """The question with a start: where what there is begins, if it has none."""
    question = asked.question
    if question.start_ns:
        return asked
    oldest_ns, pause = min(asked.oldest_ns, question.end_ns - 1), _Pause()
    for subject in asked.subjects:
        oldest_ns = min([oldest_ns, *(hour * HOUR_NS for hour in _first_hours(subject.node_id, question, sources))])
        if pause.is_due():
            yield []
    return replace(asked, question=replace(question, start_ns=max(0, oldest_ns)))


def _first_hours(node_id: str, question: Question, sources: Sources) -> Iterator[int]:
    yield from list(sources.samples.versions(node_id, 0, question.end_ns))[:1]
    summed_up = SummedUp(sources.rollups, node_id, 0, question.end_ns)
    for tier in (Tier.MINUTE, Tier.HOUR):
        yield from summed_up[tier].hours[:1].tolist()


def _encoded(parts: Iterator[Part]) -> Messages:
    return [series_message(part) for part in parts]


class _Pause:
    """Tells when a piece of work has been done."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def is_due(self) -> bool:
        now = time.monotonic()
        if now - self._since < _PIECE_OF_WORK_S:
            return False
        self._since = now
        return True
