"""What people are told to copy works."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.components.join import COMMAND, INSTALL, PYTHON, PYTHON_INSTALL, UNIT, UNIT_INSTALL
from dashboard.wheel import PATH
from tests.browser.swarm import running_swarm


def test_the_program_runs_as_it_is_and_its_node_is_seen(tmp_path: Path) -> None:
    with running_swarm(tmp_path) as swarm:
        program = PYTHON.replace("LEADER", swarm.leader_address)
        process = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path)
        try:
            swarm.wait_for_nodes("my-server")
        finally:
            process.terminate()
            process.wait(10)


def test_each_way_installs_what_this_dashboard_serves() -> None:
    for template in (INSTALL, UNIT_INSTALL, PYTHON_INSTALL):
        assert template.endswith(f"pip install ORIGIN{PATH}")


def test_the_program_that_is_installed_is_the_one_that_is_started() -> None:
    folder = INSTALL.split()[3]
    assert INSTALL.split()[5] == f"{folder}/bin/pip"
    assert COMMAND.split()[0] == f"{folder}/bin/mcp-node"
    assert f"ExecStart={UNIT_INSTALL.split()[3]}/bin/mcp-node " in UNIT


@pytest.mark.parametrize("template", [COMMAND, UNIT, PYTHON])
def test_each_names_the_leader_once(template: str) -> None:
    assert template.count("LEADER") == 1


def test_the_unit_starts_the_same_command_with_a_folder_of_its_own() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(UNIT)
    program, *arguments = unit["Service"]["ExecStart"].split()
    assert Path(program).name == Path(COMMAND.split()[0]).name
    assert arguments[:2] == COMMAND.split()[1:]
    assert arguments[3] == f"/var/lib/{unit['Service']['StateDirectory']}"
    assert unit["Install"]["WantedBy"] == "multi-user.target"
