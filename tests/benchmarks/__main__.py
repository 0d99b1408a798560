"""`python -m tests.benchmarks [names…]`: measures, prints one table, and fails if a target is missed."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from mcp_telemetry.open_files import raise_file_limit
from tests.benchmarks import (
    agent,
    bulk,
    databases,
    disk,
    fleet_2000,
    flush,
    ingest,
    leader_live,
    memory,
    open_page,
    pixels,
    queries,
    ranges,
    reads,
    restart,
    weight,
)
from tests.benchmarks.effort import FULL, QUICK, Effort
from tests.benchmarks.figures import Figure, table

_MEASUREMENTS: dict[str, Callable[[Effort], list[Figure]]] = {
    "agent": agent.measure,
    "leader": leader_live.measure,
    "bulk": bulk.measure,
    "databases": databases.measure,
    "reads": reads.measure,
    "bytes": disk.measure,
    "queries": queries.measure,
    "ingest": ingest.measure,
    "flush": flush.measure,
    "memory": memory.measure,
    "restart": restart.measure,
    "pixels": pixels.measure,
    "fleet2000": fleet_2000.measure,
    "ranges": ranges.measure,
    "open30": open_page.measure,
    "weight": weight.measure,
}


def main(argv: Sequence[str] | None = None) -> int:
    """0 if every target was met, 1 if not; what could not be measured is no failure, but seen."""
    arguments = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # unwinds, so that no child is left
    raise_file_limit()
    print(_machine(), file=sys.stderr)
    effort = replace(QUICK if arguments.quick else FULL, soak_minutes=arguments.minutes)
    figures: list[Figure] = []
    for name in arguments.names or _MEASUREMENTS:
        start = time.monotonic()
        figures += _MEASUREMENTS[name](effort)
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    print(f"{_machine()}\n{table(figures)}")
    return int(any(figure.verdict == "MISS" for figure in figures))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", type=_name, help=", ".join(_MEASUREMENTS))
    parser.add_argument(
        "--quick", action="store_true", help="shorter windows and a smaller backlog: a first impression"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=0.0,
        metavar="M",
        help="let `memory` watch the leader, and `open30` the pages, for so long: a soak",
    )
    return parser


def _machine() -> str:
    """What the figures depend on; neighbours that load the machine show here."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}, load average {load}"


def _name(text: str) -> str:
    if text not in _MEASUREMENTS:
        raise argparse.ArgumentTypeError(f"{text!r}: want some of {', '.join(_MEASUREMENTS)}, or none for all")
    return text


if __name__ == "__main__":
    sys.exit(main())
