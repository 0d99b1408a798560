"""The TelemetryQuery service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import grpc
import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.errors import InvalidQueryError, TelemetryError, UnknownNodeError
from mcp_telemetry.leader.fleet import Fleet, Node
from mcp_telemetry.leader.health import LeaderHealth
from mcp_telemetry.leader.pace import Pacing
from mcp_telemetry.leader.reader import Reader
from mcp_telemetry.leader.samples import ColumnSets, column_message, samples
from mcp_telemetry.leader.watch import Watcher
from mcp_telemetry.model.columns import Column
from mcp_telemetry.model.names import is_node_id
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.series.thinning import thin
from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1 import metrics_pb2_grpc

__all__ = ["TelemetryQuery"]

# A client takes 4 MiB a message by default; 16 bytes a point.
_POINTS_PER_MESSAGE = 100_000
_MOST_NODES_ASKED = 10_000

Context = grpc.aio.ServicerContext[Any, Any]


class TelemetryQuery(metrics_pb2_grpc.TelemetryQueryServicer):
    """Answers out of the fleet, the rings and the files."""

    def __init__(self, fleet: Fleet, reader: Reader, pacing: Pacing, health: LeaderHealth) -> None:
        self._fleet = fleet
        self._reader = reader
        self._pacing = pacing
        self._health = health

    async def ListNodes(self, request: pb.ListNodesRequest, context: Context) -> pb.ListNodesResponse:  # noqa: N802
        """The nodes asked for that are known, by id, and how the leader is."""
        node_ids = await _checked(context, request.node_ids)
        nodes = [] if request.without_nodes else sorted(self._nodes(node_ids), key=lambda node: node.node_id)
        return pb.ListNodesResponse(
            nodes=[node.message() for node in nodes],
            leader_time_unix_nano=time.time_ns(),
            leader=self._health.message(),
        )

    async def GetLatest(self, request: pb.GetLatestRequest, context: Context) -> pb.GetLatestResponse:  # noqa: N802
        """The newest row of each node."""
        node_ids = await _checked(context, request.node_ids)
        sets, selectors = ColumnSets(), frozenset(request.columns)
        newest = [
            samples(node.node_id, node.ring.since(node.ring.appended - 1, selectors), sets)
            for node in self._nodes(node_ids)
            if len(node.ring)
        ]
        return pb.GetLatestResponse(column_sets=sets.take_new(), samples=newest)

    async def QueryRange(self, request: pb.QueryRangeRequest, context: Context) -> AsyncIterator[pb.Series]:  # noqa: N802
        """Each selected column of each node over a stretch of time."""
        try:
            nodes, start_ns, end_ns = self._range(request)
            for node in nodes:
                rows = await self._reader.rows(node, frozenset(request.columns), start_ns, end_ns)
                for at, column in enumerate(rows.columns):
                    for part in await asyncio.to_thread(_series, node.node_id, rows, at, column, request.max_points):
                        yield part
        except TelemetryError as error:
            await context.abort(error.status, str(error))

    async def Watch(self, request: pb.WatchRequest, context: Context) -> AsyncIterator[pb.WatchUpdate]:  # noqa: N802
        """New samples and changed nodes, until the reader goes."""
        node_ids = await _checked(context, request.node_ids)
        watcher = Watcher(self._fleet, request)
        if request.live:
            self._pacing.watch(node_ids)
        try:
            async for update in watcher.updates():
                self._health.coalesced_samples += update.coalesced
                yield update
        finally:
            if request.live:
                self._pacing.unwatch(node_ids)

    def _nodes(self, node_ids: list[str]) -> Iterator[Node]:
        if not node_ids:
            return iter(self._fleet)
        return (node for node_id in node_ids if (node := self._fleet.get(node_id)) is not None)

    def _range(self, request: pb.QueryRangeRequest) -> tuple[list[Node], int, int]:
        start_ns, end_ns = request.start_unix_nano, request.end_unix_nano or time.time_ns()
        if start_ns >= end_ns or end_ns >= 2**63:
            raise InvalidQueryError(f"the range {start_ns} to {end_ns} is empty: want nanoseconds, start before end")
        if not request.node_ids:
            raise InvalidQueryError("node_ids is empty: name at least one node; ListNodes tells them")
        nodes = list(self._nodes(_valid(request.node_ids)))
        if not nodes:
            raise UnknownNodeError(f"no node is called {', '.join(request.node_ids[:5])}; ListNodes tells the names")
        return nodes, start_ns, end_ns


async def _checked(context: Context, node_ids: Iterable[str]) -> list[str]:
    try:
        return _valid(node_ids)
    except TelemetryError as error:
        await context.abort(error.status, str(error))
        raise


def _valid(node_ids: Iterable[str]) -> list[str]:
    names = list(dict.fromkeys(node_ids))
    if len(names) > _MOST_NODES_ASKED:
        raise InvalidQueryError(f"{len(names)} node_ids: at most {_MOST_NODES_ASKED}; leave them out for all nodes")
    for name in names:
        if not is_node_id(name):
            raise InvalidQueryError(f"node_id is {name[:200]!r}: no node can be called that")
    return names


def _series(node_id: str, rows: Rows, at: int, column: Column, max_points: int) -> list[pb.Series]:
    """One column in messages of bounded size; samples without the column are left out."""
    values = rows.values[:, at]
    shown = thin(rows.times_ns, values, max_points)
    times, values = rows.times_ns[shown], values[shown]
    return [_part(node_id, column, times, values, first) for first in range(0, len(times), _POINTS_PER_MESSAGE)]


def _part(node_id: str, column: Column, times: NDArray[np.int64], values: NDArray[np.float64], first: int) -> pb.Series:
    part = slice(first, first + _POINTS_PER_MESSAGE)
    return pb.Series(
        node_id=node_id,
        column=column_message(column),
        times_unix_nano=times[part].tolist(),
        values=values[part].tolist(),
    )
