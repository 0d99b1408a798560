"""`mcp-telemetry import`: files of other programs, or of another leader, into a metrics folder."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mcp_telemetry.cli.metrics_folder import add_metrics_dir_option
from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.settings import JOURNAL_FOLDER, LeaderSettings, resolve

if TYPE_CHECKING:
    from mcp_telemetry.formats.intake import Intake
    from mcp_telemetry.formats.reading import Problems, Reading

__all__ = ["add"]

_HOUR_S = 3600
_DAY_S = 86_400
T = TypeVar("T")
_FORMATS = ".json, .ndjson, .jsonl, .csv, .parquet"


def add(commands: Any) -> None:
    """Add the command to those of `mcp-telemetry`."""
    parser = commands.add_parser(
        "import",
        help="take the rows of JSON, NDJSON, CSV and Parquet files into a metrics folder",
        epilog="What is stored already is not stored again. The status is 1 if anything was skipped.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=f"files, or folders of files: {_FORMATS}")
    add_metrics_dir_option(parser)
    parser.add_argument("--node", default="", metavar="ID", help="node_id of rows that name none")
    parser.add_argument(
        "--timezone",
        choices=("local", "utc"),
        default="local",
        help="of the time in a JSON file's name, where none is inside (default local)",
    )
    parser.add_argument(
        "--storage", metavar="NAME", help="as for mcp-leader (default: what the folder holds, or parquet)"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from mcp_telemetry.formats.reading import Reading

    _require_outside(arguments.paths, arguments.metrics_dir)
    # Found once more when they are read: a list of millions would take more memory than their rows.
    count = sum(1 for _ in _files(arguments.paths))
    if not count:
        found_in = ", ".join(map(str, arguments.paths))
        raise ConfigurationError(f"there is nothing to import: no {_FORMATS} file in {found_in}")
    reading = Reading(arguments.node, UTC if arguments.timezone == "utc" else None)
    with _locked(arguments.metrics_dir):
        intake = _taken_in(count, arguments, reading)
    _tell(count, intake, reading.problems)
    _warn_of_retention(min((hour for hours in intake.hours.values() for hour in hours), default=None))
    return 1 if reading.problems else 0


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    from mcp_telemetry.formats.files import find_files

    return (file for path in paths for file in find_files(path))


def _require_outside(paths: Iterable[Path], folder: Path) -> None:
    metrics = folder.resolve()
    for path in paths:
        source = path.resolve()
        if source.is_relative_to(metrics) or metrics.is_relative_to(source):
            raise ConfigurationError(
                f"{path} and the metrics folder {folder} lie in one another: move away what is to be imported, "
                "or name another --metrics-dir"
            )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    from mcp_telemetry.journal import Journal

    try:
        journal = Journal(folder / JOURNAL_FOLDER)
    except ConfigurationError as error:
        raise ConfigurationError(f"{error}. That is a leader: stop it, or import into another folder") from error
    with journal:
        yield


def _taken_in(count: int, arguments: argparse.Namespace, reading: Reading) -> Intake:
    from mcp_telemetry.formats.intake import Intake
    from mcp_telemetry.formats.summing import sum_up
    from mcp_telemetry.storage.engines import engine_in, make_storage
    from mcp_telemetry.storage.rollups import Rollups

    folder: Path = arguments.metrics_dir
    storage = make_storage(arguments.storage or engine_in(folder), folder)
    storage.open()
    intake = Intake(storage, reading)
    for file in _shown(_files(arguments.paths), count, "reading", "files"):
        intake.take(file)
    intake.finish()
    rollups = Rollups(folder)
    for node_id in _shown(sorted(intake.hours), len(intake.hours), "summing up", "nodes"):
        sum_up(storage, rollups, node_id, intake.hours[node_id])
    return intake


def _shown(items: Iterable[T], count: int, doing: str, unit: str) -> Iterator[T]:
    """The items in turn, with a bar on a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(items, total=count)


def _tell(files: int, intake: Intake, problems: Problems) -> None:
    for text in problems.listed:
        print(f"skipped: {text}", file=sys.stderr)
    more = problems.files + problems.rows - len(problems.listed)
    if more > 0:
        print(f"skipped: ... and {more} more files or rows", file=sys.stderr)
    report = intake.report
    print(
        f"{files} files: {report.rows_written} rows of {len(intake.hours)} nodes added, "
        f"{report.duplicates} duplicates, {problems.files} files and {problems.rows} rows skipped"
    )


def _warn_of_retention(oldest_hour: int | None) -> None:
    """Whoever imports history does not expect the next start to remove it."""
    settings = resolve(LeaderSettings, {})
    if oldest_hour is None or not settings.raw_retention_s:
        return
    if oldest_hour * _HOUR_S < time.time() - settings.raw_retention_s:
        print(
            f"note: some rows are older than {settings.raw_retention_s / _DAY_S:g} days. A leader keeps such only as "
            "minutes and hours, and removes the rows when it starts: give it --raw-retention 0 to keep them",
            file=sys.stderr,
        )
