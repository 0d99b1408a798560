"""How a question is answered: in which steps, from which tier, how much of it at a time."""

from __future__ import annotations

from dataclasses import dataclass

from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.query.question import Question, Tier, check_count
from mcp_telemetry.query.sources import Wanted
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.series.grid import step_of_at_most

__all__ = ["Grid", "grid_of", "tier_of_points", "wanted"]

_DEFAULT_STEPS = 1000
# Values of all nodes, steps and columns that are gathered before they become series: 32 MB.
_MOST_VALUES = 4_000_000
_COARSEST_FIRST = (Tier.HOUR, Tier.MINUTE)


@dataclass(frozen=True, slots=True)
class Grid:
    """Steps over [start_ns, end_ns), a few at a time.

    block_ns: how much time to work on at once: whole steps, and whole hours where they fit
    """

    start_ns: int
    end_ns: int
    step_ns: int
    tier: Tier
    block_ns: int

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """Ranges that together are the whole, none of which splits a step."""
        first = self.start_ns // self.block_ns
        edges = [number * self.block_ns for number in range(first + 1, (self.end_ns - 1) // self.block_ns + 1)]
        return list(zip([self.start_ns, *edges], [*edges, self.end_ns], strict=True))


def tier_of_points(question: Question, hours: int | None = None) -> Tier:
    """The coarsest tier with enough points; a bucket gives two.

    hours: how many of the range have anything, if that is known. A node that is an hour old has its samples in a chart
    of a day, too.
    """
    if question.tier is not Tier.AUTO:
        return question.tier
    if not question.max_points:
        return Tier.RAW
    asked_ns = question.end_ns - question.start_ns
    filled_ns = asked_ns if hours is None else min(asked_ns, hours * HOUR_NS)
    most_ns = 2 * filled_ns // question.max_points
    return next((tier for tier in _COARSEST_FIRST if tier.step_ns <= most_ns), Tier.RAW)


def grid_of(question: Question, nodes: int, columns: int) -> Grid:
    """The steps for so many nodes, each with about so many columns; InvalidQueryError if they are too many."""
    start_ns, end_ns = question.start_ns, question.end_ns
    step_ns = question.step_ns or step_of_at_most(
        start_ns, end_ns, question.max_points or _DEFAULT_STEPS, max(1, question.tier.step_ns)
    )
    check_count(start_ns, end_ns, step_ns)
    room = _MOST_VALUES // max(1, nodes * columns)
    if not room:
        raise InvalidQueryError(f"{columns} columns of {nodes} nodes: want at most {_MOST_VALUES} series; name fewer")
    return Grid(start_ns, end_ns, step_ns, _tier_of_steps(question, step_ns), _block_ns(step_ns, room))


def wanted(question: Question, tier: Tier, start_ns: int, end_ns: int) -> Wanted:
    """What to read of a node for [start_ns, end_ns): from a rollup, every bucket that reaches into the range."""
    width = max(1, tier.step_ns)
    return Wanted(tier, question.selectors, start_ns // width * width, -(-end_ns // width) * width)


def _tier_of_steps(question: Question, step_ns: int) -> Tier:
    if question.tier is not Tier.AUTO:
        return question.tier
    return next((tier for tier in _COARSEST_FIRST if step_ns % tier.step_ns == 0), Tier.RAW)


def _block_ns(step_ns: int, room: int) -> int:
    width = step_ns * room
    if width > HOUR_NS and HOUR_NS % step_ns == 0:
        return width // HOUR_NS * HOUR_NS
    return width
