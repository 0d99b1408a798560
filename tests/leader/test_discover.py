"""Nodes of which there are files, and nothing in the journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_telemetry.leader.discover import discover
from mcp_telemetry.leader.fleet import Fleet, State
from mcp_telemetry.storage.contract import Storage
from mcp_telemetry.storage.engines import ENGINES
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.processes import leader_process
from tests.reading import history, nodes
from tests.storage.samples import HOUR_START_NS, SECOND_NS, rows_of, run_of


@pytest.fixture(params=ENGINES)
def storage(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Storage]:
    storage = ENGINES[request.param].make(tmp_path)
    storage.open()
    for place, node_id in enumerate(("oldest", "middle", "newest")):
        storage.write(node_id, rows_of(run_of(range(place * 4000, place * 4000 + 10))))
    yield storage


def fleet_of(max_nodes: int) -> Fleet:
    return Fleet(max_nodes, 100, 100)


def test_they_have_left_and_were_last_seen_with_their_last_row(storage: Storage) -> None:
    fleet = fleet_of(10)
    assert discover(fleet, storage, 10) == 3
    seen = {node.node_id: (node.state, (node.last_seen_ns - HOUR_START_NS) / SECOND_NS) for node in fleet}
    assert seen == {"oldest": (State.LEFT, 9), "middle": (State.LEFT, 4009), "newest": (State.LEFT, 8009)}


def test_those_seen_last_come_first(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    fleet = fleet_of(2)
    assert discover(fleet, storage, 2) == 2
    assert [node.node_id for node in fleet] == ["newest", "middle"]
    assert "1 nodes have files and are not shown" in caplog.text


def test_a_node_of_the_journal_stays_as_it_is(storage: Storage) -> None:
    fleet = fleet_of(10)
    known = fleet.join("newest", 17)
    assert discover(fleet, storage, 10) == 2
    assert (known.state, known.first_seen_ns, known.last_seen_ns) == (State.OFFLINE, 17, 0)


def test_an_unreadable_newest_hour_is_no_reason_to_miss_a_node(storage: Storage, tmp_path: Path) -> None:
    for path in tmp_path.glob("*/newest_*"):
        path.write_bytes(b"torn")
    fleet = fleet_of(10)
    assert discover(fleet, storage, 10) == 3


@pytest.mark.parametrize("engine", ENGINES)
def test_history_without_a_journal_can_be_asked_for(tmp_path: Path, engine: str) -> None:
    storage = ENGINES[engine].make(tmp_path)
    storage.open()
    storage.write("gone", rows_of(run_of(range(100))))
    with leader_process(tmp_path, "--no-dashboard", "--storage", engine, "--raw-retention", "0") as leader:
        found = nodes(leader.address)["gone"]
        assert found.state == pb.LEFT
        assert found.last_seen_unix_nano == HOUR_START_NS + 99 * SECOND_NS
        assert history(leader.address, "gone", "cpu.percent") == [second + 0.5 for second in range(100)]
