"""A writer killed at any moment leaves whole files only, with everything whose write had returned."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq

from mcp_telemetry.storage.hour_files import HourFiles
from tests.storage.conformance import everything
from tests.storage.samples import run_of

BATCH = 50
ROUNDS = 8
SEED = 20260301

# Appends batches of seconds over two hours, and says after each write up to which sequence it is stored.
WRITER = f"""
import sys
from pathlib import Path
from mcp_telemetry.storage.hour_files import HourFiles
from tests.storage.samples import rows_of, run_of
storage = HourFiles(Path(sys.argv[1]))
storage.open()
done = storage.cursors("a").get("one", 0)
print("ready", flush=True)
while done < 7000:
    storage.write("a", rows_of(run_of(range(done, done + {BATCH}), done + 1)))
    done += {BATCH}
    print(done, flush=True)
"""


def run_and_kill(folder: Path, after_writes: int, delay_s: float) -> int:
    """Kill a writer some writes after its start, at a random point within the next; returns what it had confirmed."""
    command = [sys.executable, "-c", WRITER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
        lines = [writer.stdout.readline() for _ in range(after_writes)]
        try:
            writer.wait(delay_s)
        except subprocess.TimeoutExpired:
            writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()
    return int(lines[-1])


def test_every_file_is_whole_and_nothing_confirmed_is_lost(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    for _ in range(ROUNDS):
        confirmed = run_and_kill(tmp_path, chance.randint(1, 8), chance.uniform(0, 0.012))
        for path in tmp_path.rglob("*.parquet"):
            pq.ParquetFile(path, page_checksum_verification=True).read()
        stored = everything(HourFiles(tmp_path))
        assert len(stored) in (confirmed, confirmed + BATCH)
        assert stored == run_of(range(len(stored)))
