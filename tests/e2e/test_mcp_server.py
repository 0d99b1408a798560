"""Real tool calls to a real MCP server are found in the leader and in the dashboard's JSON."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.processes import free_port, running_leader, wait_until
from tests.reading import history, latest, nodes

NODE = "calculator-1"
CALLS, FAILED_CALLS = 7, 2


@dataclass
class Swarm:
    leader: str
    dashboard: str
    server: subprocess.Popen[bytes]
    url: str


@pytest.fixture(scope="module")
def swarm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swarm]:
    folder, dashboard = tmp_path_factory.mktemp("swarm"), free_port()
    shown = ("--dashboard-host", "127.0.0.1", "--dashboard-port", str(dashboard))
    with running_leader(folder / "metrics", *shown, "--report-interval", "0.2") as leader:
        port = free_port()
        server = start_server(leader, port, folder / "spool")
        try:
            wait_until(lambda: is_open(port), 20)
            yield Swarm(leader, f"http://127.0.0.1:{dashboard}", server, f"http://127.0.0.1:{port}/mcp")
        finally:
            server.kill()
            server.wait()


def start_server(leader: str, port: int, spool: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, Path(__file__).with_name("mcp_server.py"), leader, str(port), spool])


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def call_tools(url: str) -> None:
    async with Client(url) as client:
        for divisor in range(1, CALLS + 1):
            answer = await client.call_tool("divide", {"a": 1, "b": divisor})
            assert answer.structured_content == {"result": 1 / divisor}
        for _ in range(FAILED_CALLS):
            assert (await client.call_tool("divide", {"a": 1, "b": 0})).is_error


@pytest.fixture(scope="module")
def called(swarm: Swarm) -> Swarm:
    """The swarm after the calls, once the leader has heard of the last one."""
    asyncio.run(call_tools(swarm.url))
    wait_until(lambda: latest(swarm.leader, NODE).get("operation.calls{tools/call,divide}") == CALLS + FAILED_CALLS)
    wait_until(lambda: latest(swarm.leader, NODE).get("errors{tools/call}") == FAILED_CALLS)
    return swarm


def test_tool_calls_are_found_in_requests(called: Swarm) -> None:
    counted = history(called.leader, NODE, "requests{tools/call}")
    assert counted[-1] == CALLS + FAILED_CALLS
    assert counted == sorted(counted)


def test_each_call_is_an_operation_with_a_duration(called: Swarm) -> None:
    columns = latest(called.leader, NODE)
    assert columns["operation.calls{tools/call,divide}"] == CALLS + FAILED_CALLS
    assert columns["operation.errors{tools/call,divide}"] == columns["errors{tools/call}"] == FAILED_CALLS
    assert 0 < columns["operation.duration_seconds{tools/call,divide}"] < 10


@pytest.mark.parametrize(
    ("column", "count"),
    [
        ("requests{tools/call}", CALLS + FAILED_CALLS),
        ("errors{tools/call}", FAILED_CALLS),
        ("operation.calls{tools/call,divide}", CALLS + FAILED_CALLS),
    ],
)
def test_the_first_of_a_kind_is_growth_as_all_others_are(called: Swarm, column: str, count: int) -> None:
    assert sum(history(called.leader, NODE, column, pb.QueryRangeRequest.DELTA)) == count


def test_the_dashboard_sums_all_requests_of_the_server(called: Swarm) -> None:
    columns = latest(called.leader, NODE)
    total = sum(value for name, value in columns.items() if name.startswith("requests{"))

    def summary() -> dict[str, Any] | None:
        try:
            rows = httpx.get(f"{called.dashboard}/api/metrics/summary").raise_for_status().json()
        except httpx.HTTPError:
            return None
        return next((row for row in rows if row["node_id"] == NODE and row["requests"] == total), None)

    assert wait_until(summary, 20)["requests"] >= CALLS + FAILED_CALLS


def test_a_server_that_stops_says_goodbye(called: Swarm) -> None:
    called.server.send_signal(signal.SIGINT)
    called.server.wait(10)
    assert wait_until(lambda: nodes(called.leader)[NODE].state == pb.LEFT)
