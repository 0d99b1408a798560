"""What the middleware counts, call by call; tests/e2e/test_mcp_server.py shows it in a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from mcp_telemetry.collectors.application import ApplicationCounters
from mcp_telemetry.node.mcp_middleware import mcp_middleware
from mcp_telemetry.v1 import metrics_pb2


@dataclass
class Context:
    method: str = "tools/call"
    params: dict[str, Any] | None = field(default_factory=lambda: {"name": "search"})
    request_id: int | None = 1


def answering(result: Any) -> Callable[[Any], Awaitable[Any]]:
    async def call_next(context: Any) -> Any:
        return result

    return call_next


async def failing(context: Any) -> Any:
    raise LookupError("no such tool")


def counted(application: ApplicationCounters) -> metrics_pb2.ApplicationMetrics:
    snapshot = metrics_pb2.MetricSnapshot()
    application.collect(snapshot)
    return snapshot.application


@pytest.fixture
def application() -> ApplicationCounters:
    return ApplicationCounters()


async def test_a_request_is_passed_on_and_its_answer_returned(application: ApplicationCounters) -> None:
    context, result = Context(), {"content": []}
    seen = []

    async def call_next(passed: Any) -> Any:
        seen.append(passed)
        return result

    assert await mcp_middleware(application)(context, call_next) is result
    assert seen == [context]


async def test_a_request_is_counted_by_method_and_an_operation_by_tool(application: ApplicationCounters) -> None:
    count = mcp_middleware(application)
    for _ in range(3):
        await count(Context(), answering({"content": []}))
    await count(Context("tools/list", None), answering({}))
    metrics = counted(application)
    assert {one.kind: one.count for one in metrics.requests} == {"tools/call": 3, "tools/list": 1}
    assert {(one.method, one.tool): one.calls for one in metrics.operations} == {
        ("tools/call", "search"): 3,
        ("tools/list", ""): 1,
    }
    assert all(one.duration_seconds > 0 for one in metrics.operations)
    assert not metrics.errors


@pytest.mark.parametrize("result", [{"isError": True}, SimpleNamespace(is_error=True)])
async def test_a_tool_that_answers_with_an_error_is_an_error(application: ApplicationCounters, result: Any) -> None:
    await mcp_middleware(application)(Context(), answering(result))
    assert counted(application).operations[0].errors == 1
    assert dict(application.errors) == {"tools/call": 1}


@pytest.mark.parametrize("result", [{}, {"isError": False}, {"isError": "yes"}, None, SimpleNamespace()])
async def test_any_other_answer_is_none(application: ApplicationCounters, result: Any) -> None:
    await mcp_middleware(application)(Context(), answering(result))
    assert counted(application).operations[0].errors == 0
    assert not application.errors


async def test_a_request_that_raises_is_counted_as_an_error_and_raises_on(application: ApplicationCounters) -> None:
    with pytest.raises(LookupError):
        await mcp_middleware(application)(Context(), failing)
    assert (counted(application).operations[0].calls, counted(application).operations[0].errors) == (1, 1)


async def test_a_request_that_hangs_is_seen_before_it_ends_and_is_an_error_when_cancelled(
    application: ApplicationCounters,
) -> None:
    started = asyncio.Event()

    async def hang(context: Any) -> Any:
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(asyncio.wait_for(mcp_middleware(application)(Context(), hang), None))
    await started.wait()
    assert dict(application.requests) == {"tools/call": 1}
    assert not counted(application).operations
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert counted(application).operations[0].errors == 1


async def test_a_notification_is_not_counted(application: ApplicationCounters) -> None:
    await mcp_middleware(application)(Context("notifications/initialized", None, None), answering(None))
    assert counted(application) == metrics_pb2.ApplicationMetrics(active_connections=0)


@pytest.mark.parametrize("params", [None, {}, {"name": 7}])
async def test_a_call_without_a_tools_name_is_still_counted(application: ApplicationCounters, params: Any) -> None:
    await mcp_middleware(application)(Context(params=params), answering({}))
    assert [(one.method, one.tool) for one in counted(application).operations] == [("tools/call", "")]
