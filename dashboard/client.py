"""The only way from the dashboard to a leader: its query service, with plain numpy data in place of messages."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

import grpc
import numpy as np
from numpy.typing import NDArray

from dashboard.kept import KeptDashboards
from dashboard.leader_words import in_our_words, is_silence
from dashboard.packed import Part, read_series
from mcp_telemetry.errors import InvalidQueryError, OverloadedError, TelemetryError, UnknownNodeError
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1 import metrics_pb2_grpc as rpc

__all__ = [
    "MOST_POINTS",
    "LeaderClient",
    "LeaderGoneError",
    "NodeSamples",
    "Series",
    "TooManyPointsError",
    "Update",
    "column_of",
]

logger = logging.getLogger(__name__)

_QUERY_TIMEOUT_S = 20.0
_NOTE_EVERY_S = 60.0
_QUERY_RANGE = "/mcp_telemetry.v1.TelemetryQuery/QueryRange"
# Of one answer, over all its series: 32 MB here, and several times that as JSON.
MOST_POINTS = 2_000_000
_CHANNEL_OPTIONS = (
    # A leader that comes back is found within a second; gRPC's own backoff grows to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # Finds a connection that a cut cable left behind; the leader allows a ping each 5 s.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.max_receive_message_length", 64 * 2**20),
    ("grpc.enable_retries", 0),
)


class LeaderGoneError(TelemetryError):
    """The leader does not answer."""

    status = grpc.StatusCode.UNAVAILABLE


class TooManyPointsError(InvalidQueryError):
    """An answer would have more than MOST_POINTS."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One column of a node or a group: times_ns int64[n] (nanoseconds since 1970, ascending), values float64[n].

    head: the first message it came in, for what else is to be known of it: whose, of how many nodes, tier, step
    """

    column: Column
    times_ns: NDArray[np.int64]
    values: NDArray[np.float64]
    head: pb.Series = field(default_factory=pb.Series)


@dataclass(frozen=True, slots=True, eq=False)
class NodeSamples:
    """New samples of one node: times_ns int64[n] oldest first, values float64[n, len(columns)], NaN where absent."""

    node_id: str
    columns: tuple[Column, ...]
    times_ns: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Update:
    """One message of a watch; `coalesced` samples were left out because this reader was slow.

    forgotten: ids of nodes the leader has given up, before those of `nodes` were there
    """

    nodes: Sequence[pb.Node]
    samples: list[NodeSamples]
    coalesced: int
    leader_time_ns: int
    events: Sequence[pb.Event] = ()
    forgotten: Sequence[str] = ()


class LeaderClient:
    """Queries to one leader. Every method raises LeaderGoneError when the leader does not answer.

    Make it, use it and close it inside one running event loop.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._noted = ""
        self._noted_s = 0.0
        self._channel = grpc.aio.insecure_channel(address, options=_CHANNEL_OPTIONS)
        self._stub = rpc.TelemetryQueryStub(self._channel)  # type: ignore[no-untyped-call]
        self.dashboards = KeptDashboards(self._channel, self._explained)
        self._query_range = self._channel.unary_stream(
            _QUERY_RANGE,
            request_serializer=pb.QueryRangeRequest.SerializeToString,
            response_deserializer=read_series,
        )

    async def close(self) -> None:
        """Ends every call and the connection."""
        await self._channel.close(grace=None)

    async def node(self, node_id: str) -> pb.Node:
        """What the leader knows about a node; UnknownNodeError if it has never seen it."""
        nodes = (await self._list(pb.ListNodesRequest(node_ids=[node_id]))).nodes
        if not nodes:
            raise UnknownNodeError(f"no node {node_id!r}: /api/nodes lists those there are")
        return nodes[0]

    async def nodes(self) -> Sequence[pb.Node]:
        """All nodes, by id."""
        return (await self._list(pb.ListNodesRequest())).nodes

    async def health(self) -> pb.LeaderHealth:
        """How the leader itself is."""
        return (await self._list(pb.ListNodesRequest(without_nodes=True))).leader

    async def _list(self, request: pb.ListNodesRequest) -> pb.ListNodesResponse:
        try:
            answer: pb.ListNodesResponse = await self._stub.ListNodes(request, timeout=_QUERY_TIMEOUT_S)
        except grpc.aio.AioRpcError as error:
            raise self._explained(error) from None
        return answer

    async def events(self, request: pb.ListEventsRequest) -> pb.ListEventsResponse:
        """What happened in the swarm, newest first."""
        try:
            answer: pb.ListEventsResponse = await self._stub.ListEvents(request, timeout=_QUERY_TIMEOUT_S)
        except grpc.aio.AioRpcError as error:
            raise self._explained(error) from None
        return answer

    async def columns(self, request: pb.ListColumnsRequest) -> Sequence[pb.ListColumnsResponse.ColumnUse]:
        """The columns nodes have now, by name; UnknownNodeError if the leader has seen none of those named."""
        try:
            answer: pb.ListColumnsResponse = await self._stub.ListColumns(request, timeout=_QUERY_TIMEOUT_S)
        except grpc.aio.AioRpcError as error:
            raise self._explained(error) from None
        return answer.columns

    async def series(self, request: pb.QueryRangeRequest) -> list[Series]:
        """All series that answer the request; TooManyPointsError if they have more than MOST_POINTS in all."""
        parts: dict[tuple[str, str, tuple[str, ...]], list[Part]] = {}
        points = 0
        call = self._query_range(request, timeout=_QUERY_TIMEOUT_S)
        try:
            async for part in call:
                points += len(part.values)
                _require_few(points)
                group = tuple(label.value for label in part.head.group)
                parts.setdefault((part.head.node_id, part.head.column.name, group), []).append(part)
        except grpc.aio.AioRpcError as error:
            raise self._explained(error) from None
        finally:
            call.cancel()
        return [_joined(each) for each in parts.values()]

    async def watch(self, request: pb.WatchRequest) -> AsyncGenerator[Update, None]:
        """New samples and changed nodes, from now on. It ends only with an error, or by closing the iterator."""
        sets: dict[int, tuple[Column, ...]] = {}
        call = self._stub.Watch(request)
        try:
            async for message in call:
                sets.update((new.id, tuple(map(column_of, new.columns))) for new in message.new_column_sets)
                samples = [_samples(sample, sets[sample.column_set]) for sample in message.samples]
                now_ns, forgotten = message.leader_time_unix_nano, message.forgotten_node_ids
                yield Update(message.nodes, samples, message.coalesced, now_ns, message.events, forgotten)
        except grpc.aio.AioRpcError as error:
            raise self._explained(error) from None
        finally:
            call.cancel()
        raise LeaderGoneError(f"the leader at {self.address} ended the watch")

    def _explained(self, error: grpc.aio.AioRpcError) -> TelemetryError:
        match error.code():
            case grpc.StatusCode.NOT_FOUND:
                return UnknownNodeError(f"{in_our_words(error)}: /api/nodes lists those there are")
            case grpc.StatusCode.INVALID_ARGUMENT:
                return InvalidQueryError(in_our_words(error) or "the leader refused the query")
            case grpc.StatusCode.RESOURCE_EXHAUSTED:
                return OverloadedError(error.details() or "the leader has too much to do")
            case _:
                reason = f"{error.code().name}: {error.details()}"
                self._note(reason)
                said = "" if is_silence(error) else f" ({reason})"
                return LeaderGoneError(f"the leader at {self.address} does not answer{said}")

    def _note(self, reason: str) -> None:
        """In the log, of one reason once a minute: every page asks again and again."""
        now_s = time.monotonic()
        if reason != self._noted or now_s - self._noted_s >= _NOTE_EVERY_S:
            self._noted, self._noted_s = reason, now_s
            logger.warning("the leader at %s does not answer: %s", self.address, reason)


def _require_few(points: int) -> None:
    if points > MOST_POINTS:
        raise TooManyPointsError(
            f"more than {MOST_POINTS} points: name fewer nodes or columns, a shorter time, or a smaller max_points"
        )


def _joined(parts: Sequence[Part]) -> Series:
    times, values = (np.concatenate(arrays) for arrays in zip(*(part[1:] for part in parts), strict=True))
    return Series(column_of(parts[0].head.column), times, values, parts[0].head)


def column_of(message: pb.Column) -> Column:
    """The column that a message describes."""
    return Column(message.name, message.unit, Kind.COUNTER if message.kind == pb.COUNTER else Kind.GAUGE)


def _samples(message: pb.Samples, columns: tuple[Column, ...]) -> NodeSamples:
    times = np.array(message.times_unix_nano, np.int64)
    values = np.array(message.values, np.float64).reshape(len(times), len(columns))
    return NodeSamples(message.node_id, columns, times, values)
