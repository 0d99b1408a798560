from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from mcp_telemetry import MetricsCollector, MonitoringService
from mcp_telemetry.node.service import _host_and_port
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot
from tests.node.scripted_leader import ScriptedLeader


@dataclass
class SwarmNode:
    node_id: str = "embedded"
    is_leader: bool = False
    leader_address: str | None = None


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith("MCP_")]:
        monkeypatch.delenv(variable)


def newest(leader: ScriptedLeader) -> MetricSnapshot:
    snapshots = [snapshot for batch in leader.batches for snapshot in batch.snapshots]
    return snapshots[-1] if snapshots else MetricSnapshot()


async def test_it_reports_what_the_server_counts(leader: ScriptedLeader, tmp_path: Path) -> None:
    service = MonitoringService(SwarmNode(leader_address=leader.address), 0.1, tmp_path)
    await service.start()
    assert service.running
    service.record_request("tools/call")
    service.record_request("tools/call")
    service.record_error("ValueError")
    service.connection_opened()
    service.connection_opened()
    service.connection_closed()
    service.record_operation("tools/call", "search", 0.25, error=True)
    service.custom.gauge("queue_depth").set(7)
    await leader.until(lambda: newest(leader).application.requests)
    await leader.until(lambda: newest(leader).custom)
    await service.stop()
    assert not service.running
    application = newest(leader).application
    assert {each.kind: each.count for each in application.requests} == {"tools/call": 2}
    assert {each.kind: each.count for each in application.errors} == {"ValueError": 1}
    assert application.active_connections == 1
    [operation] = application.operations
    assert (operation.tool, operation.calls, operation.errors, operation.duration_seconds) == ("search", 1, 1, 0.25)
    assert [metric.gauge for metric in newest(leader).custom] == [7]
    assert len(leader.goodbyes) == 1


async def test_what_was_counted_before_a_second_start_is_counted_once(leader: ScriptedLeader, tmp_path: Path) -> None:
    service = MonitoringService(SwarmNode(leader_address=leader.address), 0.1, tmp_path)
    for count in (1, 2):
        await service.start()
        service.record_error("ValueError")
        await leader.until(lambda count=count: {each.count for each in newest(leader).application.errors} == {count})
        await service.stop()
    told = [each.count for batch in leader.batches for one in batch.snapshots for each in one.application.errors]
    assert told[0] == 0
    assert told == sorted(told), "a fall would be a restart"


async def test_the_agent_reports_how_it_is_itself(leader: ScriptedLeader, tmp_path: Path) -> None:
    leader.acknowledges = False
    service = MonitoringService(SwarmNode(leader_address=leader.address), 0.1, tmp_path)
    await service.start()
    await leader.until(lambda: len(leader.sequences) >= 4)
    await service.stop()
    agents = [snapshot.agent for batch in leader.batches for snapshot in batch.snapshots]
    assert [agent.outbox_snapshots for agent in agents[:4]] == [0, 1, 2, 3]
    assert all(agent.HasField("ticks_skipped") and agent.outbox_dropped == 0 for agent in agents)
    assert agents[-1].rss_bytes > 1 << 20


async def test_the_variables_of_a_node_apply_but_not_its_name_and_interval(
    leader: ScriptedLeader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"LEADER": leader.address, "LABELS": "zone=a", "TOP_PROCESSES": "3", "NODE_ID": "no", "INTERVAL": "3600"}
    for name, value in given.items():
        monkeypatch.setenv(f"MCP_{name}", value)
    service = MonitoringService(SwarmNode(), 0.1, tmp_path)
    await service.start()
    await leader.until(lambda: len(leader.sequences) > 2)
    await service.stop()
    assert leader.hellos[0].node_id == "embedded"
    assert [(label.name, label.value) for label in leader.hellos[0].labels] == [("zone", "a")]
    assert len(newest(leader).system.processes.top) == 3


async def test_a_variable_that_is_wrong_is_logged_at_the_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCP_TOP_PROCESSES", "many")
    service = MonitoringService(SwarmNode(), 0.1, tmp_path)
    await service.start()
    await service.stop()
    assert "MCP_TOP_PROCESSES is 'many': want a whole number" in caplog.text


@pytest.mark.usefixtures("no_home")
async def test_without_a_home_the_log_says_what_to_set(caplog: pytest.LogCaptureFixture) -> None:
    service = MonitoringService(SwarmNode())
    await service.start()
    service.record_request("tools/call")
    await service.stop()
    assert "this node is not monitored: the default of --spool-dir (MCP_SPOOL_DIR) is '~/" in caplog.text


