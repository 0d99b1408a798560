"""An answer as a plot in the terminal: one for each column, with one line for each node or group."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from mcp_telemetry.cli.querying.axis import time_ticks, value_ticks
from mcp_telemetry.cli.querying.lines import Line, silences
from mcp_telemetry.cli.querying.units import humanized, zone_name
from mcp_telemetry.model.names import base_name

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show_plots"]

MOST_LINES = 8
_LEAST_ROWS, _MOST_ROWS = 10, 30
_TIME_LABEL_WIDTH = 16
_COLORS = ("cyan", "orange", "green", "magenta", "yellow", "blue", "red", "gray")
_PLAIN_MARKERS = "*o+x#@%&"
_FINE_MARKER, _FINE_KEY = "braille", "⣿"
_ASCII = str.maketrans("┌┐└┘─│┤├┬┴┼", "++++-|+++++")


def show_plots(lines: Sequence[Line], zone: tzinfo | None, console: Console) -> None:
    """Prints them, as wide as the terminal (80 in a pipe); without colour each line has a mark of its own."""
    groups = [list(group) for _, group in itertools.groupby(lines, _axes_of)]
    rows = min(max((console.height - 2) // len(groups) - 3, _LEAST_ROWS), _MOST_ROWS)
    for group in groups:
        shown = sorted(group, key=lambda line: max(line.values), reverse=True)[:MOST_LINES]
        shown.sort(key=lambda line: (line.column, line.title))
        for text in _plot(shown, len(group) - len(shown), rows, zone, console):
            print(text)


def _axes_of(line: Line) -> tuple[str, str]:
    return base_name(line.column), line.unit


def _plot(lines: list[Line], hidden: int, rows: int, zone: tzinfo | None, console: Console) -> Iterator[str]:
    import plotext  # type: ignore[import-untyped]

    has_color = console.color_system is not None
    is_fine = console.encoding.lower().startswith("utf") and (has_color or len(lines) == 1)
    symbols = [_FINE_MARKER] * len(lines) if is_fine else list(_PLAIN_MARKERS)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(console.width, rows)
    figure.theme("colorless")
    figure.title(f"{base_name(lines[0].column)}, time in {zone_name(zone)}")
    for line, symbol, color in zip(lines, symbols, _COLORS, strict=False):
        figure.draw(_signal(figure, line, plotext.marker(symbol, color)))
    _set_rulers(figure, lines, rows, zone, console.width)
    text = str(figure.build())
    yield _adapted(text if has_color else plotext.uncolorize(text), console)
    yield from _legend(lines, symbols, hidden, has_color)


def _signal(figure: Any, line: Line, marker: Any) -> Any:
    """The points joined by lines, but for silences."""
    signal = figure.signal(list(line.times_ns), list(line.values), marker=marker)
    signal.lines()
    for index in silences(line.times_ns):
        signal.line(index, active=False)
    return signal


def _set_rulers(figure: Any, lines: list[Line], rows: int, zone: tzinfo | None, width: int) -> None:
    start, end = min(line.times_ns[0] for line in lines), max(line.times_ns[-1] for line in lines)
    moments = time_ticks(start, end, max(2, width // _TIME_LABEL_WIDTH), zone)
    lowest, highest = min(min(line.values) for line in lines), max(max(line.values) for line in lines)
    levels = value_ticks(min(0.0, lowest), highest, rows // 4)
    figure.ruler("x").ticks([at for at, _ in moments], [text for _, text in moments])
    figure.ruler("y").ticks(levels, [humanized(level, lines[0].unit) for level in levels])
    figure.ruler("y").lim(levels[0], levels[-1])


def _legend(lines: list[Line], symbols: list[str], hidden: int, has_color: bool) -> Iterator[str]:
    import plotext

    is_one_column = len({line.column for line in lines}) == 1
    for line, symbol, color in zip(lines, symbols, _COLORS, strict=False):
        key = _FINE_KEY if symbol == _FINE_MARKER else symbol
        name = line.title if is_one_column else f"{line.title} {line.column}"
        highest, last = humanized(max(line.values), line.unit), humanized(line.newest, line.unit)
        mark = str(plotext.colorize(key, color)) if has_color else key
        yield f"  {mark} {name}: last {last}, highest {highest}"
    if hidden:
        yield f"  and {hidden} more with lower peaks: name the nodes to see them"


def _adapted(text: str, console: Console) -> str:
    return text if console.encoding.lower().startswith("utf") else text.translate(_ASCII)
