"""A leader that a node keeps running: real processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import grpc
import psutil
import pytest

from mcp_telemetry import MonitoringService
from mcp_telemetry.node.leader_process import is_listening
from mcp_telemetry.v1.metrics_pb2 import GetLatestRequest
from mcp_telemetry.v1.metrics_pb2_grpc import TelemetryQueryStub
from tests.node.scripted_leader import ScriptedLeader
from tests.node.test_service import SwarmNode
from tests.processes import free_port, patient, wait_until

Lead = Callable[[str], Awaitable[MonitoringService]]


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith("MCP_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("MCP_DASHBOARD", "false")


@pytest.fixture
async def lead(tmp_path: Path) -> AsyncIterator[Lead]:
    """Starts a node that is to lead at an address."""
    services: list[MonitoringService] = []

    async def lead(address: str) -> MonitoringService:
        services.append(MonitoringService(SwarmNode(is_leader=True, leader_address=address), 0.1, tmp_path))
        await services[-1].start()
        return services[-1]

    yield lead
    for service in services:
        await service.stop()


async def until_reported(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        ask = TelemetryQueryStub(channel).GetLatest
        deadline = time.monotonic() + patient(30)
        while time.monotonic() < deadline:
            latest = await ask(GetLatestRequest(node_ids=["embedded"]), wait_for_ready=True, timeout=patient(30))
            if latest.samples:
                return
            await asyncio.sleep(0.05)
    raise AssertionError(f"no report has come to {address}")


def leaders() -> list[int]:
    """Those that this process has started and that live."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if "mcp_telemetry.cli.leader" in child.cmdline():
                found.append(child.pid)
    return found


async def until_leading() -> int:
    return (await asyncio.to_thread(wait_until, leaders))[0]


async def test_it_is_ended_with_the_node(lead: Lead) -> None:
    address = f"127.0.0.1:{free_port()}"
    service = await lead(address)
    await until_reported(address)
    await service.stop()
    assert not await is_listening(address)
    assert leaders() == []


async def test_one_that_dies_is_said_and_started_again(lead: Lead, caplog: pytest.LogCaptureFixture) -> None:
    address = f"127.0.0.1:{free_port()}"
    await lead(address)
    await until_reported(address)
    [first] = leaders()
    os.kill(first, signal.SIGKILL)
    await asyncio.to_thread(wait_until, lambda: not psutil.pid_exists(first))
    assert await until_leading() != first
    assert f"the leader at {address} ended with status -9; starting it again" in caplog.text
    await until_reported(address)


async def test_one_that_is_there_is_left_alone_and_replaced_when_it_is_gone(lead: Lead, leader: ScriptedLeader) -> None:
    await lead(leader.address)
    await leader.until(lambda: leader.sequences)
    assert leaders() == []
    await leader.stop()
    await until_reported(leader.address)
    assert len(leaders()) == 1
