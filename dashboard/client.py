"""The only way from the dashboard to a leader: its query service, with plain numpy data in place of messages."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

import grpc
import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.errors import InvalidQueryError, TelemetryError, UnknownNodeError
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1 import metrics_pb2_grpc as rpc

__all__ = ["LeaderClient", "LeaderGoneError", "NodeSamples", "Series", "Update"]

_QUERY_TIMEOUT_S = 20.0
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


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One column of one node: times_ns int64[n] (nanoseconds since 1970, ascending), values float64[n]."""

    column: Column
    times_ns: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class NodeSamples:
    """New samples of one node: times_ns int64[n] oldest first, values float64[n, len(columns)], NaN where absent."""

    node_id: str
    columns: tuple[Column, ...]
    times_ns: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Update:
    """One message of a watch; `coalesced` samples were left out because this reader was slow."""

    nodes: Sequence[pb.Node]
    samples: list[NodeSamples]
    coalesced: int
    leader_time_ns: int


class LeaderClient:
    """Queries to one leader. Every method raises LeaderGoneError when the leader does not answer.

    Make it, use it and close it inside one running event loop.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._channel = grpc.aio.insecure_channel(address, options=_CHANNEL_OPTIONS)
        self._stub = rpc.TelemetryQueryStub(self._channel)  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Ends every call and the connection."""
        await self._channel.close(grace=None)

    async def node(self, node_id: str) -> pb.Node:
        """What the leader knows about a node; UnknownNodeError if it has never seen it."""
        request = pb.ListNodesRequest(node_ids=[node_id])
        try:
            answer: pb.ListNodesResponse = await self._stub.ListNodes(request, timeout=_QUERY_TIMEOUT_S)
        except grpc.aio.AioRpcError as error:
            raise self._explained(error) from None
        if not answer.nodes:
            raise UnknownNodeError(f"no node {node_id!r}: /api/nodes lists those there are")
        return answer.nodes[0]

    async def series(
        self, node_id: str, columns: Sequence[str], start_ns: int, end_ns: int, max_points: int = 0
    ) -> list[Series]:
        """Stored columns over [start_ns, end_ns), at most `max_points` each (0: every sample), peaks kept."""
        request = pb.QueryRangeRequest(
            node_ids=[node_id],
            columns=columns,
            start_unix_nano=start_ns,
            end_unix_nano=end_ns,
            max_points=max_points,
        )
        parts: dict[str, _Parts] = {}
        try:
            async for part in self._stub.QueryRange(request, timeout=_QUERY_TIMEOUT_S):
                parts.setdefault(part.column.name, _Parts(_column(part.column))).add(part)
        except grpc.aio.AioRpcError as error:
            raise self._explained(error) from None
        return [joined.series() for joined in parts.values()]

    async def watch(self, request: pb.WatchRequest) -> AsyncGenerator[Update, None]:
        """New samples and changed nodes, from now on. It ends only with an error, or by closing the iterator."""
        sets: dict[int, tuple[Column, ...]] = {}
        call = self._stub.Watch(request)
        try:
            async for message in call:
                sets.update((new.id, tuple(map(_column, new.columns))) for new in message.new_column_sets)
                samples = [_samples(sample, sets[sample.column_set]) for sample in message.samples]
                yield Update(message.nodes, samples, message.coalesced, message.leader_time_unix_nano)
        except grpc.aio.AioRpcError as error:
            raise self._explained(error) from None
        finally:
            call.cancel()
        raise LeaderGoneError(f"the leader at {self.address} ended the watch")

    def _explained(self, error: grpc.aio.AioRpcError) -> TelemetryError:
        match error.code():
            case grpc.StatusCode.NOT_FOUND:
                return UnknownNodeError(f"{error.details()}: /api/nodes lists the nodes there are")
            case grpc.StatusCode.INVALID_ARGUMENT:
                return InvalidQueryError(error.details() or "the leader refused the query")
            case _:
                reason = f"{error.code().name}: {error.details()}"
                return LeaderGoneError(f"the leader at {self.address} does not answer ({reason})")


@dataclass(slots=True)
class _Parts:
    column: Column
    times: list[NDArray[np.int64]] = field(default_factory=list)
    values: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, part: pb.Series) -> None:
        self.times.append(np.array(part.times_unix_nano, np.int64))
        self.values.append(np.array(part.values, np.float64))

    def series(self) -> Series:
        return Series(self.column, np.concatenate(self.times), np.concatenate(self.values))


def _column(message: pb.Column) -> Column:
    return Column(message.name, message.unit, Kind.COUNTER if message.kind == pb.COUNTER else Kind.GAUGE)


def _samples(message: pb.Samples, columns: tuple[Column, ...]) -> NodeSamples:
    times = np.array(message.times_unix_nano, np.int64)
    values = np.array(message.values, np.float64).reshape(len(times), len(columns))
    return NodeSamples(message.node_id, columns, times, values)
