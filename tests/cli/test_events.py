"""`mcp-telemetry events` against a real leader with real nodes."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mcp_telemetry.cli.tools import main
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.cli.test_tools import COMMAND
from tests.processes import killed_at_end, leader_process, start_node, wait_until
from tests.reading import nodes

Ask = Callable[..., str]


@pytest.fixture(scope="module")
def leader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One on which node `a` has joined and left."""
    folder = tmp_path_factory.mktemp("events")
    with leader_process(folder / "metrics", "--no-dashboard") as leader, killed_at_end() as processes:
        processes.append(start_node(leader.address, "a", folder / "spool"))
        wait_until(lambda: "a" in nodes(leader.address), 15)
        processes[0].terminate()
        wait_until(lambda: nodes(leader.address)["a"].state == pb.LEFT, 15)
        yield leader.address


@pytest.fixture
def ask(leader: str, capsys: pytest.CaptureFixture[str]) -> Ask:
    def answer(*arguments: str, status: int = 0) -> str:
        assert main(["events", "--leader", leader, *arguments]) == status
        told = capsys.readouterr()
        return told.err if status else told.out

    return answer


def test_a_line_for_each_oldest_first(ask: Ask) -> None:
    lines = ask().splitlines()
    assert [line.split()[2:4] for line in lines] == [["leader_started", "leader"], ["joined", "a"], ["left", "a"]]
    assert lines[2].endswith("Stopped on purpose.")
    moments = [line.split("Z")[0] for line in lines]
    assert moments == sorted(moments)


def test_by_node_kind_and_time_and_as_json(ask: Ask) -> None:
    event = json.loads(ask("--node", "a", "--kind", "left", "--json"))
    assert (event["node_id"], event["kind"], event["count"]) == ("a", "left", 1)
    assert event["time"].endswith("Z")
    assert ask("--last", "1ms") == ""
    assert ask("--node", "nobody") == ""


@pytest.mark.parametrize(
    ("flag", "value", "says"), [("--last", "soon", "is no duration"), ("--node", "../x", "'../x'")]
)
def test_what_makes_no_sense_is_one_line_with_the_remedy(ask: Ask, flag: str, value: str, says: str) -> None:
    told = ask(flag, value, status=1)
    assert told.count("\n") == 1
    assert says in told


def test_a_kind_that_there_is_not(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        ask("--kind", "gone")
    assert "choose from" in capsys.readouterr().err


def test_follow_goes_on_with_what_happens(leader: str, tmp_path: Path) -> None:
    command = [*COMMAND, "events", "--leader", leader, "--kind", "joined", "--follow"]
    with killed_at_end() as processes:
        following = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(following)
        assert following.stdout is not None
        assert following.stdout.readline().split()[2:4] == ["joined", "a"]
        processes.append(start_node(leader, "b", tmp_path))
        assert following.stdout.readline().split()[2:4] == ["joined", "b"]
        following.send_signal(signal.SIGINT)
        assert following.wait(10) == 130
