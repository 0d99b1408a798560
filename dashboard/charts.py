"""What a chart is: columns, names, colours and units, and no code that draws."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.palette import COLORS
from mcp_telemetry.model.names import base_name, label_values

__all__ = ["BLUE", "GREEN", "ORANGE", "PINK", "RED", "VIOLET", "Chart", "Trace", "chart_columns", "trace_of"]

BLUE, ORANGE, GREEN, PINK, VIOLET, _SAND, RED, _SLATE = COLORS


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of a chart; `per_label` makes it one line for each label of the column.

    name: with `per_label` the labels stand for {}; empty for the labels alone
    color: empty for one of the palette's, by the line's name
    """

    column: str
    name: str = ""
    color: str = ""
    per_label: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """What one chart shows. `unit` is UCUM; columns that are counters are drawn as rates, so theirs ends in /s.

    An empty unit is that of the columns. A stacked chart is made of steps, so that its lines have common times.
    """

    key: str
    title: str
    unit: str
    traces: tuple[Trace, ...]
    is_stacked: bool = False

    @property
    def is_filled(self) -> bool:
        """A single line gets the area below it."""
        return len(self.traces) == 1 and not self.traces[0].per_label


def chart_columns(chart: Chart) -> list[str]:
    """The columns to ask a leader for."""
    return [trace.column for trace in chart.traces]


def trace_of(chart: Chart, column: str) -> tuple[str, Trace] | None:
    """The line a column belongs to and that line's name, if it is in this chart."""
    base = base_name(column)
    for trace in chart.traces:
        if trace.column == base:
            return _name(trace, column), trace
    return None


def _name(trace: Trace, column: str) -> str:
    """`requests{tools/call}` is "tools/call"; the trace's name may say more, "{} received" for instance."""
    if not trace.per_label:
        return trace.name
    labels = " ".join(label for label in label_values(column) if label)
    return (trace.name.replace("{}", labels) if trace.name else labels) or base_name(column)
