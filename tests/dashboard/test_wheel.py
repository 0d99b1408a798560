"""The wheel that a dashboard gives to machines that join: pip installs it, and it has what a build of sources has."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import httpx

from dashboard.wheel import PATH, wheel
from tests.browser.swarm import running_swarm
from tests.test_package import NOT_SHIPPED, sources


def test_it_has_every_source_and_nothing_else() -> None:
    with zipfile.ZipFile(BytesIO(wheel())) as archive:
        assert archive.testzip() is None
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert inside == sources() - NOT_SHIPPED


def test_the_readme_tells_where_it_is() -> None:
    assert f"/bin/pip install http://LEADER:5000{PATH}" in Path("README.md").read_text()


def test_a_machine_that_joins_installs_it_from_the_dashboard(tmp_path: Path) -> None:
    folder = tmp_path / "joined"
    with running_swarm(tmp_path) as swarm:
        assert httpx.head(swarm.url + PATH).status_code == 200
        pip = (
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--target",
            str(folder),
            swarm.url + PATH,
        )
        done = subprocess.run(pip, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, done.stderr
    program = (sys.executable, "-c", "import mcp_telemetry.cli.node as node; print(node.__file__)")
    where = subprocess.run(program, cwd=folder, capture_output=True, text=True, timeout=30, check=True).stdout
    assert where.startswith(str(folder))
    assert (folder / "bin" / "mcp-node").is_file()
