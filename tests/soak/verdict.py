"""Holds what is stored against what was sampled: each once, with its values, or counted as dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.soak.stored import Answered, Row
from tests.soak.truth import Sample, Truth, check_of

__all__ = ["Verdict", "judge"]

_MOST_SHOWN = 20


@dataclass
class Verdict:
    """Of one node and the samples in question: how many are stored and dropped, and what is wrong.

    missing: what may come yet, as long as a leader that was started again has not done with its journal
    """

    sampled: int = 0
    stored: int = 0
    dropped: int = 0
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def judge(
    truth: Truth, after: int, until: int, rows: Iterable[Row], answer: Iterable[Answered] | None = None
) -> Verdict:
    """The samples with serials above `after` up to `until`; rows and answer may hold others, too.

    Without an answer the rows must be complete.
    """
    verdict = Verdict()
    found = set(_checked_rows(truth, rows, verdict.wrong))
    if answer is not None:
        answered = set(_checked_answer(truth, answer, verdict.wrong))
        unanswered = sorted(serial for serial in found - answered if after < serial <= until)
        _complain(verdict.wrong, "in a file, but not in the answer", [truth.samples[each] for each in unanswered])
        found |= answered
    _count(truth, after, until, found, verdict)
    return verdict


def _checked_rows(truth: Truth, rows: Iterable[Row], wrong: list[str]) -> Iterator[int]:
    seen = set[tuple[str, int]]()
    for row in rows:
        sample = truth.samples.get(int(row.serial or 0))
        if sample is None:
            wrong.append(f"stored, but never sampled: {row}")
            continue
        if (row.instance, row.sequence) in seen:
            wrong.append(f"stored twice: {row}")
        if (row.instance, row.sequence, row.time_ns) != (sample.instance, sample.sequence, sample.time_ns):
            wrong.append(f"stored as {row}, but it is {sample}")
        if row.check != check_of(sample.serial):
            wrong.append(f"another value is stored: {row}, and want {check_of(sample.serial)}")
        seen.add((row.instance, row.sequence))
        yield sample.serial


def _checked_answer(truth: Truth, answer: Iterable[Answered], wrong: list[str]) -> Iterator[int]:
    seen, newest_ns = set[int](), 0
    for point in answer:
        sample = truth.samples.get(int(point.serial))
        if sample is None or (point.time_ns, point.check) != (sample.time_ns, check_of(sample.serial)):
            wrong.append(f"answered as {point}, but it is {sample}")
        if int(point.serial) in seen:
            wrong.append(f"answered twice: {point}")
        if point.time_ns <= newest_ns:
            wrong.append(f"answered out of order: {point} after {newest_ns}")
        newest_ns = point.time_ns
        seen.add(int(point.serial))
        yield int(point.serial)


def _count(truth: Truth, after: int, until: int, found: set[int], verdict: Verdict) -> None:
    missing = list[Sample]()
    for serial in range(after + 1, until + 1):
        sample = truth.samples.get(serial)
        if sample is None:
            continue
        is_stored = serial in found
        verdict.sampled += sample.is_kept or is_stored
        verdict.stored += is_stored
        if is_stored or not sample.is_kept:
            continue
        verdict.dropped += sample.is_dropped
        if not sample.is_dropped:
            missing.append(sample)
    acked = truth.acked
    lost = [each for each in missing if each.sequence <= acked.get(each.instance, 0)]
    unsent = [each for each in missing if each.sequence > acked.get(each.instance, 0)]
    _complain(verdict.missing, "ACKED AND MISSING", lost)
    _complain(verdict.missing, "missing, and not counted as dropped", unsent)
    if truth.dropped != truth.in_ranges:
        verdict.wrong.append(f"{truth.in_ranges} were dropped, but the node counted {truth.dropped}")


def _complain(wrong: list[str], what: str, samples: Sequence[Sample]) -> None:
    if samples:
        wrong.append(f"{what}: {len(samples)}: {', '.join(_stretches(samples))}")


def _stretches(samples: Sequence[Sample]) -> list[str]:
    """Samples that follow each other, by the first and the last of them."""
    stretches = list[list[Sample]]()
    for sample in samples:
        before = stretches[-1][-1] if stretches else None
        if before and (before.instance, before.sequence + 1) == (sample.instance, sample.sequence):
            stretches[-1].append(sample)
        else:
            stretches.append([sample])
    shown = [f"{stretch[0]} to {stretch[-1]}" for stretch in stretches[:_MOST_SHOWN]]
    return shown if len(stretches) <= _MOST_SHOWN else [*shown, "..."]
