"""Kept dashboards over gRPC: a life, conflicts, what waits, and a killed leader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.leader.dashboards import DashboardsService, DashboardStore, service
from mcp_telemetry.leader.dashboards.shipped import shipped
from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1.metrics_pb2_grpc import DashboardsStub
from tests.processes import leader_process


def dashboard() -> pb.Dashboard:
    return pb.Dashboard(title="Mine", panels=[pb.Panel(columns=["cpu.percent"], width=6, height=4)])


@pytest.fixture
def kept(tmp_path: Path) -> DashboardStore:
    return DashboardStore(tmp_path / "d")


@asynccontextmanager
async def serving(dashboards: DashboardStore) -> AsyncIterator[Any]:
    server, served = grpc.aio.server(), DashboardsService(dashboards)
    served.begin()
    server.add_generic_rpc_handlers((served.handler(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield DashboardsStub(channel)  # type: ignore[no-untyped-call]
    await server.stop(None)
    served.close()


async def refusal(call: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), refused.value.details() or ""


async def test_a_life_of_a_dashboard_over_grpc(kept: DashboardStore) -> None:
    async with serving(kept) as stub:
        made = await stub.PutDashboard(dashboard())
        assert await stub.GetDashboard(pb.GetDashboardRequest(id=made.id)) == made
        made.title = "Other"
        assert (await stub.PutDashboard(made)).revision == 2
        assert (await refusal(stub.PutDashboard(made)))[0] is grpc.StatusCode.ABORTED
        assert (await refusal(stub.PutDashboard(pb.Dashboard())))[0] is grpc.StatusCode.INVALID_ARGUMENT
        delete = pb.DeleteDashboardRequest(id="hosts")
        assert (await refusal(stub.DeleteDashboard(delete)))[0] is grpc.StatusCode.FAILED_PRECONDITION
        assert len((await stub.ListDashboards(pb.ListDashboardsRequest())).dashboards) == 1 + len(shipped())
        await stub.DeleteDashboard(pb.DeleteDashboardRequest(id=made.id))
        assert (await refusal(stub.GetDashboard(pb.GetDashboardRequest(id=made.id))))[0] is grpc.StatusCode.NOT_FOUND


async def test_of_two_changes_at_once_one_is_refused(kept: DashboardStore) -> None:
    async with serving(kept) as stub:
        made = await stub.PutDashboard(dashboard())
        changes = [pb.Dashboard(id=made.id, title=str(number), revision=1) for number in range(10)]
        answers = await asyncio.gather(*map(stub.PutDashboard, changes), return_exceptions=True)
    refused = [each.code() for each in answers if isinstance(each, grpc.aio.AioRpcError)]
    assert refused == [grpc.StatusCode.ABORTED] * 9


async def test_what_is_asked_while_files_are_read_waits_for_them(kept: DashboardStore, tmp_path: Path) -> None:
    kept.put(dashboard())
    async with serving(DashboardStore(tmp_path / "d")) as stub:
        answer = await stub.ListDashboards(pb.ListDashboardsRequest())
    assert "mine" in {each.id for each in answer.dashboards}


async def test_a_folder_that_cannot_be_listed_is_said_and_the_leader_serves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise StorageError("cannot list d: Permission denied; give this user the right to read and write there")

    unreadable = DashboardStore(tmp_path / "d")
    monkeypatch.setattr(unreadable, "open", denied)
    async with serving(unreadable) as stub:
        answer = await stub.ListDashboards(pb.ListDashboardsRequest())
    assert {each.id for each in answer.dashboards} == set(shipped())
    assert "kept dashboards are not shown: cannot list d: Permission denied" in caplog.text


async def test_more_than_can_wait_are_turned_away(kept: DashboardStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_MOST_WAITING", 0)
    async with serving(kept) as stub:
        status, told = await refusal(stub.ListDashboards(pb.ListDashboardsRequest()))
    assert status is grpc.StatusCode.UNAVAILABLE
    assert "ask again after a pause" in told


def test_a_killed_leader_has_all_that_it_confirmed(tmp_path: Path) -> None:
    with leader_process(tmp_path, "--no-dashboard") as leader:
        with grpc.insecure_channel(leader.address) as channel:
            stub: Any = DashboardsStub(channel)  # type: ignore[no-untyped-call]
            made = [stub.PutDashboard(dashboard(), timeout=10) for _ in range(5)]
        leader.kill()
        (tmp_path / "_dashboards" / "mine-3.json").write_bytes(b"{")
        leader.start()
        with grpc.insecure_channel(leader.address) as channel:
            stub = DashboardsStub(channel)  # type: ignore[no-untyped-call]
            answer = stub.ListDashboards(pb.ListDashboardsRequest(), timeout=10)
            assert {each.id for each in answer.dashboards if not each.is_shipped} == {each.id for each in made} - {
                "mine-3"
            }
            assert stub.GetDashboard(pb.GetDashboardRequest(id="mine"), timeout=10) == made[0]
        leader.stop()
