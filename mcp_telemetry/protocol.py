"""The rules of StreamMetrics as state machines without I/O: sequence, window, ack, resume, gap, duplicate.

A node numbers its snapshots 1, 2, 3 … without a gap, per instance (its outbox). The leader keeps one cursor per
instance: the highest number it has taken. Whatever is at or below the cursor is a duplicate; whatever jumps ahead of it
leaves a gap. So a stream may break at any point and be opened again, and each snapshot is stored once.

`NodeSession` and `LeaderSession` are the two ends of one stream. Each is fed messages and says what follows; sockets,
clocks and disks are the caller's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from mcp_telemetry.errors import OutboxBehindError, ProtocolError, TooLargeError
from mcp_telemetry.model.names import is_node_id
from mcp_telemetry.v1.metrics_pb2 import Hello, LeaderMessage, Pace, Rejection

__all__ = [
    "PROTOCOL_VERSION",
    "Acked",
    "Admission",
    "Drained",
    "LeaderSession",
    "NodeSession",
    "Paced",
    "Welcomed",
    "admit",
    "backoff",
    "check_hello",
    "first_cursor",
]

PROTOCOL_VERSION = 1
MAX_SEQUENCE = 2**62
MAX_LABELS = 64
MAX_LABEL_BYTES = 256
MAX_FACT_BYTES = 1024

# One ack for this many snapshots (or half a small window), or for this much time: an ack for every message costs the
# leader half as much again, and one for every ten still a tenth.
ACK_SNAPSHOTS = 32
ACK_SECONDS = 30.0


# ---------------------------------------------------------------------------------------------------------------------
# The node's end
# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Welcomed:
    """The stream is open: send from `resume_sequence`, forget what is below it."""

    resume_sequence: int
    pace: Pace
    window: int
    leader_time_unix_nano: int


@dataclass(frozen=True, slots=True)
class Acked:
    """Everything up to `durable_sequence` is on the leader's disk; the rejected ones among it are not stored."""

    durable_sequence: int
    rejections: tuple[Rejection, ...]


@dataclass(frozen=True, slots=True)
class Paced:
    """Sample and report at this pace from now on."""

    pace: Pace


@dataclass(frozen=True, slots=True)
class Drained:
    """The leader is going down: connect to the next one, or here after the delay."""

    retry_delay_ms: int
    reason: str


