"""The logic of the browser's scripts, run by Node.js: one `*.test.mjs` for each."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = sorted(Path(__file__).parent.glob("*.test.mjs"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name.removesuffix(".test.mjs"))
def test_script(script: Path) -> None:
    assert shutil.which("node"), "the tests of scripts need Node.js: apt-get install nodejs"
    done = subprocess.run(["node", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
