"""Answers against a plain model that holds all samples in a list, wherever they are stored."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_telemetry.query.question import Aggregate, Question, Tier, Transform
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS
from mcp_telemetry.series.merge import concatenate, take
from mcp_telemetry.series.rows import Rows
from tests.query.memory import Memory, by_hour, joined
from tests.storage.samples import CPU, HOUR_START_NS, SECOND_NS, SENT, Sample, rows_of

HOURS = 4
FIRST_HOUR = HOUR_START_NS // HOUR_NS
END_NS = HOUR_START_NS + HOURS * HOUR_NS
Series = dict[tuple[str, str], tuple[list[int], list[float]]]


@dataclass(frozen=True)
class Place:
    """Where the samples of an hour are. rolled: minutes and hours of it are up to date."""

    stored: str  # "ring", "file", "both": split at random; "gone": only rollups are left
    is_rolled: bool


# What is only in memory was never in a file, so that it was not rolled up either.
held = st.one_of(
    st.just(Place("ring", False)), st.builds(Place, st.sampled_from(["file", "both", "overlap"]), st.booleans())
)
still_there = st.lists(held, min_size=HOURS, max_size=HOURS)
anywhere = st.lists(st.one_of(held, st.just(Place("gone", True))), min_size=HOURS, max_size=HOURS)


@st.composite
def histories(draw: st.DrawFn) -> list[Sample]:
    """Samples at uneven times; a counter that may start again, a gauge that may be missing."""
    seconds = draw(st.lists(st.integers(0, HOURS * 3600 - 1), unique=True, min_size=1, max_size=40).map(sorted))
    sent, samples = 0.0, []
    for sequence, second in enumerate(seconds, 1):
        sent = draw(st.sampled_from([sent, sent + 1, sent + 1000, sent / 2]))
        values = {"cpu.percent": float(draw(st.integers(0, 100))), "network.bytes_sent": sent}
        if draw(st.integers(0, 9)) == 0:
            del values[draw(st.sampled_from(sorted(values)))]
        samples.append(Sample(HOUR_START_NS + second * SECOND_NS, sequence, values))
    return samples


def kept(memory: Memory, node_id: str, samples: list[Sample], where: list[Place]) -> None:
    """Put each hour where it is said to be."""
    for hour, rows in by_hour(rows_of(samples)).items():
        place = where[hour - FIRST_HOUR]
        ring, stored = _split(rows, place.stored)
        _put_in_ring(memory, node_id, ring)
        if len(stored):
            memory.stored.hours[node_id, hour] = stored
        if place.is_rolled and (len(stored) or place.stored == "gone"):
            # Of samples in memory a rollup may know nothing yet: it is older than they are, and must not be used.
            memory.rolled.add(node_id, hour, rows if place.stored in ("gone", "file") else take(rows, slice(1)))


def _split(rows: Rows, where: str) -> tuple[Rows, Rows]:
    nothing, half = take(rows, slice(0)), len(rows) // 2
    return {
        "ring": (rows, nothing),
        "file": (nothing, rows),
        "both": (take(rows, slice(half, None)), take(rows, slice(half))),
        "overlap": (take(rows, slice(half, None)), rows),
        "gone": (nothing, nothing),
    }[where]


def _put_in_ring(memory: Memory, node_id: str, rows: Rows) -> None:
    if len(rows):
        memory.rings[node_id] = concatenate([memory.rings[node_id], rows] if node_id in memory.rings else [rows])


def present(samples: list[Sample], name: str, start_ns: int = 0, end_ns: int = 2**62) -> list[tuple[int, float]]:
    return [(s.time_ns, s.values[name]) for s in samples if name in s.values and start_ns <= s.time_ns < end_ns]


def growth(before: float, after: float) -> float:
    return after - before if after >= before else after


def close(found: Series, wanted: Series) -> None:
    wanted = {key: series for key, series in wanted.items() if series[0]}
    assert {key: series[0] for key, series in found.items()} == {key: series[0] for key, series in wanted.items()}
    for key, (_, values) in wanted.items():
        assert found[key][1] == pytest.approx(values, rel=1e-9, abs=1e-9), key


ranges = st.tuples(st.integers(-600, HOURS * 3600), st.integers(1, HOURS * 3600 + 600)).map(
    lambda pair: (HOUR_START_NS + pair[0] * SECOND_NS, HOUR_START_NS + (pair[0] + pair[1]) * SECOND_NS)
)


# -- Points ------------------------------------------------------------------------------------------------------------


@settings(max_examples=80)
@given(histories(), still_there, ranges)
def test_every_sample_comes_once_wherever_it_is(
    samples: list[Sample], where: list[Place], range_: tuple[int, int]
) -> None:
    memory = Memory()
    kept(memory, "a", samples, where)
    found = joined(memory.ask(Question(*range_), "a"))
    wanted = {("a", name): present(samples, name, *range_) for name in (CPU.name, SENT.name)}
    close(found, {key: ([t for t, _ in pairs], [v for _, v in pairs]) for key, pairs in wanted.items()})


@settings(max_examples=80)
@given(histories(), still_there, ranges)
def test_every_rate_is_between_two_samples_whatever_lies_between(
    samples: list[Sample], where: list[Place], range_: tuple[int, int]
) -> None:
    memory = Memory()
    kept(memory, "a", samples, where)
    found = joined(memory.ask(Question(*range_, transform=Transform.RATE), "a"))
    pairs = present(samples, SENT.name, *range_)
    rates = [(b[0], growth(a[1], b[1]) * 1e9 / (b[0] - a[0])) for a, b in pairwise(pairs)]
    close(found, {("a", SENT.name): ([t for t, _ in rates], [v for _, v in rates])})


@settings(max_examples=80)
@given(histories(), anywhere, st.sampled_from([Tier.MINUTE, Tier.HOUR]))
def test_buckets_keep_the_peaks_and_their_times(samples: list[Sample], where: list[Place], tier: Tier) -> None:
    memory = Memory()
    kept(memory, "a", samples, where)
    question = Question(HOUR_START_NS, END_NS, frozenset({CPU.name}), max_points=100_000, tier=tier)
    if tier is Tier.MINUTE or all(place.stored != "gone" for place in where):
        close(joined(memory.ask(question, "a")), {("a", CPU.name): extremes(samples, tier.step_ns)})
    found = joined(memory.ask(question, "a")).get(("a", CPU.name), ([], []))
    values = [value for _, value in present(samples, CPU.name)]
    assert (min(found[1], default=None), max(found[1], default=None)) == (
        min(values, default=None),
        max(values, default=None),
    )


def extremes(samples: list[Sample], step_ns: int) -> tuple[list[int], list[float]]:
    buckets: dict[int, list[tuple[int, float]]] = {}
    for time_ns, value in present(samples, CPU.name):
        buckets.setdefault(time_ns // step_ns, []).append((time_ns, value))
    points: list[tuple[int, float]] = []
    for inside in buckets.values():
        low, high = min(value for _, value in inside), max(value for _, value in inside)
        rises = inside[0][1] < inside[-1][1]
        points.append((inside[0][0], low if rises else high))
        if low != high:
            points.append((inside[-1][0], high if rises else low))
    return [t for t, _ in points], [v for _, v in points]


# -- Steps -------------------------------------------------------------------------------------------------------------

steps = st.sampled_from([7 * SECOND_NS, 60 * SECOND_NS, 90 * SECOND_NS, 10 * MINUTE_NS, HOUR_NS, 3 * HOUR_NS])
ways = st.sampled_from([way for way in Aggregate if way is not Aggregate.NONE])
transforms = st.sampled_from(list(Transform))


def in_steps(samples: list[Sample], name: str, question: Question) -> dict[int, float]:
    """What a node has in each step, computed sample by sample."""
    found: dict[int, list[tuple[int, float]]] = {}
    pairs = present(samples, name, question.start_ns, question.end_ns)
    for place, (time_ns, _) in enumerate(pairs):
        found.setdefault(time_ns // question.step_ns * question.step_ns, []).append((place, pairs[place][1]))
    return {
        step: value
        for step, inside in found.items()
        if not math.isnan(value := _of_step(pairs, inside, name == SENT.name, question))
    }


def _of_step(
    pairs: list[tuple[int, float]], inside: list[tuple[int, float]], is_counter: bool, question: Question
) -> float:
    first, last = inside[0][0], inside[-1][0]
    if question.transform is Transform.VALUE:
        values = [value for _, value in inside]
        if is_counter:
            return values[-1]
        of = {Aggregate.MIN: min, Aggregate.MAX: max}.get(question.aggregate, lambda v: sum(v) / len(v))
        return float(of(values))
    if not is_counter:
        return math.nan
    run = pairs[max(0, first - 1) : last + 1]
    increase = sum(growth(a[1], b[1]) for a, b in pairwise(run))
    if question.transform is Transform.DELTA:
        return increase
    return increase * 1e9 / (run[-1][0] - run[0][0]) if len(run) > 1 else math.nan


NUMPY = {
    Aggregate.SUM: np.sum,
    Aggregate.MEAN: np.mean,
    Aggregate.MIN: np.min,
    Aggregate.MAX: np.max,
    Aggregate.P50: lambda values: np.percentile(values, 50),
    Aggregate.P95: lambda values: np.percentile(values, 95),
    Aggregate.P99: lambda values: np.percentile(values, 99),
}


def aggregated(nodes: list[list[Sample]], name: str, question: Question) -> tuple[list[int], list[float]]:
    columns = [in_steps(samples, name, question) for samples in nodes]
    times = sorted({step for column in columns for step in column})
    values = [[column[step] for column in columns if step in column] for step in times]
    return times, [float(NUMPY[question.aggregate](group)) for group in values]


@settings(max_examples=120)
@given(st.lists(st.tuples(histories(), still_there), min_size=1, max_size=3), ranges, steps, ways, transforms)
def test_nodes_together_are_as_if_computed_sample_by_sample(
    nodes: list[tuple[list[Sample], list[Place]]],
    range_: tuple[int, int],
    step_ns: int,
    aggregate: Aggregate,
    transform: Transform,
) -> None:
    """With any tier: the range is of whole minutes and hours where those are used."""
    whole = HOUR_NS if step_ns % HOUR_NS == 0 else MINUTE_NS if step_ns % MINUTE_NS == 0 else 1
    start_ns, end_ns = range_[0] // whole * whole, -(-range_[1] // whole) * whole
    question = Question(start_ns, end_ns, transform=transform, aggregate=aggregate, step_ns=step_ns)
    memory, names = Memory(), [f"n{place}" for place in range(len(nodes))]
    for name, (samples, where) in zip(names, nodes, strict=True):
        kept(memory, name, samples, where)
    found = joined(memory.ask(question, *names))
    every = [samples for samples, _ in nodes]
    close(found, {("", column.name): aggregated(every, column.name, question) for column in (CPU, SENT)})


@settings(max_examples=60)
@given(histories(), anywhere, st.sampled_from([60 * SECOND_NS, 10 * MINUTE_NS, HOUR_NS, 3 * HOUR_NS]))
def test_the_increases_of_all_steps_are_the_whole_increase_also_where_samples_are_gone(
    samples: list[Sample], where: list[Place], step_ns: int
) -> None:
    memory = Memory()
    kept(memory, "a", samples, where)
    found = joined(memory.ask(Question(HOUR_START_NS, END_NS, transform=Transform.DELTA, step_ns=step_ns), "a"))
    values = [value for _, value in present(samples, SENT.name)]
    increase = sum(growth(a, b) for a, b in pairwise(values))
    assert sum(sum(series[1]) for series in found.values()) == pytest.approx(increase)
    assert set(found) <= {("a", SENT.name)}
