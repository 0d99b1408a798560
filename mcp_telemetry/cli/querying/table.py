"""An answer as a table: moments downward where all series share them, else one row a series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from mcp_telemetry.cli.querying.lines import Line, silences, tier_name
from mcp_telemetry.cli.querying.units import clock, duration, humanized, zone_name

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["show_table"]

_CELL_WIDTH = 14
_PIPE_WIDTH = 1000
_BETWEEN_CELLS = 3
_SHAPE_WIDTH, _LEAST_SHAPE_WIDTH = 32, 8
_HEADINGS = ("node", "column", "lowest", "highest", "last")
_LEVELS = "▁▂▃▄▅▆▇█"
_KEPT_AS = {"raw": "samples", "minute": "minute rollups", "hour": "hour rollups"}


def show_table(lines: Sequence[Line], zone: tzinfo | None, console: Console) -> None:
    """Prints it, as wide as the terminal; into a pipe as wide as it needs."""
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    fits = (len(lines) + 2) * _CELL_WIDTH <= console.width
    is_shared = all(line.times_ns == lines[0].times_ns for line in lines)
    table = _by_time(lines, zone) if len(lines) == 1 or (is_shared and fits) else _by_series(lines, console)
    console.print(table)
    console.print(_made_from(lines, zone), style="dim")


def _new_table() -> Table:
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)


def _by_time(lines: Sequence[Line], zone: tzinfo | None) -> Table:
    table = _new_table()
    table.add_column("time", no_wrap=True)
    for line in lines:
        table.add_column(f"{line.title}\n{line.column}", justify="right", overflow="fold")
    written = clock(lines[0].times_ns, zone)
    for row, time_ns in enumerate(lines[0].times_ns):
        table.add_row(written(time_ns), *(humanized(line.values[row], line.unit) for line in lines))
    return table


def _by_series(lines: Sequence[Line], console: Console) -> Table:
    """The lowest and the highest are those of all samples: thinning keeps them."""
    rows = [(line.title, line.column, *_figures(line)) for line in lines]
    table = _new_table()
    for name in _HEADINGS:
        table.add_column(name, justify="left" if name in ("node", "column") else "right", overflow="fold")
    taken = sum(max(map(len, cells)) + _BETWEEN_CELLS for cells in zip(_HEADINGS, *rows, strict=True))
    width = min(_SHAPE_WIDTH, console.width - taken)
    has_shape = width >= _LEAST_SHAPE_WIDTH and console.encoding.lower().startswith("utf")
    shapes = [(_shape(line, lines, width),) if has_shape else () for line in lines]
    if has_shape:
        table.add_column("over time", no_wrap=True)
    for row, shape in zip(rows, shapes, strict=True):
        table.add_row(*row, *shape)
    return table


def _figures(line: Line) -> list[str]:
    return [humanized(value, line.unit) for value in (min(line.values), max(line.values), line.newest)]


def _shape(line: Line, lines: Sequence[Line], width: int) -> str:
    """The highest value in each of a few equal stretches of time, on a scale from 0 that all of a column share."""
    start_ns, end_ns = _span(lines)
    top = max(max(each.values) for each in lines if each.column == line.column)
    slots: list[float] = [-1.0] * width
    after_silence, before = set(silences(line.times_ns)), 0
    for index, (time_ns, value) in enumerate(zip(line.times_ns, line.values, strict=True)):
        at = (time_ns - start_ns) * (width - 1) // max(1, end_ns - start_ns)
        if index and index not in after_silence:
            slots[before + 1 : at] = [max(0.0, line.values[index - 1])] * (at - before - 1)
        slots[at], before = max(value, slots[at], 0.0), at
    return "".join(" " if value < 0 else _level(value, top) for value in slots)


def _level(value: float, top: float) -> str:
    share = value / top if top > 0 else 0.0
    return _LEVELS[min(len(_LEVELS) - 1, int(share * len(_LEVELS)))]


def _span(lines: Sequence[Line]) -> tuple[int, int]:
    return min(line.times_ns[0] for line in lines), max(line.times_ns[-1] for line in lines)


def _made_from(lines: Sequence[Line], zone: tzinfo | None) -> str:
    """The time it covers, and what the numbers are: samples or rollups, and how wide their steps."""
    written = clock((), zone)
    start, end = map(written, _span(lines))
    made_from = " and ".join(_KEPT_AS[tier] for tier in sorted({tier_name(line.head) for line in lines}))
    widths = {line.head.step_ms for line in lines}
    step = f"steps of {duration(max(widths) / 1000)} from " if any(widths) else ""
    return f"{start} to {end} {zone_name(zone)}, {step}{made_from}"
