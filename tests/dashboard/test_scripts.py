"""The scripts that need no page, run by Node.js."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js 20 or newer")
def test_scripts() -> None:
    script = Path(__file__).with_name("scripts.test.mjs")
    done = subprocess.run(["node", "--test", str(script)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
