"""Memory that is free again is the system's again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# Blocks of a megabyte, each with something small after it that stays; before them a large one, from which glibc learns.
_PROGRAM = """
import sys
import numpy as np
import psutil
from mcp_telemetry.leader.allocator import return_large_blocks

if sys.argv[1] == "returning":
    return_large_blocks()
np.ones(16 << 17)
before = psutil.Process().memory_info().rss
stays, large = [], []
for _ in range(100):
    large.append(np.ones(1 << 17))
    stays.append(np.ones(100))
large.clear()
print(psutil.Process().memory_info().rss - before)
"""


@pytest.mark.skipif(not Path("/proc/self/maps").read_text().count("libc.so.6"), reason="the C library is not glibc")
def test_large_blocks_between_small_ones_are_given_back() -> None:
    assert _kept_bytes("returning") < 10 << 20
    # Otherwise there is nothing to cure here.
    assert _kept_bytes("by itself") > 50 << 20


def _kept_bytes(how: str) -> int:
    run = subprocess.run([sys.executable, "-c", _PROGRAM, how], capture_output=True, text=True, check=True)
    return int(run.stdout)
