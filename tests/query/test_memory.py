"""An answer of hundreds of megabytes is made in a few."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SAMPLES = 3 * 86_400
_COLUMNS = 44


@pytest.mark.parametrize(
    ("name", "least_bytes"),
    [
        ("points", 16 * _SAMPLES * _COLUMNS),
        ("rates", 16 * _SAMPLES),
        ("thinned", 16 * 900 * 30),
        ("steps", 16 * _SAMPLES),
    ],
)
def test_days_of_every_column_takes_little_memory(name: str, least_bytes: int) -> None:
    command = [sys.executable, "-m", "tests.query.large", name]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    grown, size = map(int, printed.split())
    assert size >= least_bytes
    assert grown < 100 << 20
