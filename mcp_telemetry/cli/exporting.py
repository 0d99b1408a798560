"""`mcp-telemetry export`: rows of a metrics folder as JSON, CSV, NDJSON or Parquet; also beside a leader."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from mcp_telemetry.cli.metrics_folder import add_metrics_dir_option
from mcp_telemetry.errors import ConfigurationError, InvalidQueryError, UnknownNodeError
from mcp_telemetry.model.moments import parse_moment
from mcp_telemetry.model.times import LAST_NS
from mcp_telemetry.settings import JOURNAL_FOLDER

if TYPE_CHECKING:
    from mcp_telemetry.formats.selection import Selection

__all__ = ["add"]

_FORMATS = ("json", "csv", "ndjson", "parquet")
_STDOUT = "-"
_MOST_NAMED = 10


def add(commands: Any) -> None:
    """Add the command to those of `mcp-telemetry`."""
    parser = commands.add_parser("export", help="write rows of a metrics folder as JSON, CSV, NDJSON or Parquet")
    add_metrics_dir_option(parser)
    parser.add_argument("--node", action="append", default=[], metavar="ID", help="only of this node; may repeat")
    parser.add_argument(
        "--column", action="append", default=[], metavar="NAME", help="only this, or all labels of it; may repeat"
    )
    parser.add_argument("--start", metavar="TIME", help="ISO 8601, Unix seconds, or ago: 1h, 7d (default all)")
    parser.add_argument("--end", metavar="TIME", help="likewise; only rows before it (default all)")
    parser.add_argument("--format", choices=_FORMATS, required=True, help="json is a folder with a file a snapshot")
    parser.add_argument("--output", required=True, metavar="PATH", help="a file, or - ; for json a folder")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    selection = _selection(arguments)
    try:
        write = _write_folder if arguments.format == "json" else _write_file
        count = write(selection, arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough; nor shall the interpreter try again to write what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return _tell(count, selection, arguments.metrics_dir)


# -- What -------------------------------------------------------------------------------------------------------------


def _selection(arguments: argparse.Namespace) -> Selection:
    from mcp_telemetry.formats.selection import Selection
    from mcp_telemetry.storage.engines import storage_in

    folder: Path = arguments.metrics_dir
    if not folder.is_dir():
        raise ConfigurationError(f"there is no folder {folder}: name the leader's with --metrics-dir")
    storage = storage_in(folder)
    nodes = _nodes(storage.nodes(), arguments.node, folder)
    selection = Selection(storage, nodes, frozenset(arguments.column), *_range(arguments))
    _check_columns(selection, folder)
    return selection


def _nodes(known: list[str], wanted: list[str], folder: Path) -> tuple[str, ...]:
    for node_id in wanted:
        if node_id not in known:
            raise UnknownNodeError(f"{folder} has no rows of node {node_id!r}; it has {_some(known)}")
    return tuple(dict.fromkeys(wanted or known))


def _check_columns(selection: Selection, folder: Path) -> None:
    """Rows without any of the columns asked for are of no use, and a name is easily misspelt."""
    if selection.selectors and not selection.columns():
        wanted = ", ".join(map(repr, sorted(selection.selectors)))
        known = replace(selection, selectors=frozenset()).columns()
        raise InvalidQueryError(
            f"{folder} has nothing of --column {wanted} in this time; it has {_some([each.name for each in known])}"
        )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return (", ".join(names[:_MOST_NAMED]) or "none") + more


def _range(arguments: argparse.Namespace) -> tuple[int, int]:
    now_ns = time.time_ns()
    start_ns = parse_moment(arguments.start, now_ns) if arguments.start else 0
    end_ns = parse_moment(arguments.end, now_ns) if arguments.end else LAST_NS
    if start_ns >= end_ns:
        raise InvalidQueryError(f"--start {arguments.start} is not before --end {arguments.end}: exchange them")
    return start_ns, end_ns


# -- Where to ---------------------------------------------------------------------------------------------------------


def _write_folder(selection: Selection, arguments: argparse.Namespace) -> int:
    from mcp_telemetry.storage.engines import make_storage

    folder = Path(arguments.output)
    if arguments.output == _STDOUT or folder.resolve() == arguments.metrics_dir.resolve():
        raise ConfigurationError(f"--output {arguments.output}: json is a file for each row, name a folder for them")
    storage = make_storage("json", folder)
    storage.open()
    return sum(storage.write(node_id, rows).rows_written for node_id, rows in selection.blocks())


def _write_file(selection: Selection, arguments: argparse.Namespace) -> int:
    from mcp_telemetry.formats.writers import WRITERS

    count = 0
    with _sink(arguments) as sink:
        writer = WRITERS[arguments.format](sink, selection.columns())
        for node_id, rows in selection.blocks():
            writer.write(node_id, rows)
            count += len(rows)
        writer.close()
    return count


@contextmanager
def _sink(arguments: argparse.Namespace) -> Iterator[BinaryIO]:
    """Standard output, or a file that has its name only when it is complete."""
    from mcp_telemetry.storage.atomic import storage_errors

    if arguments.output == _STDOUT:
        if arguments.format == "parquet" and sys.stdout.isatty():
            raise ConfigurationError("Parquet is nothing for a terminal: name a file with --output")
        yield sys.stdout.buffer
        return
    path = Path(arguments.output)
    unfinished = path.with_name(f".tmp-{path.name}")
    with storage_errors("write", path):
        try:
            with unfinished.open("wb") as file:
                yield file
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def _tell(count: int, selection: Selection, folder: Path) -> int:
    from mcp_telemetry.doctor.folder import holder_of

    print(f"{count} rows of {len(selection.nodes)} nodes exported", file=sys.stderr)
    if holder_of(folder / JOURNAL_FOLDER):
        print("a leader is at work: its newest minutes are in its journal, and not among them", file=sys.stderr)
    if damaged := selection.storage.damaged:
        print(f"{damaged} files could not be read and are missing: see mcp-telemetry doctor", file=sys.stderr)
    return 1 if damaged else 0
