"""Counts what a server made with the official `mcp` package (2.x) does; nothing of that package is imported.

::

    server = MCPServer("search", middleware=[mcp_middleware(monitoring)])

Each request is counted by its method in `requests` when it arrives, so that one that hangs is seen, and in
`operation.calls`, `operation.duration_seconds` and the duration buckets when it ends, by method and tool. One that
fails, is cancelled, or whose tool answers with an error is counted in `errors` and `operation.errors` as well.
Notifications are not counted: nobody waits for them.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

__all__ = ["mcp_middleware"]

CallNext = Callable[[Any], Awaitable[Any]]


class Recorder(Protocol):
    """What counts: a MonitoringService, or the `application` of a MetricsCollector."""

    def record_request(self, kind: str) -> None:
        """A request of this method arrived."""

    def record_error(self, kind: str) -> None:
        """A request of this method failed."""

    def record_operation(self, method: str, tool: str, duration_seconds: float, error: bool = False) -> None:
        """A request ended."""


class RequestContext(Protocol):
    """What is read of the server's request context; without a request_id it is a notification."""

    method: str
    params: Mapping[str, Any] | None
    request_id: Any


def mcp_middleware(recorder: Recorder) -> Callable[[Any, CallNext], Awaitable[Any]]:
    """A middleware for `MCPServer(middleware=[…])`, or to append to the `middleware` of a low-level `Server`."""

    async def count(context: RequestContext, call_next: CallNext) -> Any:
        if context.request_id is None:
            return await call_next(context)
        recorder.record_request(context.method)
        failed, start = True, time.perf_counter()
        try:
            result = await call_next(context)
            failed = _is_error(result)
        finally:
            _record_end(recorder, context, time.perf_counter() - start, failed)
        return result

    return count


def _record_end(recorder: Recorder, context: RequestContext, seconds: float, failed: bool) -> None:
    recorder.record_operation(context.method, _tool(context), seconds, error=failed)
    if failed:
        recorder.record_error(context.method)


def _tool(context: RequestContext) -> str:
    name = (context.params or {}).get("name") if context.method == "tools/call" else None
    return name if isinstance(name, str) else ""


def _is_error(result: Any) -> bool:
    """Whether a tool answered with an error: as the model of the package, or as what goes over the wire."""
    flag = result.get("isError") if isinstance(result, Mapping) else getattr(result, "is_error", False)
    return flag is True
