"""`mcp-telemetry doctor`: what is wrong with a metrics folder, what to do about it, and doing it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from mcp_telemetry.errors import TelemetryError

__all__ = ["add"]

_NOTHING_WRONG, _PROBLEMS, _CANNOT_CHECK = range(3)


def add(commands: Any) -> None:
    """Add the command to those of `mcp-telemetry`."""
    parser = commands.add_parser(
        "doctor",
        help="check a metrics folder, say what is wrong and what to do; --repair does it",
        description="Check a metrics folder. Without --repair it changes nothing, and a leader may run meanwhile. "
        "Exit status: 0 nothing is wrong, 1 problems were found, 2 it cannot be checked.",
        allow_abbrev=False,
    )
    parser.add_argument("folder", type=Path, metavar="METRICS_DIR", help="what the leader has as --metrics-dir")
    parser.add_argument("--repair", action="store_true", help="repair what can be; the leader must be stopped")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        return _examined(arguments)
    except (TelemetryError, OSError, ModuleNotFoundError) as error:
        print(f"mcp-telemetry: {error}", file=sys.stderr)
        return _CANNOT_CHECK


def _examined(arguments: argparse.Namespace) -> int:
    from mcp_telemetry.cli.doctor_reports import JsonReport, TextReport, progress_bar
    from mcp_telemetry.doctor import examine, opened, repair

    report = JsonReport() if arguments.json else TextReport()
    with progress_bar() as progress:
        folder = opened(arguments.folder, progress)
        if arguments.repair:
            for repaired in repair(folder):
                report.repaired(folder, repaired)
            folder = opened(arguments.folder, progress)
        for finding in examine(folder):
            report.found(folder, finding)
    report.end(folder)
    return _PROBLEMS if report.tally.is_wrong else _NOTHING_WRONG
