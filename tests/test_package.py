"""What `pip install` gets: a wheel, built from a copy of the sources, has every file that the programs read."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("mcp_telemetry", "dashboard")
# For `make proto` alone.
NOT_SHIPPED = {"mcp_telemetry/v1/SHA256SUMS"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    command = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", ".", ".")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def sources() -> set[str]:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}


def test_a_wheel_has_every_source_stub_asset_and_shipped_dashboard(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert sorted(sources() - NOT_SHIPPED - inside) == []
    assert sorted(inside - sources()) == []


def test_a_wheel_has_the_licence_and_the_commands(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        about = {name.partition(".dist-info/")[2] for name in archive.namelist()}
        commands = archive.read(next(name for name in archive.namelist() if name.endswith("entry_points.txt"))).decode()
    assert "licenses/LICENSE" in about
    assert all(name in commands for name in ("mcp-leader", "mcp-node", "mcp-dashboard", "mcp-telemetry"))
