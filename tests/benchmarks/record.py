"""`python -m tests.benchmarks.record MINUTES FILE`: what this host measures each second, as the benchmarks read it.

It starts a leader that reports its own host, waits, and writes what the leader's hour files hold of it. With `--folder`
it takes the newest MINUTES of what is in a metrics folder already.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mcp_telemetry.series.merge import concatenate, take
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.parquet_codec import encode
from tests.benchmarks.children import free_port, python_module, running
from tests.benchmarks.competitors import scratch_folder
from tests.benchmarks.recording import COLUMNS

__all__ = ["main", "newest"]

_NODE_ID = "recorded"
_EVER_NS = 2**62


def main(argv: Sequence[str] | None = None) -> None:
    """Records, or takes what was recorded, and says what it wrote."""
    arguments = _parser().parse_args(argv)
    if arguments.folder is None:
        with scratch_folder() as folder:
            _record(folder, arguments.minutes)
            rows = newest(folder, arguments.minutes)
    else:
        rows = newest(arguments.folder, arguments.minutes)
    arguments.file.write_bytes(encode(_NODE_ID, rows))
    print(f"{arguments.file}: {len(rows)} rows of {len(rows.columns)} columns", file=sys.stderr)


def newest(folder: Path, minutes: float) -> Rows:
    """The last rows of the only node in a metrics folder, and of its columns the standard ones; ValueError for more."""
    storage = HourFiles(folder)
    (node_id,) = storage.nodes()
    rows = concatenate(storage.read(node_id, frozenset(COLUMNS), 0, _EVER_NS))
    places = {column.name: at for at, column in enumerate(rows.columns)}
    if missing := [name for name in COLUMNS if name not in places]:
        raise ValueError(f"this host does not measure {', '.join(missing)}: record on one that does")
    order = [places[name] for name in COLUMNS]
    rows = take(rows, rows.times_ns >= rows.times_ns[-1] - round(minutes * 60e9))
    return Rows(
        tuple(rows.columns[at] for at in order),
        rows.times_ns,
        rows.sequences,
        rows.instances,
        rows.instance_ids,
        np.asfortranarray(rows.values[:, order]),
    )


def _record(folder: Path, minutes: float) -> None:
    """A leader writes its files when it is told to stop."""
    options = ["--listen", f"127.0.0.1:{free_port()}", "--metrics-dir", str(folder), "--no-dashboard"]
    with running(python_module("mcp_telemetry.cli.leader", *options)):
        time.sleep(minutes * 60)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.record", description=__doc__)
    parser.add_argument("minutes", type=float, metavar="MINUTES")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--folder", type=Path, help="a metrics folder with one node, instead of recording")
    return parser


if __name__ == "__main__":
    main()