class NodeSession:
    """One stream as the node sees it: what may be sent now, and what the leader's messages mean."""

    def __init__(self, oldest: int, next: int) -> None:  # noqa: A002
        """`oldest` to `next - 1` are the sequences the outbox holds when the stream opens."""
        if not 1 <= oldest <= next:
            raise ValueError(f"an outbox cannot hold {oldest} to {next - 1}")
        self._oldest = oldest
        self._next = next
        self._window = 0
        self._sent = 0
        self._acked = 0
        self._welcomed = False
        self._skipped: deque[range] = deque()  # above _acked, below _sent, and never sent

    @property
    def in_flight(self) -> int:
        """Snapshots sent and not yet acknowledged."""
        skipped = sum(hole.stop - max(hole.start, self._acked + 1) for hole in self._skipped)
        return self._sent - self._acked - skipped

    def receive(self, message: LeaderMessage) -> Welcomed | Acked | Paced | Drained | None:
        """What the leader said; None for a kind of message that this version does not know, which means nothing.

        ProtocolError if it may not say it now. OutboxBehindError if the leader has numbers this outbox never gave:
        then the outbox must be renewed (a new instance_id, numbers from 1), or its next snapshots would be taken for
        duplicates and silently dropped.
        """
        which = message.WhichOneof("message")
        if which == "welcome":
            return self._welcome(message)
        if which == "draining":
            return Drained(message.draining.retry_delay_ms, message.draining.reason)
        if which is None:
            return None
        if not self._welcomed:
            raise ProtocolError(f"the leader sent {which} before welcome")
        return self._ack(message) if which == "ack" else Paced(message.directive.pace)

    def sendable(self, next: int) -> range:  # noqa: A002
        """The sequences that may be sent now, given that the outbox goes up to `next - 1`."""
        self._next = max(self._next, next)
        if not self._welcomed:
            return range(0)
        first = self._sent + 1
        return range(first, min(next, first + self._window - self.in_flight))

    def sent(self, until: int) -> None:
        """Everything sendable up to and including `until` was handed to the stream."""
        self._sent = max(self._sent, until)

    def gave_up(self, until: int) -> None:
        """The outbox holds nothing up to and including `until` any more: what was not sent of it never will be.

        It takes no room in the window, or an overflow as wide as the window would wait for an ack that never comes.
        """
        self._oldest = max(self._oldest, until + 1)
        self._next = max(self._next, self._oldest)
        if not self._welcomed or until <= self._sent:
            return
        first = self._sent + 1
        if self._skipped and self._skipped[-1].stop == first:
            first = self._skipped.pop().start
        self._skipped.append(range(first, until + 1))
        self._sent = until

    def _welcome(self, message: LeaderMessage) -> Welcomed:
        welcome = message.welcome
        if self._welcomed:
            raise ProtocolError("the leader sent a second welcome")
        self._check_given(welcome.resume_sequence - 1)
        self._welcomed = True
        self._window = max(1, welcome.window)
        # What the outbox no longer holds cannot be sent; the leader will see the jump and the batch will explain it.
        self._sent = self._acked = max(welcome.resume_sequence, self._oldest) - 1
        return Welcomed(welcome.resume_sequence, welcome.pace, self._window, welcome.leader_time_unix_nano)

    def _ack(self, message: LeaderMessage) -> Acked:
        durable = message.ack.durable_sequence
        self._check_given(durable)
        # More than this stream sent: what an earlier one sent became durable after the welcome.
        self._sent = max(self._sent, durable)
        self._acked = max(self._acked, durable)
        while self._skipped and self._skipped[0].stop <= self._acked + 1:
            self._skipped.popleft()
        return Acked(durable, tuple(message.ack.rejections))

    def _check_given(self, held: int) -> None:
        if held >= self._next:
            raise OutboxBehindError(
                f"the leader has up to sequence {held}, but this outbox has only given "
                f"{self._next - 1}: its folder lost its end, or is an old copy"
            )


def backoff(random: Random, first_s: float = 0.5, factor: float = 1.6, limit_s: float = 15.0) -> Iterator[float]:
    """Seconds to wait before each next attempt: growing, with full jitter, so that a fleet spreads its return."""
    ceiling = min(first_s, limit_s)
    while True:
        yield random.uniform(0.0, ceiling)
        ceiling = min(limit_s, ceiling * factor)


# ---------------------------------------------------------------------------------------------------------------------
# The leader's end
# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Admission:
    """What a batch means to a cursor: `skip` snapshots at its head are duplicates, the rest is new.

    `gap` numbers never arrived unexplained, `dropped` ones the node said it gave up.
    """

    skip: int
    gap: int
    dropped: int
    cursor: int


def first_cursor(hello: Hello) -> int:
    """Where the cursor of an instance begins that this leader has not met: another one may have what is before it."""
    return max(0, hello.first_sequence - 1)


def admit(cursor: int, first: int, count: int, dropped: int, is_new: bool = False) -> Admission:
    """Hold a batch of `count` snapshots from `first` against the cursor; ProtocolError for impossible sequences.

    `dropped` may be more than is missing, so a node repeats it until an ack shows that it arrived. With the first batch
    of a new instance all below it counts: what was given up before the hello may not be between cursor and batch.
    """
    if first < 1 or first + count > MAX_SEQUENCE:
        raise ProtocolError(f"first_sequence is {first}: sequences start at 1 and stay below 2^62")
    skip = max(0, min(count, cursor + 1 - first))
    jump = max(0, first - cursor - 1) if count else 0
    explained = min(jump, dropped)
    lost = min(dropped, first - 1) if is_new and count else explained
    return Admission(skip, jump - explained, lost, max(cursor, first + count - 1) if count else cursor)


