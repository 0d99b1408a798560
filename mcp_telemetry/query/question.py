"""What a reader asks for, checked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS
from mcp_telemetry.series.grid import step_count
from mcp_telemetry.series.thinning import LEAST_POINTS
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Aggregate", "Question", "Tier", "Transform", "check_count", "checked"]

_MOST_STEPS = 1_000_000
_MOST_GROUP_LABELS = 64
_MS = 10**6


class Transform(IntEnum):
    """What is made of each series first; the numbers are the wire's."""

    VALUE = pb.QueryRangeRequest.VALUE
    RATE = pb.QueryRangeRequest.RATE
    DELTA = pb.QueryRangeRequest.DELTA


class Aggregate(IntEnum):
    """What is made of the series of several nodes; the numbers are the wire's."""

    NONE = pb.QueryRangeRequest.NONE
    SUM = pb.QueryRangeRequest.SUM
    MEAN = pb.QueryRangeRequest.MEAN
    MIN = pb.QueryRangeRequest.MIN
    MAX = pb.QueryRangeRequest.MAX
    P50 = pb.QueryRangeRequest.P50
    P95 = pb.QueryRangeRequest.P95
    P99 = pb.QueryRangeRequest.P99


class Tier(IntEnum):
    """How finely time is kept; the numbers are the wire's."""

    AUTO = pb.QueryRangeRequest.AUTO
    RAW = pb.QueryRangeRequest.RAW
    MINUTE = pb.QueryRangeRequest.MINUTE
    HOUR = pb.QueryRangeRequest.HOUR

    @property
    def step_ns(self) -> int:
        """The width of a bucket; 0 for single samples."""
        return {Tier.MINUTE: MINUTE_NS, Tier.HOUR: HOUR_NS}.get(self, 0)


@dataclass(frozen=True, slots=True)
class Question:
    """A QueryRangeRequest that means something; times in nanoseconds, start included, end not.

    start_ns:   0: the oldest there is
    max_points: a series; 0: not said
    step_ns:    width of the steps asked for; 0: not said
    """

    start_ns: int
    end_ns: int
    selectors: frozenset[str] = frozenset()
    max_points: int = 0
    transform: Transform = Transform.VALUE
    aggregate: Aggregate = Aggregate.NONE
    group_by: tuple[str, ...] = ()
    tier: Tier = Tier.AUTO
    step_ns: int = 0

    @property
    def is_stepped(self) -> bool:
        """Whether the answer is on a grid of steps, rather than points of each node."""
        return self.aggregate is not Aggregate.NONE or self.transform is Transform.DELTA


def checked(request: pb.QueryRangeRequest, now_ns: int) -> Question:
    """What the request asks; InvalidQueryError names the value that is wrong and what to ask instead."""
    question = Question(
        start_ns=request.start_unix_nano,
        end_ns=request.end_unix_nano or now_ns,
        selectors=frozenset(request.columns),
        max_points=request.max_points,
        transform=_member("transform", Transform, request.transform),
        aggregate=_member("aggregate", Aggregate, request.aggregate),
        group_by=tuple(dict.fromkeys(request.group_by)),
        tier=_member("tier", Tier, request.tier),
        step_ns=request.step_ms * _MS,
    )
    _check_range(question)
    _check_groups(question)
    if question.is_stepped:
        _check_steps(question)
    else:
        _check_points(question)
    return question


Member = TypeVar("Member", Transform, Aggregate, Tier)


def _member(name: str, kind: type[Member], number: int) -> Member:
    try:
        return kind(number)
    except ValueError:
        known = ", ".join(f"{member.name} ({member.value})" for member in kind)
        raise InvalidQueryError(f"{name} is {number}: want one of {known}") from None


def _check_range(question: Question) -> None:
    start_ns, end_ns = question.start_ns, question.end_ns
    if start_ns >= end_ns or end_ns >= 2**63:
        raise InvalidQueryError(f"the range {start_ns} to {end_ns} is empty: want nanoseconds, start before end")


def _check_groups(question: Question) -> None:
    if len(question.group_by) > _MOST_GROUP_LABELS:
        raise InvalidQueryError(f"group_by has {len(question.group_by)} labels: want at most {_MOST_GROUP_LABELS}")
    if question.group_by and question.aggregate is Aggregate.NONE:
        raise InvalidQueryError("group_by without an aggregate: name one, such as SUM, or leave group_by out")


def _check_steps(question: Question) -> None:
    step_ns = question.step_ns
    if step_ns % max(1, question.tier.step_ns):
        raise InvalidQueryError(
            f"step_ms is {step_ns // _MS}, but tier {question.tier.name} is in steps of "
            f"{question.tier.step_ns // _MS}: take a multiple of it, a finer tier, or AUTO"
        )
    if not step_ns and question.max_points > _MOST_STEPS:
        raise InvalidQueryError(f"max_points is {question.max_points}: want at most {_MOST_STEPS} steps")
    if step_ns and question.start_ns:
        check_count(question.start_ns, question.end_ns, step_ns)


def check_count(start_ns: int, end_ns: int, step_ns: int) -> None:
    """InvalidQueryError if the range has too many steps of this width."""
    count = step_count(start_ns, end_ns, step_ns)
    if count > _MOST_STEPS:
        least_ms = -(-(end_ns - start_ns) // (_MOST_STEPS - 1) // _MS)
        raise InvalidQueryError(
            f"step_ms is {step_ns // _MS}: {count} steps in the range, want at most {_MOST_STEPS}; "
            f"take steps of {least_ms} ms or more, or a shorter range"
        )


def _check_points(question: Question) -> None:
    if 0 < question.max_points < LEAST_POINTS:
        raise InvalidQueryError(
            f"max_points is {question.max_points}: want at least {LEAST_POINTS}, or 0 for every sample"
        )
    if question.step_ns:
        raise InvalidQueryError(
            f"step_ms is {question.step_ns // _MS}, but only an aggregate or DELTA has steps: leave it out, or name one"
        )
