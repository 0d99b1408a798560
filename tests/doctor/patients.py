"""Metrics folders to examine, and the command that does."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mcp_telemetry.cli.tools import main
from mcp_telemetry.doctor import opened, repair
from mcp_telemetry.storage.hour_files import HourFiles
from tests.storage.conformance import everything
from tests.storage.samples import Sample, rows_of, run_of

DOCTOR = (sys.executable, "-m", "mcp_telemetry.cli.tools", "doctor")
MISSING = "rollup-missing"
DAY = "2026-03-01"
HOUR = f"{DAY}/a_10-00-00.parquet"
NEXT_HOUR = f"{DAY}/a_11-00-00.parquet"
# Two hours of one node, twenty seconds of another.
SAMPLES = {"a": run_of(range(0, 7200, 60)), "b": run_of(range(20), instance_id="two")}


@dataclass(frozen=True)
class Told:
    """What one run of the command printed, and how it ended."""

    status: int
    answer: dict[str, Any]

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Besides that hours are not summed up yet: a test that writes some sums up none."""
        return [finding for finding in self.answer["findings"] if finding["code"] != MISSING]

    @property
    def codes(self) -> Counter[str]:
        return Counter(finding["code"] for finding in self.findings)

    @property
    def repaired(self) -> set[str]:
        assert not [repair for repair in self.answer["repairs"] if repair["failure"]]
        return {repair["code"] for repair in self.answer["repairs"]} - {MISSING}

    def finding(self, code: str) -> dict[str, Any]:
        """The only one of its code."""
        (found,) = (finding for finding in self.answer["findings"] if finding["code"] == code)
        return dict(found)


def doctor(folder: Path, *flags: str) -> Told:
    """Run the command in this process, which saves its start."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = main(["doctor", str(folder), "--json", *flags])
    return Told(status, json.loads(printed.getvalue()))


def doctor_process(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run the command as people do."""
    return subprocess.run([*DOCTOR, str(folder), *flags], capture_output=True, text=True, timeout=60)


def left_to_repair(folder: Path) -> list[str]:
    """The codes of what another repair would repair."""
    return [repaired.finding.code for repaired in repair(opened(folder))]


def healthy(folder: Path) -> Path:
    """A folder with SAMPLES, as the leader's storage writes it."""
    storage = HourFiles(folder)
    storage.open()
    for node_id, samples in SAMPLES.items():
        storage.write(node_id, rows_of(samples))
    return folder


def stored(folder: Path) -> dict[str, list[Sample]]:
    """Everything that queries find, by node."""
    storage = HourFiles(folder)
    return {node_id: everything(storage, node_id) for node_id in storage.nodes()}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under the folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rewritten(path: Path, table: pa.Table) -> None:
    """Another table in the file's place, as some other program might write it."""
    pq.write_table(table, path, write_page_checksum=True)
