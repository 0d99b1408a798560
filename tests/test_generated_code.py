"""The checked-in code is what `make proto` makes of the contract, and it runs with every protobuf pyproject allows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECKED_IN = ROOT / "mcp_telemetry" / "v1"
NEW_ENVIRONMENT_SECONDS = 300
IMPORT = "from mcp_telemetry.v1 import metrics_pb2, metrics_pb2_grpc; import google.protobuf as p; print(p.__version__)"


def make_proto(folder: Path, *variables: str) -> str:
    # Not the variables of a `make test` that these tests may run under.
    environ = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    command = ["make", "proto", f"PYTHON={sys.executable}", f"PROTO_VENV={ROOT / '.venv-proto'}", *variables]
    done = subprocess.run(command, cwd=folder, env=environ, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "__init__.py"}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("generated")
    make_proto(ROOT, f"OUT={out}")
    return out


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """As much of the project as `make proto` needs."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "protos", tmp_path / "protos")
    shutil.copytree(CHECKED_IN, tmp_path / "mcp_telemetry" / "v1")
    return tmp_path


@pytest.mark.timeout(NEW_ENVIRONMENT_SECONDS)
def test_the_checked_in_code_is_what_the_contract_gives(fresh: Path) -> None:
    generated = contents(fresh / "mcp_telemetry" / "v1")
    assert generated.keys() == contents(CHECKED_IN).keys()
    stale = [name for name, content in generated.items() if content != (CHECKED_IN / name).read_bytes()]
    assert stale == [], "run `make proto` and commit what it changed"


def test_nothing_is_generated_when_nothing_changed(copy: Path) -> None:
    assert make_proto(copy) == ""


@pytest.mark.parametrize("changed", ["protos/metrics.proto", "mcp_telemetry/v1/metrics_pb2.py"])
@pytest.mark.usefixtures("fresh")
def test_a_changed_contract_or_a_hand_made_edit_is_generated_again(copy: Path, changed: str) -> None:
    with (copy / changed).open("a") as file:
        file.write("\n")
    make_proto(copy)
    assert (copy / "mcp_telemetry" / "v1" / "metrics_pb2.py").read_bytes() == (
        CHECKED_IN / "metrics_pb2.py"
    ).read_bytes()
    assert make_proto(copy) == ""


def test_it_imports_with_the_oldest_protobuf_allowed_and_with_the_installed_one(fresh: Path) -> None:
    oldest = imported_with(ROOT / ".venv-proto" / "bin" / "python", fresh)
    installed = imported_with(Path(sys.executable), fresh)
    assert oldest == floor("protobuf")
    assert installed >= oldest


def imported_with(python: Path, folder: Path) -> tuple[int, int]:
    done = subprocess.run([python, "-c", IMPORT], cwd=folder, text=True, capture_output=True, check=True)
    major, minor = done.stdout.split(".")[:2]
    return int(major), int(minor)


def floor(package: str) -> tuple[int, int]:
    required = re.search(rf'"{package}>=(\d+)\.(\d+)', (ROOT / "pyproject.toml").read_text())
    assert required
    return int(required[1]), int(required[2])


def test_the_floor_of_grpcio_is_the_version_that_generated() -> None:
    generated_by = re.search(
        r"GRPC_GENERATED_VERSION = '(\d+)\.(\d+)\.", (CHECKED_IN / "metrics_pb2_grpc.py").read_text()
    )
    assert generated_by
    assert (int(generated_by[1]), int(generated_by[2])) == floor("grpcio")
