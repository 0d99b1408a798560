"""The TelemetryQuery service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import aclosing
from typing import Any

import grpc

from mcp_telemetry.errors import (
    InvalidQueryError,
    SlowReaderError,
    TelemetryError,
    TooManyQueriesError,
    UnknownNodeError,
)
from mcp_telemetry.leader.columns import columns_of
from mcp_telemetry.leader.event_query import events_of
from mcp_telemetry.leader.fleet import Fleet, Node
from mcp_telemetry.leader.health import LeaderHealth
from mcp_telemetry.leader.pace import Pacing
from mcp_telemetry.leader.reader import Reader
from mcp_telemetry.leader.samples import ColumnSets, samples_message
from mcp_telemetry.leader.watch import Watcher
from mcp_telemetry.model.names import is_node_id
from mcp_telemetry.query.question import checked
from mcp_telemetry.query.wire import field_of_bytes
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["TelemetryQuery"]

SERVICE = "mcp_telemetry.v1.TelemetryQuery"

_MOST_NODES_ASKED = 10_000
_NODES_AT_ONCE = 100
_SAMPLES = pb.GetLatestResponse.SAMPLES_FIELD_NUMBER
# A reader that stops reading keeps its answer, and the place in which another's could be worked on, for so long.
_PATIENCE_S = 30.0
# gRPC clients with a retry policy wait this long.
_RETRY_LATER = (("grpc-retry-pushback-ms", "1000"),)

Context = grpc.aio.ServicerContext[Any, Any]


class TelemetryQuery:
    """Answers out of the fleet, the rings and the files. What is large is given as bytes, encoded already."""

    def __init__(
        self, fleet: Fleet, reader: Reader, pacing: Pacing, health: LeaderHealth, patience_s: float = _PATIENCE_S
    ) -> None:
        self._patience_s = patience_s
        self._fleet = fleet
        self._reader = reader
        self._pacing = pacing
        self._health = health

    def handler(self) -> grpc.GenericRpcHandler[Any, Any]:
        """What to register at the server."""
        unary, stream = grpc.unary_unary_rpc_method_handler, grpc.unary_stream_rpc_method_handler
        methods = {
            "ListNodes": unary(self.ListNodes, pb.ListNodesRequest.FromString, pb.ListNodesResponse.SerializeToString),
            "GetLatest": unary(self.GetLatest, pb.GetLatestRequest.FromString),
            "QueryRange": stream(self.QueryRange, pb.QueryRangeRequest.FromString),
            "Watch": stream(self.Watch, pb.WatchRequest.FromString, pb.WatchUpdate.SerializeToString),
            "ListColumns": unary(
                self.ListColumns, pb.ListColumnsRequest.FromString, pb.ListColumnsResponse.SerializeToString
            ),
            "ListEvents": unary(
                self.ListEvents, pb.ListEventsRequest.FromString, pb.ListEventsResponse.SerializeToString
            ),
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    async def ListNodes(self, request: pb.ListNodesRequest, context: Context) -> pb.ListNodesResponse:  # noqa: N802
        """The nodes asked for that are known, by id, and how the leader is."""
        node_ids = await _checked(context, request.node_ids)
        nodes = [] if request.without_nodes else sorted(self._nodes(node_ids), key=lambda node: node.node_id)
        answer = pb.ListNodesResponse()
        async for node in _in_turns(nodes):
            answer.nodes.append(node.message())
        answer.leader_time_unix_nano = time.time_ns()
        answer.leader.CopyFrom(self._health.message())
        return answer

    async def GetLatest(self, request: pb.GetLatestRequest, context: Context) -> bytes:  # noqa: N802
        """The newest row of each node."""
        node_ids = await _checked(context, request.node_ids)
        sets, selectors, newest = ColumnSets(), frozenset(request.columns), list[bytes]()
        async for node in _in_turns(list(self._nodes(node_ids))):
            if len(node.ring):
                rows = node.ring.since(node.ring.appended - 1, selectors)
                newest += field_of_bytes(_SAMPLES, samples_message(node.node_id, rows, sets))
        return b"".join((pb.GetLatestResponse(column_sets=sets.take_new()).SerializeToString(), *newest))

    async def QueryRange(self, request: pb.QueryRangeRequest, context: Context) -> None:  # noqa: N802
        """Each selected column of each node, or of all together, over a stretch of time; messages as bytes."""
        try:
            question = checked(request, time.time_ns())
            # Closed at once when the reader is gone, or reads no further, so that another one's turn comes.
            async with aclosing(self._reader.answer(question, self._asked_about(request))) as messages:
                async for message in messages:
                    await self._send(context, message)
        except TelemetryError as error:
            if isinstance(error, TooManyQueriesError):
                context.set_trailing_metadata(_RETRY_LATER)
            await context.abort(error.status, str(error))

    async def Watch(self, request: pb.WatchRequest, context: Context) -> AsyncIterator[pb.WatchUpdate]:  # noqa: N802
        """New samples and changed nodes, until the reader goes."""
        node_ids = await _checked(context, request.node_ids)
        watcher = Watcher(self._fleet, request)
        if request.live:
            self._pacing.watch(node_ids)
        self._health.watchers += 1
        try:
            async for update in watcher.updates():
                self._health.coalesced_samples += update.coalesced
                yield update
        finally:
            self._health.watchers -= 1
            if request.live:
                self._pacing.unwatch(node_ids)

    async def ListColumns(self, request: pb.ListColumnsRequest, context: Context) -> pb.ListColumnsResponse:  # noqa: N802
        """The columns of the nodes asked for."""
        try:
            return await columns_of(self._asked_about(request))
        except TelemetryError as error:
            await context.abort(error.status, str(error))
            raise

    async def ListEvents(self, request: pb.ListEventsRequest, context: Context) -> pb.ListEventsResponse:  # noqa: N802
        """What happened, newest first."""
        try:
            return await events_of(self._fleet.events, request, _valid(request.node_ids))
        except TelemetryError as error:
            await context.abort(error.status, str(error))
            raise

    async def _send(self, context: Context, message: bytes) -> None:
        """A reader may take its time, but not for ever the place of others."""
        sending = asyncio.ensure_future(context.write(message))
        try:
            while not (await asyncio.wait({sending}, timeout=self._patience_s))[0]:
                if self._reader.gate.is_full:
                    raise SlowReaderError(
                        f"nothing of the answer was read for {self._patience_s:g} s, and others wait for their turn: "
                        "ask again, for less, or read faster"
                    )
            await sending
        except grpc.aio.InternalError:  # the reader is gone; gRPC would log each time where that was noticed
            raise asyncio.CancelledError from None
        finally:
            sending.cancel()

    def _nodes(self, node_ids: list[str]) -> Iterator[Node]:
        if not node_ids:
            return iter(self._fleet)
        return (node for node_id in node_ids if (node := self._fleet.get(node_id)) is not None)

    def _asked_about(self, request: pb.QueryRangeRequest | pb.ListColumnsRequest) -> list[Node]:
        """The nodes a question is about; unknown ones are left out, but if all are, it is a mistake."""
        nodes = list(self._nodes(_valid(request.node_ids)))
        if request.node_ids and not nodes:
            raise UnknownNodeError(f"no node is called {', '.join(request.node_ids[:5])}; ListNodes tells the names")
        wanted = {(label.name, label.value) for label in request.labels}
        return [node for node in nodes if wanted <= {(label.name, label.value) for label in node.hello.labels}]


async def _in_turns(nodes: Sequence[Node]) -> AsyncIterator[Node]:
    """All of them; reports of nodes are taken in between."""
    for number, node in enumerate(nodes, 1):
        yield node
        if number % _NODES_AT_ONCE == 0:
            await asyncio.sleep(0)


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
