"""Twenty rounds of the soak; `make soak` runs as many as wanted, and longer faults."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import pytest

ROUNDS = 20
SEED = "20"


@pytest.mark.timeout(240)
def test_whatever_happens_each_sample_is_stored_once_or_counted_as_dropped() -> None:
    command = [sys.executable, "-m", "tests.soak", "--short", "--rounds", str(ROUNDS), "--seed", SEED]
    soak = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=220)
    assert soak.returncode == 0, f"{soak.stdout}\n{soak.stderr}"
    for line in soak.stdout.splitlines():
        if line.startswith("without "):
            warnings.warn(line, stacklevel=1)
    assert f"\nround {ROUNDS:3d}: " in soak.stdout