def check_hello(hello: Hello) -> None:
    """ProtocolError or TooLargeError if a node may not introduce itself like this."""
    if not is_node_id(hello.node_id):
        raise ProtocolError(
            f"node_id is {hello.node_id[:200]!r}: want a letter or digit, "
            "then up to 127 letters, digits, '.', '_' or '-'"
        )
    if not is_node_id(hello.instance_id):
        raise ProtocolError(f"instance_id is {hello.instance_id[:200]!r}: want the alphabet of node_id, a UUID say")
    if hello.protocol_version != PROTOCOL_VERSION:
        raise ProtocolError(f"protocol_version is {hello.protocol_version}: this leader speaks {PROTOCOL_VERSION}")
    if hello.first_sequence >= MAX_SEQUENCE:
        raise ProtocolError(f"first_sequence is {hello.first_sequence}: sequences stay below 2^62")
    _check_sizes(hello)


def _check_sizes(hello: Hello) -> None:
    if len(hello.labels) > MAX_LABELS:
        raise TooLargeError(f"{len(hello.labels)} labels: at most {MAX_LABELS}")
    for label in hello.labels:
        if not label.name or max(len(label.name.encode()), len(label.value.encode())) > MAX_LABEL_BYTES:
            raise TooLargeError(f"label {label.name[:64]!r}: want a name, and at most {MAX_LABEL_BYTES} bytes in both")
    if hello.host.ByteSize() > MAX_FACT_BYTES:
        raise TooLargeError(f"host facts of {hello.host.ByteSize()} bytes: at most {MAX_FACT_BYTES}")


class LeaderSession:
    """One stream as the leader sees it: what the node may send now, and when an ack is due.

    The cursor itself outlives the stream and belongs to the fleet; the session is told it at hello.
    """

    def __init__(self, window: int) -> None:
        self._window = window
        self._ack_snapshots = min(ACK_SNAPSHOTS, max(1, window // 2))
        self._open = False
        self._closed = False
        self._acked = 0
        self._acked_at = 0.0
        self._ack_now = 0

    def hello(self, hello: Hello, cursor: int, now: float) -> None:
        """The node introduces itself; `cursor` is what is durable of its instance. `now` is monotonic seconds."""
        if self._open or self._closed:
            raise ProtocolError("a second hello: one stream has one hello; open a new stream instead")
        check_hello(hello)
        self._open = True
        self._acked = cursor
        self._acked_at = now

    def batch(self, first: int, count: int, ack_now: bool) -> None:
        """The node sent `count` snapshots from `first`."""
        self._expect_open("batch")
        if count > self._window:
            raise ProtocolError(f"a batch of {count} snapshots: the window is {self._window}; wait for acks")
        if ack_now:
            self._ack_now = max(self._ack_now, first + count - 1)

    def goodbye(self) -> None:
        """The node leaves on purpose; nothing may follow."""
        self._expect_open("goodbye")
        self._open = False
        self._closed = True

    def is_ack_due(self, durable: int, now: float) -> bool:
        """Whether the node should be told of `durable` now; also true once for everything it asked to be told of."""
        if durable <= self._acked:
            return False
        asked = self._closed or self._acked < self._ack_now
        return asked or durable - self._acked >= self._ack_snapshots or now - self._acked_at >= ACK_SECONDS

    def acked(self, durable: int, now: float) -> None:
        """An ack up to `durable` was handed to the stream."""
        self._acked = max(self._acked, durable)
        self._acked_at = now

    def _expect_open(self, what: str) -> None:
        if self._closed:
            raise ProtocolError(f"{what} after goodbye")
        if not self._open:
            raise ProtocolError(f"{what} before hello: the first message of a stream is hello")
