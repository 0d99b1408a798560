"""`mcp-telemetry query` against a real leader with two nodes that have a past."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.browser.actors import KINDS, Actor
from tests.processes import running_leader, wait_until
from tests.reading import nodes

PAST_S = 300
NAMES = ("alpha", "beta")


@pytest.fixture(scope="module")
def leader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_leader(tmp_path_factory.mktemp("leader"), "--no-dashboard") as address:
        actors = [Actor(name, address, past_s=PAST_S) for name in NAMES]
        for actor in actors:
            actor.start()
        wait_until(lambda: all(is_known(address, name) for name in NAMES))
        for actor in actors:
            actor.leave()
        yield address


def is_known(address: str, name: str) -> bool:
    found = nodes(address)
    return name in found and found[name].counts.stored >= PAST_S


def ask(leader: str, *arguments: str) -> str:
    command = [sys.executable, "-m", "mcp_telemetry.cli.tools", "query", *arguments, "--leader", leader]
    environ = {**os.environ, "TZ": "UTC", "COLUMNS": "90", "LINES": "30"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environ)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def asked_json(leader: str, *arguments: str) -> list[dict[str, list[float]]]:
    answer: dict[str, list[dict[str, list[float]]]] = json.loads(ask(leader, *arguments, "--format", "json"))
    return answer["series"]


def test_every_sample_of_a_node_comes_exactly_once(leader: str) -> None:
    rows = list(csv.DictReader(io.StringIO(ask(leader, "cpu.percent", "--node", "alpha", "--format", "csv"))))
    assert len(rows) == nodes(leader)["alpha"].counts.stored
    times = [row["time"] for row in rows]
    assert times == sorted(set(times))
    (series,) = asked_json(leader, "cpu.percent", "--node", "alpha")
    assert series["values"] == [float(row["value"]) for row in rows]


def test_all_nodes_are_summed_up_in_a_table(leader: str) -> None:
    lines = ask(leader, "cpu.percent", "memory.percent").splitlines()
    assert [line.split()[:2] for line in lines[2:6]] == [
        [name, column] for column in ("cpu.percent", "memory.percent") for name in NAMES
    ]
    assert all(len(line) <= 90 for line in lines)


def test_rates_of_counters_have_their_unit(leader: str) -> None:
    series = asked_json(leader, "requests", "--rate", "--node", "alpha")
    assert {one["column"] for one in series} == {f"requests{{{kind}}}" for kind in KINDS}
    assert {one["unit"] for one in series} == {"{request}/s"}
    assert all(min(one["values"]) >= 0 for one in series)


def test_deltas_add_up_to_what_was_counted(leader: str) -> None:
    column = "requests{tools/call}"
    (counter,) = asked_json(leader, column, "--node", "alpha")
    (steps,) = asked_json(leader, column, "--node", "alpha", "--delta", "--step", "1m")
    assert steps["step_s"] == 60
    assert sum(steps["values"]) == pytest.approx(counter["values"][-1] - counter["values"][0])


def test_an_aggregate_is_over_all_nodes_in_steps(leader: str) -> None:
    (mean,) = asked_json(leader, "cpu.percent", "--aggregate", "mean", "--step", "30s")
    assert (mean["nodes"], mean["step_s"], mean["group"]) == (2, 30, {})
    table = ask(leader, "cpu.percent", "--aggregate", "max", "--step", "1m")
    assert "all nodes" in table
    assert "steps of 1 min from samples" in table


def test_peaks_survive_in_a_table_and_in_a_plot(leader: str) -> None:
    (whole,) = asked_json(leader, "cpu.percent", "--node", "beta")
    (thin,) = asked_json(leader, "cpu.percent", "--node", "beta", "--max-points", "10")
    assert len(thin["values"]) <= 10
    assert max(thin["values"]) == max(whole["values"])
    plot = ask(leader, "cpu.percent", "--node", "beta", "--format", "plot")
    assert max(map(len, plot.splitlines())) == 90
    assert "beta: last" in plot


def test_rollups_can_be_asked_for(leader: str) -> None:
    (minutes,) = asked_json(leader, "cpu.percent", "--node", "alpha", "--tier", "minute")
    assert minutes["tier"] == "minute"
    assert len(minutes["values"]) < PAST_S / 10