@pytest.mark.usefixtures("no_home")
async def test_without_a_home_a_spool_that_is_set_will_do(
    leader: ScriptedLeader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCP_SPOOL_DIR", str(tmp_path))
    monkeypatch.setenv("MCP_TOP_PROCESSES", "3")
    service = MonitoringService(SwarmNode(leader_address=leader.address), 0.1)
    await service.start()
    await leader.until(lambda: len(newest(leader).system.processes.top) == 3)
    await service.stop()


async def test_it_can_be_started_again_and_goes_on(leader: ScriptedLeader, tmp_path: Path) -> None:
    service = MonitoringService(SwarmNode(leader_address=leader.address), 0.1, tmp_path)
    for start in range(2):
        await service.start()
        await service.start()
        await leader.until(
            lambda known=start: len(leader.hellos) == known + 1 and len(leader.sequences) > known * 5 + 3
        )
        await service.stop()
        await service.stop()
    assert leader.received == list(range(1, len(leader.received) + 1))


async def test_the_seeds_dictionary_is_at_the_collector() -> None:
    service = MonitoringService(SwarmNode())
    service.record_request("ping")
    metrics = service.metrics_collector.collect_all_metrics()
    assert isinstance(service.metrics_collector, MetricsCollector)
    assert metrics["node_id"] == "embedded"
    assert metrics["application"]["requests"] == {"ping": 1}


@pytest.mark.parametrize(
    ("node", "interval", "message"),
    [
        (SwarmNode(node_id="../up"), 1, "'../up'"),
        (SwarmNode(), 0, "want 0.05 to 86400 seconds"),
        (SwarmNode(leader_address="a:99999"), 1, "want host:port"),
    ],
)
async def test_a_wrong_setting_is_logged_and_not_raised(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, node: SwarmNode, interval: float, message: str
) -> None:
    service = MonitoringService(node, interval, tmp_path)
    await service.start()
    service.record_request("tools/call")
    await service.stop()
    assert "this node is not monitored" in caplog.text
    assert message in caplog.text


async def test_a_spool_that_is_in_use_is_logged_and_not_raised(
    leader: ScriptedLeader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    services = [MonitoringService(SwarmNode(leader_address=leader.address), 0.1, tmp_path) for _ in range(2)]
    for service in services:
        await service.start()
    assert f"is in use by process {os.getpid()}" in caplog.text
    for service in services:
        await service.stop()


async def test_wrong_arguments_do_not_fail_the_request(caplog: pytest.LogCaptureFixture) -> None:
    service = MonitoringService(SwarmNode())
    service.record_operation("tools/call", "search", float("nan"))
    assert "not counted: duration_seconds is nan" in caplog.text


async def test_the_host_process_is_not_blocked(leader: ScriptedLeader, tmp_path: Path) -> None:
    service = MonitoringService(SwarmNode(leader_address=leader.address), 0.05, tmp_path)
    await service.start()
    pauses = []
    while len(leader.sequences) < 30:
        before = time.monotonic()
        await asyncio.sleep(0.001)
        pauses.append(time.monotonic() - before)
    await service.stop()
    # A sample in the loop, or waiting for the leader in it, would make half of them long; a busy machine a few.
    assert sorted(pauses)[len(pauses) // 2] < 0.02
    assert sorted(pauses)[len(pauses) * 9 // 10] < 0.05


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("localhost:50051", "localhost:50051"),
        ("http://leader.example:6000", "leader.example:6000"),
        ("https://leader.example:6000/api/metrics", "leader.example:6000"),
        ("http://leader.example/", "leader.example:50051"),
        ("10.0.0.7", "10.0.0.7:50051"),
        ("[::1]:7000", "[::1]:7000"),
        ("[::1]", "[::1]:50051"),
        (" b:1 ", "b:1"),
    ],
)
def test_a_leader_address_may_be_a_url(address: str, expected: str) -> None:
    assert _host_and_port(address) == expected


def test_importing_a_node_brings_no_heavy_library() -> None:
    heavy = ("numpy", "pyarrow", "dash", "plotly", "uvloop")
    modules = "mcp_telemetry.cli.node, mcp_telemetry.node.service"
    program = f"import sys, {modules}; print([name for name in {heavy} if name in sys.modules])"
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "[]"
