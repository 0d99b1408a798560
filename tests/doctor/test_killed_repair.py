"""A repair killed at any moment loses nothing, and the next one goes on from there."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mcp_telemetry.storage.hour_files import HourFiles
from tests.doctor.patients import DAY, DOCTOR, doctor, rewritten, stored
from tests.storage.samples import rows_of, run_of

ROUNDS = 4
HOURS = range(10, 20)
SAMPLES = {"a": run_of(range(0, 10 * 3600, 30)), "b": run_of(range(0, 10 * 3600, 60), instance_id="two")}


def path_of(folder: Path, node_id: str, hour: int) -> Path:
    return folder / DAY / f"{node_id}_{hour}-00-00.parquet"


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """Every hour's rows stand in another hour's file; some are of the other node, some there twice, some files cut."""
    folder = tmp_path / "spoilt"
    storage = HourFiles(folder)
    storage.open()
    for node_id, samples in SAMPLES.items():
        storage.write(node_id, rows_of(samples))
    for hour in HOURS[::2]:
        pair = [path_of(folder, node_id, at) for node_id, at in (("a", hour), ("b", hour + 1))]
        tables = [pq.read_table(path) for path in pair]
        rewritten(pair[0], tables[1])
        rewritten(pair[1], pa.concat_tables([tables[0], *tables]))
        path_of(folder, "c", hour).write_bytes(b"no file")
    return folder


def run_and_kill(folder: Path, delay_s: float) -> bool:
    """Whether it came to its end before."""
    with subprocess.Popen([*DOCTOR, str(folder), "--repair"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        try:
            process.wait(delay_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.stdout.read()
            return False
        assert first
        return True


def test_no_row_is_lost_and_none_is_doubled(spoilt: Path, tmp_path: Path) -> None:
    chance, killed = random.Random(20260301), 0
    for number in range(ROUNDS):
        folder = Path(shutil.copytree(spoilt, tmp_path / str(number)))
        killed += not run_and_kill(folder, chance.uniform(0, 0.12))
        told = doctor(folder, "--repair")
        assert told.status == 0, told.findings
        assert stored(folder) == SAMPLES
    assert killed >= ROUNDS // 2
