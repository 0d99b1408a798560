"""`mcp-telemetry query` as a process: what it asks a leader, and what it makes of the answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import grpc
import pytest

from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.cli.scripted import CPU, SECOND, SENT, START, START_S, ScriptedLeader, scripted_leader, series

Q = pb.QueryRangeRequest
COMMAND = (sys.executable, "-m", "mcp_telemetry.cli.tools", "query")


@pytest.fixture
def leader() -> Iterator[ScriptedLeader]:
    with scripted_leader() as leader:
        leader.answer = [series([10, 20.25, 30])]
        yield leader


def run(leader: ScriptedLeader, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *arguments, "--leader", leader.address]
    environ = {**os.environ, "TZ": "UTC", **environ}
    return subprocess.run(command, capture_output=True, text=True, timeout=30, env=environ)


def ask(leader: ScriptedLeader, *arguments: str, **environ: str) -> str:
    done = run(leader, *arguments, **environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(leader: ScriptedLeader, *arguments: str) -> str:
    done = run(leader, *arguments)
    assert (done.returncode, done.stdout.count("\n") <= 1) == (1, True), done.stdout
    assert done.stderr.count("\n") == 1, "one line, no traceback"
    return done.stderr


# -- What is asked ----------------------------------------------------------------------------------------------------


def test_by_default_the_last_hour_of_all_nodes_in_a_screenful(leader: ScriptedLeader) -> None:
    ask(leader, "cpu.percent", LINES="40")
    asked, now = leader.asked, time.time_ns()
    assert list(asked.columns) == ["cpu.percent"]
    assert list(asked.node_ids) == []
    assert asked.end_unix_nano - asked.start_unix_nano == 3600 * SECOND
    assert abs(asked.end_unix_nano - now) < 60 * SECOND
    assert 20 <= asked.max_points < 40
    assert (asked.transform, asked.aggregate, asked.tier, asked.step_ms) == (Q.VALUE, Q.NONE, Q.AUTO, 0)


@pytest.mark.parametrize("format_", ["table", "plot"])
def test_the_last_value_of_rollups_is_that_of_the_newest_sample(leader: ScriptedLeader, format_: str) -> None:
    leader.answer = [series([10, 90, 20, 95], tier=Q.MINUTE), *(series([5] * 200, node_id=name) for name in "bc")]
    leader.samples = [series([1, 2, 3, 44], tier=Q.RAW)]
    shown = ask(leader, "cpu.percent", "--format", format_, COLUMNS="120")
    assert "44 %" in shown
    assert "95 %" in shown, "the peak stays the highest"
    assert (list(leader.asked.node_ids), leader.asked.max_points) == (["a"], 0)
    assert leader.asked.end_unix_nano == START + 3 * SECOND + 1


def test_every_option_reaches_the_leader(leader: ScriptedLeader) -> None:
    leader.answer = [series([1, 2], SENT)]
    where = ("--node", "a", "--node", "b", "--label", "role=db", "--label", "region=eu=1")
    when = ("--start", "2026-01-01T00:00Z", "--end", "1767225660", "--step", "5m", "--tier", "minute")
    how = ("--rate", "--aggregate", "p95", "--by", "role", "region", "--max-points", "50")
    ask(leader, "network.bytes_sent", "requests", *where, *when, *how)
    assert leader.asked == Q(
        node_ids=["a", "b"],
        columns=["network.bytes_sent", "requests"],
        start_unix_nano=START,
        end_unix_nano=START + 60 * SECOND,
        max_points=50,
        transform=Q.RATE,
        aggregate=Q.P95,
        group_by=["role", "region"],
        labels=[pb.Label(name="role", value="db"), pb.Label(name="region", value="eu=1")],
        tier=Q.MINUTE,
        step_ms=300_000,
    )


def test_a_plot_gets_two_points_a_column_of_the_terminal_and_programs_get_everything(leader: ScriptedLeader) -> None:
    ask(leader, "cpu.percent", "--format", "plot", COLUMNS="70")
    assert leader.asked.max_points == 140
    ask(leader, "cpu.percent", "--format", "csv")
    assert leader.asked.max_points == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--last", "soon"), "'soon' is no duration"),
        (("--start", "yesterday"), "'yesterday' is no time"),
        (("--start", "2026-01-02", "--end", "2026-01-01"), "--start 2026-01-02 is not before --end 2026-01-01"),
        (("--label", "role"), "--label is 'role': want name=value"),
        (("--max-points", "3"), "--max-points is 3: want at least 4"),
        (("--by", "role"), "give --aggregate"),
        (("--step", "5m"), "--step is the width of a step of --aggregate or --delta"),
    ],
)
def test_what_means_nothing_is_refused_with_the_remedy(
    leader: ScriptedLeader, arguments: tuple[str, ...], words: str
) -> None:
    assert words in refused(leader, "cpu.percent", *arguments)


# -- What is shown ----------------------------------------------------------------------------------------------------


def test_a_table_has_a_row_for_each_moment_with_units(leader: ScriptedLeader) -> None:
    lines = ask(leader, "cpu.percent", "--utc").splitlines()
    assert lines[0].split() == ["a"]
    assert lines[1].split() == ["time", "cpu.percent"]
    assert [line.split(maxsplit=2) for line in lines[3:6]] == [
        ["2026-01-01", "00:00:00", "10 %"],
        ["2026-01-01", "00:00:01", "20.2 %"],
        ["2026-01-01", "00:00:02", "30 %"],
    ]
    assert lines[6] == "2026-01-01 00:00:00 to 2026-01-01 00:00:02 UTC, samples"


def test_times_are_of_this_machines_zone_unless_utc_is_asked_for(leader: ScriptedLeader) -> None:
    assert "2026-01-01 05:30:00" in ask(leader, "cpu.percent", TZ="Asia/Kolkata")
    assert "2026-01-01 00:00:00" in ask(leader, "cpu.percent", "--utc", TZ="Asia/Kolkata")


def test_series_of_different_moments_get_a_row_each(leader: ScriptedLeader) -> None:
    leader.answer = [series([1, 7, 5], node_id="b"), series([10, 20])]
    lines = ask(leader, "cpu.percent").splitlines()
    assert lines[0].split()[:5] == ["node", "column", "lowest", "highest", "last"]
    assert lines[2].split()[:8] == ["a", "cpu.percent", "10", "%", "20", "%", "20", "%"]
    assert lines[3].split()[:8] == ["b", "cpu.percent", "1", "%", "7", "%", "5", "%"]


def test_groups_have_their_labels_for_names_and_steps_are_told(leader: ScriptedLeader) -> None:
    group = [pb.Label(name="role", value="db")]
    leader.answer = [series([1, 2], node_id="", group=group, nodes=3, tier=Q.MINUTE, step_ms=300_000)]
    shown = ask(leader, "cpu.percent", "--aggregate", "mean", "--by", "role")
    assert "role=db" in shown
    assert "steps of 5 min from minute rollups" in shown


def test_csv_is_exact_and_of_utc(leader: ScriptedLeader) -> None:
    leader.answer = [pb.Series(node_id="a", column=CPU, times_unix_nano=[START + 1, START], values=[0.1 + 0.2, 7])]
    assert ask(leader, "cpu.percent", "--format", "csv", TZ="Asia/Kolkata").splitlines() == [
        "time,node_id,column,unit,value",
        "2026-01-01T00:00:00.000000001Z,a,cpu.percent,%,0.30000000000000004",
        "2026-01-01T00:00:00Z,a,cpu.percent,%,7",
    ]


def test_csv_of_groups_has_a_column_for_each_label(leader: ScriptedLeader) -> None:
    leader.answer = [series([1], node_id="", group=[pb.Label(name="role", value="db"), pb.Label(name="zone")])]
    head, row = ask(leader, "cpu.percent", "--format", "csv", "--aggregate", "max", "--by", "role", "zone").splitlines()
    assert head == "time,role,zone,column,unit,value"
    assert row == "2026-01-01T00:00:00Z,db,,cpu.percent,%,1"


def test_json_is_what_the_json_api_answers(leader: ScriptedLeader) -> None:
    leader.answer = [series([1, 2.5], tier=Q.RAW), series([], SENT)]
    answer = json.loads(ask(leader, "cpu.percent", "network.bytes_sent", "--format", "json"))
    assert answer == {
        "series": [
            {
                "node_id": "a",
                "column": "cpu.percent",
                "unit": "%",
                "kind": "gauge",
                "nodes": 1,
                "tier": "raw",
                "step_s": 0,
                "times": [START_S, START_S + 1],
                "values": [1, 2.5],
            }
        ]
    }


def test_a_plot_in_a_pipe_is_plain_text_that_names_its_lines(leader: ScriptedLeader) -> None:
    leader.answer = [series([1, 99] * 30), series([5] * 60, node_id="b")]
    shown = ask(leader, "cpu.percent", "--format", "plot", COLUMNS="60", PYTHONIOENCODING="ascii")
    assert shown.isascii()
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) == 60
    assert "100 %" in shown
    assert "* a: last 99 %, highest 99 %" in shown
    assert "o b: last 5 %, highest 5 %" in shown


def test_a_reader_that_has_enough_is_no_error(leader: ScriptedLeader) -> None:
    leader.answer = [series(range(100_000))] * 3
    command = f"{' '.join(COMMAND)} cpu.percent --format csv --leader {leader.address} | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == ("time,node_id,column,unit,value\n", "")


# -- What is said of names nobody knows -------------------------------------------------------------------------------


def test_an_unknown_node_is_named_with_those_that_are_near(leader: ScriptedLeader) -> None:
    assert "no node is called 'aa': did you mean 'a'?" in refused(leader, "cpu.percent", "--node", "aa")


def test_an_unknown_column_is_named_with_those_that_are_near(leader: ScriptedLeader) -> None:
    leader.answer = []
    said = refused(leader, "cpu.prcent")
    assert "no node has a column 'cpu.prcent': did you mean 'cpu.percent'?" in said


def test_a_column_that_is_missing_beside_others_is_said_and_they_are_shown(leader: ScriptedLeader) -> None:
    done = run(leader, "cpu.percent", "sent")
    assert done.returncode == 0
    assert "cpu.percent" in done.stdout
    assert "no node has a column 'sent': did you mean 'network.bytes_sent'?" in done.stderr


def test_no_rate_of_a_gauge_and_no_sample_are_told_apart(leader: ScriptedLeader) -> None:
    leader.answer = []
    assert "'cpu.percent' is a gauge" in refused(leader, "cpu.percent", "--rate")
    assert "nothing is stored of 'network.bytes_sent'" in refused(leader, "network.bytes_sent", "--format", "csv")


@pytest.mark.parametrize(
    "status", [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.RESOURCE_EXHAUSTED]
)
def test_a_refusal_is_passed_on_in_the_leaders_words(leader: ScriptedLeader, status: grpc.StatusCode) -> None:
    leader.refusal = (status, "this is why")
    assert refused(leader, "cpu.percent") == "mcp-telemetry: this is why\n"
