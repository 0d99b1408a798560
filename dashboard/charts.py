"""Which charts a node has: a table of columns, names, colours and units, and no code that draws."""

from __future__ import annotations

from dataclasses import dataclass

from mcp_telemetry.model.names import base_name, label_values

__all__ = ["CHARTS", "Chart", "Trace", "chart_columns", "trace_of"]


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of a chart; `per_label` makes it one line for each label of the column."""

    column: str
    name: str
    color: str
    per_label: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """What one chart shows. `unit` is UCUM; columns that are counters are drawn as rates, so theirs ends in /s."""

    key: str
    title: str
    unit: str
    traces: tuple[Trace, ...]

    @property
    def is_filled(self) -> bool:
        """A single line gets the area below it."""
        return len(self.traces) == 1 and not self.traces[0].per_label


_BLUE, _GREEN, _VIOLET, _ORANGE, _CYAN, _PINK = "#5c7cfa", "#20c997", "#9775fa", "#fd7e14", "#22b8cf", "#cc5de8"
PALETTE = (_BLUE, _ORANGE, _GREEN, _PINK, _CYAN, "#fab005", "#ff6b6b", _VIOLET, "#94d82d", "#868e96")

CHARTS: dict[str, Chart] = {
    chart.key: chart
    for chart in (
        Chart("cpu", "CPU", "%", (Trace("cpu.percent", "CPU", _BLUE),)),
        Chart("memory", "Memory", "%", (Trace("memory.percent", "Memory", _GREEN),)),
        Chart("disk", "Disk", "%", (Trace("disk.percent", "Disk", _VIOLET),)),
        Chart(
            "network",
            "Network",
            "By/s",
            (Trace("network.bytes_recv", "Received", _CYAN), Trace("network.bytes_sent", "Sent", _PINK)),
        ),
        Chart(
            "disk_io",
            "Disk I/O",
            "By/s",
            (Trace("disk.read_bytes", "Read", _GREEN), Trace("disk.write_bytes", "Written", _ORANGE)),
        ),
        Chart("requests", "Requests", "{request}/s", (Trace("requests", "Requests", _BLUE, per_label=True),)),
    )
}


def chart_columns(chart: Chart) -> list[str]:
    """The columns to ask a leader for."""
    return [trace.column for trace in chart.traces]


def trace_of(chart: Chart, column: str) -> tuple[str, Trace] | None:
    """The line a column belongs to and that line's name, if it is in this chart."""
    base = base_name(column)
    for trace in chart.traces:
        if trace.column == base:
            return ", ".join(label_values(column)) if trace.per_label else trace.name, trace
    return None
