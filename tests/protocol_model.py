"""A node, a leader and the wire between them, as small as the protocol lets them be: for the tests of its rules."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from mcp_telemetry.errors import ProtocolError
from mcp_telemetry.protocol import (
    PROTOCOL_VERSION,
    Acked,
    Admission,
    LeaderSession,
    NodeSession,
    Welcomed,
    admit,
    first_cursor,
)
from mcp_telemetry.v1.metrics_pb2 import Ack, Hello, LeaderMessage, Welcome

NODE_ID = "node"


@dataclass
class Outbox:
    """Numbers and nothing else. `given_up` is what a test knows and the node does not remember."""

    instance_id: str
    capacity: int
    next: int = 1
    acked: int = 0
    held: deque[int] = field(default_factory=deque)
    given_up: set[int] = field(default_factory=set)

    @property
    def oldest(self) -> int:
        return self.held[0] if self.held else self.next

    def append(self) -> None:
        self.held.append(self.next)
        self.next += 1
        if len(self.held) > self.capacity:
            self.given_up.add(self.held.popleft())

    def acknowledge(self, durable: int) -> None:
        self.acked = max(self.acked, durable)
        while self.held and self.held[0] <= durable:
            self.held.popleft()


@dataclass(frozen=True)
class Batch:
    first: int
    count: int
    dropped: int


@dataclass
class Wire:
    """One stream. What was cut off at the node's end may still arrive at the leader's, but nothing comes back."""

    up: deque[Hello | Batch] = field(default_factory=deque)
    down: deque[LeaderMessage] = field(default_factory=deque)
    node_is_there: bool = True
    leader_is_there: bool = True


class Node:
    """An outbox, and at most one stream to the leader."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.wire: Wire | None = None
        self.session: NodeSession | None = None
        self.unacked: set[int] = set()  # what this stream sent and was not told of: a second opinion on `in_flight`

    def connect(self) -> Wire:
        self.disconnect(kept=0)
        self.wire = Wire()
        self.session = NodeSession(self.outbox.oldest, self.outbox.next)
        self.unacked = set()
        self.wire.up.append(
            Hello(
                node_id=NODE_ID,
                instance_id=self.outbox.instance_id,
                protocol_version=PROTOCOL_VERSION,
                first_sequence=self.outbox.acked + 1,
            )
        )
        return self.wire

    def disconnect(self, kept: int) -> None:
        """The first `kept` messages on their way still arrive."""
        if self.wire is not None:
            while len(self.wire.up) > kept:
                self.wire.up.pop()
            self.wire.down.clear()
            self.wire.node_is_there = False
        self.wire = self.session = None

    def receive(self) -> None:
        assert self.wire is not None and self.session is not None
        received = self.session.receive(self.wire.down.popleft())
        if isinstance(received, Welcomed):
            self.outbox.acknowledge(received.resume_sequence - 1)
        elif isinstance(received, Acked):
            self.outbox.acknowledge(received.durable_sequence)
            self.unacked = {sequence for sequence in self.unacked if sequence > received.durable_sequence}

    def send(self, most: int) -> bool:
        """One batch of at most so many snapshots; False if none may be sent."""
        assert self.wire is not None and self.session is not None
        self.session.gave_up(self.outbox.oldest - 1)
        wanted = self.session.sendable(self.outbox.next)[:most]
        if not wanted:
            return False
        assert set(wanted) <= set(self.outbox.held)
        self.session.sent(wanted[-1])
        self.unacked |= set(wanted)
        dropped = len([each for each in self.outbox.given_up if self.outbox.acked < each < wanted[0]])
        self.wire.up.append(Batch(wanted[0], len(wanted), dropped))
        return True


@dataclass
class Instance:
    """What a leader's disk holds of one outbox."""

    base: int
    cursor: int
    has_batches: bool = False
    stored: list[int] = field(default_factory=list)
    gaps: int = 0
    dropped: int = 0

    def store(self, batch: Batch, admission: Admission) -> None:
        self.stored += range(batch.first + admission.skip, batch.first + batch.count)
        self.gaps += admission.gap
        self.dropped += admission.dropped
        self.cursor = max(self.cursor, admission.cursor)
        self.has_batches = True


@dataclass(frozen=True)
class Entry:
    """On its way to the disk: a hello, which begins an instance at `base`, or a batch and what it was admitted as."""

    instance_id: str
    base: int
    batch: Batch | None = None
    admission: Admission | None = None


class Leader:
    """Takes, commits and acknowledges as the protocol asks. A restart forgets what is not committed."""

    def __init__(self, window: int) -> None:
        self.window = window
        self.now = 0.0
        self.disk: dict[str, Instance] = {}
        self.pending: deque[Entry] = deque()
        self.taken: dict[str, int] = {}
        self.streams: dict[int, tuple[LeaderSession, str]] = {}  # by id of the wire, once hello was read
        self.newest: Wire | None = None

    def restart(self) -> None:
        self.pending.clear()
        self.taken = {instance_id: instance.cursor for instance_id, instance in self.disk.items()}
        self.streams.clear()
        if self.newest is not None:
            self.newest.leader_is_there = False
        self.newest = None

    def receive(self, wire: Wire) -> None:
        """Read one message; ProtocolError ends the stream."""
        message = wire.up.popleft()
        try:
            if isinstance(message, Hello):
                self._hello(wire, message)
            else:
                self._batch(wire, message)
        except ProtocolError:
            wire.leader_is_there = False
            raise

    def _hello(self, wire: Wire, hello: Hello) -> None:
        session = LeaderSession(self.window)
        known = self.disk.get(hello.instance_id)
        cursor = known.cursor if known else first_cursor(hello)
        session.hello(hello, cursor, self.now)
        self.taken.setdefault(hello.instance_id, cursor)
        self.pending.append(Entry(hello.instance_id, cursor))
        if self.newest is not None:
            self.newest.leader_is_there = False
        self.newest = wire
        self.streams[id(wire)] = (session, hello.instance_id)
        self._say(wire, LeaderMessage(welcome=Welcome(resume_sequence=cursor + 1, window=self.window)))

    def _batch(self, wire: Wire, batch: Batch) -> None:
        session, instance_id = self.streams[id(wire)]
        session.batch(batch.first, batch.count, ack_now=False)
        cursor = self.taken[instance_id]
        is_new = not any(entry.batch for entry in self.pending if entry.instance_id == instance_id) and (
            instance_id not in self.disk or not self.disk[instance_id].has_batches
        )
        admission = admit(cursor, batch.first, batch.count, batch.dropped, is_new)
        self.taken[instance_id] = admission.cursor
        self.pending.append(Entry(instance_id, 0, batch, admission))
        self._tell()

    def commit(self, most: int) -> None:
        """Make the oldest so many entries durable."""
        for _ in range(min(most, len(self.pending))):
            entry = self.pending.popleft()
            if entry.batch is None or entry.admission is None:
                self.disk.setdefault(entry.instance_id, Instance(entry.base, entry.base))
            else:
                self.disk[entry.instance_id].store(entry.batch, entry.admission)
        self._tell()

    def _tell(self) -> None:
        if self.newest is None:
            return
        session, instance_id = self.streams[id(self.newest)]
        durable = self.disk[instance_id].cursor if instance_id in self.disk else 0
        if session.is_ack_due(durable, self.now):
            session.acked(durable, self.now)
            self._say(self.newest, LeaderMessage(ack=Ack(durable_sequence=durable)))

    @staticmethod
    def _say(wire: Wire, message: LeaderMessage) -> None:
        if wire.node_is_there:
            wire.down.append(message)
