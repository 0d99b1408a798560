"""What must hold beside the samples: the leader's counts and folder, what the processes logged, and what they take."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.soak.stored import Row
from tests.soak.swarm import Effort
from tests.soak.truth import Truth

__all__ = ["wrong_counts", "wrong_effort", "wrong_folder", "wrong_log"]

# Ten streams, the journal, the queries of this test: far from growing with each fault.
_MOST_FILES = 100
_MOST_THREADS = 60
_BAD_WORDS = ("Traceback", "CRITICAL", "never retrieved", "Fatal")


def wrong_counts(truth: Truth, listed: pb.Node, rows: list[Row]) -> Iterator[str]:
    """Holds a node's counts in ListNodes against everything that is stored of it."""
    counts = listed.counts
    highest = dict[str, int]()
    for row in rows:
        highest[row.instance] = max(highest.get(row.instance, 0), row.sequence)
    holes = sum(highest.values()) - len(rows)
    if counts.stored != len(rows):
        yield f"{len(rows)} are stored, and ListNodes counts {counts.stored}"
    if counts.gaps or counts.rejected:
        yield f"ListNodes counts {counts.gaps} in gaps and {counts.rejected} rejected, and there were none"
    if counts.dropped != holes:
        yield f"{holes} numbers are missing, and ListNodes counts {counts.dropped} dropped"
    if counts.dropped > truth.dropped:
        yield f"the node dropped {truth.dropped}, and ListNodes counts {counts.dropped}"


def wrong_folder(metrics_dir: Path) -> Iterator[str]:
    """What the doctor finds wrong with the folder of a leader that has stopped."""
    doctor = [sys.executable, "-m", "mcp_telemetry.cli.tools", "doctor", str(metrics_dir)]
    examined = subprocess.run(doctor, capture_output=True, text=True, check=False)
    if examined.returncode:
        yield f"the doctor ended with {examined.returncode}: {examined.stdout}{examined.stderr}"


def wrong_log(log: Path) -> Iterator[str]:
    """Lines that tell of an error nobody expected, with what follows."""
    lines = log.read_text().splitlines()
    for number, line in enumerate(lines):
        if any(word in line for word in _BAD_WORDS):
            yield f"{log.name}:{number + 1}: {' / '.join(lines[number : number + 12])}"
            return


def wrong_effort(effort: Effort) -> Iterator[str]:
    if effort.files > _MOST_FILES or effort.threads > _MOST_THREADS:
        yield f"{effort.files} files and {effort.threads} threads: want at most {_MOST_FILES} and {_MOST_THREADS}"
