"""What people are told to copy works."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.components.join import COMMAND, PYTHON, UNIT
from tests.processes import free_port


def test_the_program_runs_as_it_is(tmp_path: Path) -> None:
    program = PYTHON.replace("LEADER", f"127.0.0.1:{free_port()}")
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("template", [COMMAND, UNIT, PYTHON])
def test_each_names_the_leader_once(template: str) -> None:
    assert template.count("LEADER") == 1


def test_the_unit_starts_the_same_command_with_a_folder_of_its_own() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(UNIT)
    program, *arguments = unit["Service"]["ExecStart"].split()
    assert Path(program).name == COMMAND.split()[0]
    assert arguments[:2] == COMMAND.split()[1:]
    assert arguments[3] == f"/var/lib/{unit['Service']['StateDirectory']}"
    assert unit["Install"]["WantedBy"] == "multi-user.target"
