"""One node's stream: reads what it sends, has it committed, tells it what is durable."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from grpc.aio import EOF  # type: ignore[attr-defined]  # the stubs forgot it

from mcp_telemetry._version import __version__
from mcp_telemetry.errors import ProtocolError, StorageError, SupersededError, TelemetryError
from mcp_telemetry.leader import records
from mcp_telemetry.leader.commit import Committer, Entry
from mcp_telemetry.leader.decoding.batch import parse_batch
from mcp_telemetry.leader.decoding.decoder import Decoder
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.leader.decoding.wire import LENGTH, Field, MalformedError, fields, read_varint, tag_of
from mcp_telemetry.leader.fleet import Fleet, Node, State
from mcp_telemetry.leader.intake import Taken, apply_batch, apply_goodbye, apply_hello, effect_of, journaled, take
from mcp_telemetry.leader.outgoing import Outgoing
from mcp_telemetry.leader.pace import Pacing
from mcp_telemetry.protocol import LeaderSession, first_cursor
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Intake", "NodeStream", "Received"]

log = logging.getLogger(__name__)

_HELLO, _BATCH, _GOODBYE = 1, 2, 3
_BATCH_TAG = bytes([tag_of(_BATCH, LENGTH)])
_LAST_COMMIT_S = 2.0
_HELLO_S = 10.0

Read = Callable[[], Awaitable[bytes | object]]


@dataclass(slots=True)
class Received:
    """What came from all nodes since the start, bad snapshots and duplicates included; values are of good ones.

    refused_streams: those of nodes there was no room for
    """

    snapshots: int = 0
    values: int = 0
    nbytes: int = 0
    refused_streams: int = 0

    def note(self, taken: Taken) -> None:
        """A batch was understood."""
        self.snapshots += taken.count
        for chunk in taken.decoded.chunks:
            self.values += chunk.values.size


@dataclass(slots=True)
class Intake:
    """What all streams share."""

    fleet: Fleet
    committer: Committer
    layouts: Layouts
    pacing: Pacing
    window: int
    make_room: Callable[[Node], Awaitable[None]]
    received: Received = field(default_factory=Received)


class NodeStream:
    """Serves one StreamMetrics call; ends by returning, or by raising the TelemetryError the call shall end with."""

    def __init__(self, shared: Intake, peer: str) -> None:
        self._shared = shared
        self._peer = peer
        self._session = LeaderSession(shared.window)
        self._outgoing = Outgoing()
        self._rejections: list[pb.Rejection] = []
        self._error: TelemetryError | None = None
        self._reader: asyncio.Task[None] | None = None
        self._said_goodbye = False
        self._has_rejected = False
        self.node: Node | None = None
        self._instance = ""
        self._head = (b"", b"")
        self._decoder: Decoder | None = None

    async def serve(self, read: Read, write: Callable[[bytes], Awaitable[None]]) -> None:
        """Run reader and writer until one of them ends, then the other."""
        self._reader = asyncio.create_task(self._read(read))
        writer = asyncio.create_task(self._write(write))
        for task in (self._reader, writer):
            task.add_done_callback(_retrieve)
        patience = asyncio.get_running_loop().call_later(_HELLO_S, self._expect_hello)
        try:
            await asyncio.wait({self._reader, writer}, return_when=asyncio.FIRST_COMPLETED)
            await self._finish(self._reader, writer)
        finally:
            patience.cancel()
            self._reader.cancel()
            writer.cancel()
            self._detach()

    def end(self, error: TelemetryError) -> None:
        """End the stream with this error."""
        self._error = self._error or error
        if self._reader is not None:
            self._reader.cancel()

    def direct(self, pace: pb.Pace) -> None:
        """Have the node take up another pace."""
        if self.node is not None:
            self.node.pace = pace
        self._outgoing.direct(pace)

    def drain(self, message: pb.Draining) -> None:
        """Have the node finish and go elsewhere."""
        self._outgoing.drain(message)

    def durable_moved(self) -> None:
        """The node's cursor moved; tell the node if it is time to."""
        node = self.node
        if node is None:
            return
        durable, now = node.durable[self._instance], time.monotonic()
        if self._rejections or self._session.is_ack_due(durable, now):
            self._outgoing.ack(durable, self._rejections)
            self._rejections = []
            self._session.acked(durable, now)

    # -- Reading ------------------------------------------------------------------------------------------------------

    async def _read(self, read: Read) -> None:
        while (data := await read()) is not EOF:
            assert isinstance(data, bytes)  # noqa: S101 - the only other thing gRPC gives is EOF
            self._shared.received.nbytes += len(data)
            try:
                self._message(data)
            except MalformedError as error:
                raise ProtocolError(f"a message is no NodeMessage: {error}") from None
            if self._shared.committer.is_full:
                await self._shared.committer.room()
            if self.node is not None and self.node.ring.is_half_unflushed:
                await self._shared.make_room(self.node)

    def _message(self, data: bytes) -> None:
        if data[:1] == _BATCH_TAG:
            # Nearly every message is one batch and nothing else.
            length, start = read_varint(data, 1, len(data))
            if start + length == len(data):
                self._batch(data, start, len(data))
                return
        last: Field | None = None
        for item in fields(data, 0, len(data)):
            if item.wire_type == LENGTH and item.number in (_HELLO, _BATCH, _GOODBYE):
                last = item
        if last is None:
            return  # of a newer version, and no concern of this one
        if last.number == _BATCH:
            self._batch(data, last.start, last.end)
        elif last.number == _HELLO:
            self._hello(data[last.start : last.end])
        else:
            self._goodbye()

    def _hello(self, data: bytes) -> None:
        shared, now_ns = self._shared, time.time_ns()
        hello = _parsed_hello(data)
        known = shared.fleet.get(hello.node_id)
        begin = first_cursor(hello)
        cursor = known.durable.get(hello.instance_id, begin) if known else begin
        self._session.hello(hello, cursor, time.monotonic())
        before = (known.hello, known.clock_offset_ns) if known else None
        node = self.node = apply_hello(shared.fleet, hello, now_ns)
        if node.stream is not None:
            node.stream.end(SupersededError(f"a newer stream for {node.node_id!r} took over, from {self._peer}"))
        node.stream, node.address = self, self._peer
        shared.fleet.happenings.greeted(node, before, now_ns)
        node.pace = shared.pacing.pace(node.node_id)
        self._instance = hello.instance_id
        self._head = (node.node_id.encode(), hello.instance_id.encode())
        self._decoder = Decoder(shared.layouts, node.node_id, hello.instance_id)
        self._submit(records.Kind.HELLO, now_ns, hello.SerializeToString(), lambda: None)
        self._outgoing.welcome(_welcome(cursor, node.pace, shared.window))
        shared.pacing.joined()
        log.info("node %s joined from %s, resuming at %d", node.node_id, self._peer, cursor + 1)

    def _batch(self, data: bytes, start: int, end: int) -> None:
        received_ns = time.time_ns()
        batch = parse_batch(data, start, end)
        self._session.batch(batch.first_sequence, batch.count, batch.ack_now)
        node, decoder = self.node, self._decoder
        assert node is not None and decoder is not None  # noqa: S101 - the session has seen hello
        taken = take(batch, node, self._instance, decoder, received_ns)
        self._shared.received.note(taken)
        node.budget.refuse(taken.decoded, received_ns)
        node.taken[self._instance] = taken.admission.cursor
        if taken.admission.skip == taken.count and not taken.admission.dropped:
            node.counts.duplicates += taken.admission.skip
            self._shared.fleet.changed(node)
            self.durable_moved()
            return
        if batch.sent_unix_nano:
            node.clock_offset_ns = batch.sent_unix_nano - received_ns
            self._shared.fleet.happenings.clock(node, batch.sent_unix_nano)
        body = journaled(taken) if taken.decoded.rejections else data[start:end]
        effect = effect_of(taken, received_ns)
        on_durable = partial(self._stored, node, taken, effect, received_ns)
        self._submit(records.Kind.BATCH, received_ns, body, on_durable, effect)

    def _goodbye(self) -> None:
        self._session.goodbye()
        self._said_goodbye = True
        now_ns, node = time.time_ns(), self.node
        assert node is not None  # noqa: S101 - the session has seen hello
        self._submit(records.Kind.GOODBYE, now_ns, b"", partial(self._left, node, now_ns))

    def _submit(
        self,
        kind: records.Kind,
        received_ns: int,
        body: bytes,
        on_durable: Callable[[], None],
        effect: records.Effect | None = None,
    ) -> None:
        record = records.encode(kind, received_ns, *self._head, body, effect)
        self._shared.committer.submit(Entry(record, on_durable, partial(self._refused, self.node)))

    # -- After the commit ---------------------------------------------------------------------------------------------

    def _stored(self, node: Node, taken: Taken, effect: records.Effect, received_ns: int) -> None:
        apply_batch(self._shared.fleet, node, self._instance, taken, effect, received_ns)
        if taken.decoded.rejections:
            self._reject(node, taken.decoded.rejections)
        self._shared.fleet.happenings.took(node, effect, taken.decoded.rejections)
        # Another stream may have taken this node over meanwhile: it is the one to be told.
        if node.stream is not None:
            node.stream.durable_moved()

    def _reject(self, node: Node, rejections: list[pb.Rejection]) -> None:
        # Once a stream: a node that sends a bad value sends it every second. All are counted, and told the node.
        if not self._has_rejected:
            log.warning("node %s: %s; further ones are only counted", node.node_id, _first(rejections))
            self._has_rejected = True
        self._rejections += rejections

    def _left(self, node: Node, now_ns: int) -> None:
        if node.stream is self:
            apply_goodbye(self._shared.fleet, node, now_ns)
            self.durable_moved()
            node.stream = None
        self._outgoing.end()

    def _refused(self, node: Node | None, error: StorageError) -> None:
        if node is None:
            return
        node.taken.update(node.durable)
        if node.stream is not None:
            node.stream.end(error)
        self._outgoing.end()

    # -- Writing ------------------------------------------------------------------------------------------------------

    async def _write(self, write: Callable[[bytes], Awaitable[None]]) -> None:
        while messages := await self._outgoing.get():
            for message in messages:
                await write(message.SerializeToString())

    # -- The end ------------------------------------------------------------------------------------------------------

    def _expect_hello(self) -> None:
        if self.node is None:
            self.end(ProtocolError(f"no hello within {_HELLO_S:g} s: the first message of a stream is hello"))

    async def _finish(self, reader: asyncio.Task[None], writer: asyncio.Task[None]) -> None:
        if not reader.done():
            if self._error is not None:
                raise self._error
            writer.result()
            return
        failure = self._error or (None if reader.cancelled() else reader.exception())
        if failure is not None or not self._said_goodbye:
            self._outgoing.end()
        # Also before an error: gRPC cannot take a status while a message is on its way to it.
        await asyncio.wait({writer}, timeout=_LAST_COMMIT_S)
        failure = self._error or failure
        if failure is not None:
            raise failure

    def _detach(self) -> None:
        node = self.node
        if node is not None and node.stream is self:
            node.stream = None
            self._shared.fleet.enter(node, State.OFFLINE, time.time_ns())
            log.info("node %s is gone", node.node_id)


def _retrieve(task: asyncio.Task[None]) -> None:
    """Of two ends the first says why the stream ended; asyncio would complain that nobody asked the other."""
    if not task.cancelled():
        task.exception()


def _parsed_hello(data: bytes) -> pb.Hello:
    try:
        hello = pb.Hello.FromString(data)
    except Exception as error:  # protobuf's DecodeError, or ValueError for bad UTF-8 in some versions
        raise ProtocolError(f"hello cannot be read: {error}") from None
    # It is kept as long as the node is known: nothing may hide in it beside what is checked.
    hello.DiscardUnknownFields()
    return hello


def _welcome(cursor: int, pace: pb.Pace, window: int) -> pb.Welcome:
    return pb.Welcome(
        resume_sequence=cursor + 1,
        pace=pace,
        window=window,
        leader_time_unix_nano=time.time_ns(),
        leader_version=__version__,
    )


def _first(rejections: list[pb.Rejection]) -> str:
    more = f", and {len(rejections) - 1} more" if len(rejections) > 1 else ""
    return f"rejected {rejections[0].sequence}: {rejections[0].detail}{more}"
