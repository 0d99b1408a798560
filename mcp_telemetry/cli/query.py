"""`mcp-telemetry query`: columns over a stretch of time, as a table, JSON, CSV, or a plot in the terminal."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC
from typing import TYPE_CHECKING, Any

from mcp_telemetry.cli.asking import add_leader_option, asking
from mcp_telemetry.cli.querying.export import write_csv, write_json
from mcp_telemetry.cli.querying.hints import missing_columns, require_nodes
from mcp_telemetry.cli.querying.lines import Line, gather
from mcp_telemetry.cli.querying.newest import find_newest
from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.model.moments import parse_duration, parse_moment
from mcp_telemetry.v1 import metrics_pb2 as pb

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["add"]

_FORMATS = ("table", "json", "csv", "plot")
_AGGREGATES = ("sum", "mean", "min", "max", "p50", "p95", "p99")
_TIERS = ("auto", "raw", "minute", "hour")
_NS_PER_MS = 1_000_000
# Every sample of many nodes takes a while, and CSV is written as it comes.
_QUERY_TIMEOUT_S = 3600.0
# Of a screen: the command's line, the table's head, its note and the next prompt.
_ROWS_AROUND_TABLE = 8
_LEAST_POINTS = 4
_POINTS_PER_CELL = 2


def add(commands: Any) -> None:
    """Add the command to those of `mcp-telemetry`."""
    parser = commands.add_parser("query", help="columns of nodes over time, as a table, JSON, CSV or a plot")
    parser.add_argument(
        "columns", nargs="+", metavar="COLUMN", help="cpu.percent, requests{tools/call}, or requests for all its labels"
    )
    _add_what(parser)
    _add_when(parser)
    _add_how(parser)
    add_leader_option(parser)
    parser.set_defaults(run=_run)


def _add_what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--node", action="append", default=[], metavar="ID", help="of this node; repeat it for more")
    parser.add_argument(
        "--label", action="append", default=[], metavar="NAME=VALUE", help="only of nodes with this label; may repeat"
    )
    counters = parser.add_mutually_exclusive_group()
    counters.add_argument("--rate", action="store_true", help="of counters: increase per second")
    counters.add_argument("--delta", action="store_true", help="of counters: increase in each step")
    parser.add_argument("--aggregate", choices=_AGGREGATES, help="make one series of those of all nodes")
    parser.add_argument(
        "--by", action="extend", nargs="+", default=[], metavar="LABEL", help="with --aggregate: one for each value"
    )


def _add_when(parser: argparse.ArgumentParser) -> None:
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--last", metavar="DURATION", help="so long until --end: 30s, 5m, 1h, 7d (default 1h)")
    start.add_argument("--start", metavar="TIME", help="ISO 8601 (UTC without an offset), Unix seconds, or 2h ago")
    parser.add_argument("--end", default="now", metavar="TIME", help="likewise (default now)")
    parser.add_argument("--utc", action="store_true", help="show times in UTC, not in this machine's zone")


def _add_how(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--step", metavar="DURATION", help="width of a step, with --aggregate or --delta")
    parser.add_argument(
        "--max-points", type=int, metavar="COUNT", help="most points of a series; peaks survive (0: every sample)"
    )
    parser.add_argument("--tier", choices=_TIERS, default="auto", help="read samples or rollups (default auto)")
    parser.add_argument("--format", choices=_FORMATS, default="table", help="(default table)")


def _run(arguments: argparse.Namespace) -> int:
    request = _request(arguments, time.time_ns())
    with asking(arguments.leader) as query:
        if request.node_ids:
            require_nodes(query, request.node_ids)
        found = _show(query, request, arguments)
        missing = missing_columns(query, request, found)
    if not found:
        raise InvalidQueryError("; ".join(missing))
    for sentence in missing:
        print(f"mcp-telemetry: {sentence}", file=sys.stderr)
    return 0


def _show(query: Any, request: pb.QueryRangeRequest, arguments: argparse.Namespace) -> set[str]:
    """Prints the answer, and returns the names of its columns; nothing is printed of an empty one, but CSV's head."""
    messages = query.QueryRange(request, timeout=_QUERY_TIMEOUT_S)
    if arguments.format == "csv":
        return write_csv(messages, arguments.by, bool(arguments.aggregate), sys.stdout)
    lines = [line for line in gather(messages) if line.values]
    if arguments.format in ("table", "plot"):
        find_newest(query, request, lines)
    if lines:
        _print(lines, arguments)
    return {line.column for line in lines}


def _print(lines: list[Line], arguments: argparse.Namespace) -> None:
    zone = UTC if arguments.utc else None
    if arguments.format == "json":
        write_json(lines, sys.stdout)
    elif arguments.format == "plot":
        from mcp_telemetry.cli.querying.plot import show_plots

        show_plots(lines, zone, _console())
    else:
        from mcp_telemetry.cli.querying.table import show_table

        show_table(lines, zone, _console())


def _console() -> Console:
    from rich.console import Console

    # A terminal that lacks a character gets a question mark, and not an error.
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    return Console(highlight=False)


# -- From options to the question -------------------------------------------------------------------------------------


def _request(arguments: argparse.Namespace, now_ns: int) -> pb.QueryRangeRequest:
    _check(arguments)
    start_ns, end_ns = _range(arguments, now_ns)
    query = pb.QueryRangeRequest
    return query(
        node_ids=arguments.node,
        columns=arguments.columns,
        start_unix_nano=start_ns,
        end_unix_nano=end_ns,
        max_points=_max_points(arguments),
        transform=query.RATE if arguments.rate else query.DELTA if arguments.delta else query.VALUE,
        aggregate=(arguments.aggregate or "none").upper(),
        group_by=arguments.by,
        labels=[_label(text) for text in arguments.label],
        tier=arguments.tier.upper(),
        step_ms=-(-parse_duration(arguments.step) // _NS_PER_MS) if arguments.step else 0,
    )


def _check(arguments: argparse.Namespace) -> None:
    if arguments.by and not arguments.aggregate:
        raise InvalidQueryError("--by groups what --aggregate makes one of: give --aggregate mean, or another")
    if arguments.step and not (arguments.aggregate or arguments.delta):
        raise InvalidQueryError("--step is the width of a step of --aggregate or --delta: give one of them")


def _range(arguments: argparse.Namespace, now_ns: int) -> tuple[int, int]:
    end_ns = parse_moment(arguments.end, now_ns)
    if arguments.start:
        start_ns = parse_moment(arguments.start, now_ns)
    else:
        start_ns = max(0, end_ns - parse_duration(arguments.last or "1h"))
    if start_ns >= end_ns:
        raise InvalidQueryError(f"--start {arguments.start} is not before --end {arguments.end}: swap them?")
    return start_ns, end_ns


def _label(text: str) -> pb.Label:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise InvalidQueryError(f"--label is {text!r}: want name=value")
    return pb.Label(name=name, value=value)


def _max_points(arguments: argparse.Namespace) -> int:
    points: int | None = arguments.max_points
    if points is not None and points != 0 and not _LEAST_POINTS <= points < 2**32:
        raise InvalidQueryError(f"--max-points is {points}: want at least {_LEAST_POINTS}, or 0 for every sample")
    if points is not None:
        return points
    if arguments.format in ("json", "csv"):
        return 0
    console = _console()
    if arguments.format == "plot":
        return _POINTS_PER_CELL * console.width
    return max(_LEAST_POINTS, console.height - _ROWS_AROUND_TABLE)
