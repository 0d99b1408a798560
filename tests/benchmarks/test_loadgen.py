"""The load generator against a real leader: what it says it sent is what the leader has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from mcp_telemetry.v1 import metrics_pb2, metrics_pb2_grpc
from tests.benchmarks.children import python_module, read_json, running
from tests.benchmarks.competitors import Server
from tests.benchmarks.loads import leader


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with leader(report_interval_s=0.25) as server:
        yield server


def generate(server: Server, *options: str) -> dict[str, Any]:
    command = python_module("tests.benchmarks.loadgen", "--leader", server.address, *options)
    with running(command, reads=True) as load:
        ready = read_json(load)
        result = read_json(load)
    assert ready == {"ready": result["welcomed"]}
    assert result["errors"] == {}
    return result


def stored(server: Server) -> dict[str, int]:
    with grpc.insecure_channel(server.address) as channel:
        nodes = metrics_pb2_grpc.TelemetryQueryStub(channel).ListNodes(metrics_pb2.ListNodesRequest()).nodes
    return {node.node_id: node.counts.stored for node in nodes}


def test_a_backlog_is_stored_to_the_last_snapshot(server: Server) -> None:
    before = stored(server)
    result = generate(server, "--nodes", "3", "--backlog-seconds", "250", "--batch", "100", "--processes", "1")
    assert (result["welcomed"], result["sent"], result["acked"], result["rejected"]) == (3, 750, 750, 0)
    assert result["reports"] == 9
    assert all(count - before.get(node_id, 0) == 250 for node_id, count in stored(server).items())


@pytest.mark.parametrize("arrival", ["aligned", "random"])
def test_nodes_report_at_their_pace_and_probes_time_their_acks(server: Server, arrival: str) -> None:
    pace = ["--sample-interval", "0.05", "--report-interval", "0.25", "--seconds", "1.1"]
    result = generate(server, "--nodes", "4", "--probes", "2", "--processes", "2", "--arrival", arrival, *pace)
    assert 3 * 4 <= result["reports"] <= 5 * 4
    assert result["sent"] == 5 * result["reports"]
    assert result["rejected"] == 0
    assert 0 < result["ack_ms"]["p50"] <= result["ack_ms"]["p99"]


def test_a_leader_that_is_not_there_is_an_error_in_the_result() -> None:
    command = python_module("tests.benchmarks.loadgen", "--leader", "127.0.0.1:1", "--nodes", "2", "--seconds", "0.1")
    with running(command, reads=True) as load:
        assert read_json(load) == {"ready": 0}
        assert sum(read_json(load)["errors"].values()) == 2
