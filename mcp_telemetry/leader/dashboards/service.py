"""The Dashboards service."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import grpc

from mcp_telemetry.errors import OverloadedError, StorageError, TelemetryError
from mcp_telemetry.leader.dashboards.store import DashboardStore
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["DashboardsService"]

log = logging.getLogger(__name__)

SERVICE = "mcp_telemetry.v1.Dashboards"

_MOST_WAITING = 64
Context = grpc.aio.ServicerContext[Any, Any]
T = TypeVar("T")


class DashboardsService:
    """Has the store do one thing after the other in a thread of its own, so that no event loop waits for the disk."""

    def __init__(self, store: DashboardStore) -> None:
        self._store = store
        self._worker = ThreadPoolExecutor(1, "dashboards")
        self._waiting = 0

    def handler(self) -> grpc.GenericRpcHandler[Any, Any]:
        """What to register at the server."""
        unary = grpc.unary_unary_rpc_method_handler
        methods = {
            "ListDashboards": unary(self.ListDashboards, pb.ListDashboardsRequest.FromString, _serialized),
            "GetDashboard": unary(self.GetDashboard, pb.GetDashboardRequest.FromString, _serialized),
            "PutDashboard": unary(self.PutDashboard, pb.Dashboard.FromString, _serialized),
            "DeleteDashboard": unary(self.DeleteDashboard, pb.DeleteDashboardRequest.FromString, _serialized),
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    def begin(self) -> None:
        """Have the store find its files; who asks meanwhile waits, and the leader does not."""
        self._worker.submit(self._open)

    def close(self) -> None:
        """Begin nothing more; what is being written is written to its end."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _open(self) -> None:
        try:
            self._store.open()
        except StorageError as error:
            log.error("kept dashboards are not shown: %s", error)

    async def ListDashboards(self, _: pb.ListDashboardsRequest, context: Context) -> pb.ListDashboardsResponse:  # noqa: N802
        """All of them by title, as outlines."""
        return await self._done(context, lambda: pb.ListDashboardsResponse(dashboards=self._store.list()))

    async def GetDashboard(self, request: pb.GetDashboardRequest, context: Context) -> pb.Dashboard:  # noqa: N802
        """One of them whole."""
        return await self._done(context, lambda: self._store.get(request.id))

    async def PutDashboard(self, request: pb.Dashboard, context: Context) -> pb.Dashboard:  # noqa: N802
        """Makes or replaces one."""
        return await self._done(context, lambda: self._store.put(request))

    async def DeleteDashboard(  # noqa: N802
        self, request: pb.DeleteDashboardRequest, context: Context
    ) -> pb.DeleteDashboardResponse:
        """Removes one."""
        await self._done(context, lambda: self._store.delete(request.id))
        return pb.DeleteDashboardResponse()

    async def _done(self, context: Context, work: Callable[[], T]) -> T:
        try:
            return await self._in_turn(work)
        except TelemetryError as error:
            await context.abort(error.status, str(error))
            raise

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= _MOST_WAITING:
            raise OverloadedError(f"{self._waiting} requests about dashboards wait already: ask again after a pause")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, work)
        finally:
            self._waiting -= 1


def _serialized(message: Any) -> bytes:
    return bytes(message.SerializeToString())
