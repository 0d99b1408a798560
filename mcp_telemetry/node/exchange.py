"""What the leader's messages mean to the outbox, and what to send next: one stream without its I/O."""

from __future__ import annotations

import logging

from mcp_telemetry.node import messages
from mcp_telemetry.node.outbox import MAX_SNAPSHOT_BYTES, Outbox
from mcp_telemetry.protocol import Acked, Drained, NodeSession, Paced, Welcomed
from mcp_telemetry.v1.metrics_pb2 import LeaderMessage, Rejection

__all__ = ["MAX_BATCH_SNAPSHOTS", "Exchange"]

logger = logging.getLogger(__name__)

MAX_BATCH_SNAPSHOTS = 500
_MAX_BATCH_BYTES = MAX_SNAPSHOT_BYTES


class Exchange:
    """Takes batches from the outbox, up to what was reported and within the leader's window.

    is_welcome: the leader has answered hello
    is_proven:  it has acknowledged something
    last_batch: first sequence and number of snapshots of the last batch
    """

    def __init__(self, outbox: Outbox, batch_snapshots: int = MAX_BATCH_SNAPSHOTS) -> None:
        """`batch_snapshots` is the most in a batch. If it is less than usual, each batch waits for the one before to be
        acknowledged, so that it is known which one the leader could not take.
        """
        self.is_welcome = False
        self.is_proven = False
        self.last_batch = (0, 0)
        self.batch_snapshots = batch_snapshots
        self._outbox = outbox
        self._session = NodeSession(outbox.oldest, outbox.next)
        self._expected = 0  # the sequence that would follow what the leader has
        self._reported = 0  # everything before this may go out
        self._ack_at = 0  # ask for an ack with the batch that ends before this
        self._rejected: set[int] = set()  # reasons that were logged

    @property
    def is_careful(self) -> bool:
        """Whether one batch at a time goes out."""
        return self.batch_snapshots < MAX_BATCH_SNAPSHOTS

    @property
    def is_settled(self) -> bool:
        """Whether everything the outbox ever held is acknowledged."""
        return self._outbox.oldest == self._outbox.next

    def receive(self, message: LeaderMessage) -> Welcomed | Acked | Paced | Drained | None:
        """Do to the outbox what the message says, and return it. ProtocolError, OutboxBehindError as NodeSession."""
        received = self._session.receive(message)
        if isinstance(received, Welcomed):
            self._welcomed(received)
        elif isinstance(received, Acked):
            self._acked(received)
        return received

    def report(self, until: int) -> None:
        """Everything before the sequence `until` may go out now."""
        self._reported = max(self._reported, until)

    def next_batch(self) -> bytes | None:
        """The next message to send; None if there is nothing to send, or no room for it in the window."""
        if self.is_careful and self._session.in_flight:
            return None
        while wanted := self._session.sendable(min(self._reported, self._outbox.next)):
            stop = min(wanted.stop, wanted.start + self.batch_snapshots)
            first, records = self._outbox.read(wanted.start, stop, _MAX_BATCH_BYTES)
            self._session.gave_up(first - 1)
            if records:
                return self._batch(first, records)
        return None

    def last_request(self) -> bytes:
        """Let everything go out, and ask to be told as soon as it is durable."""
        self._reported = self._ack_at = self._outbox.next
        return messages.batch(self._outbox.next, [], ack_now=True)

    def _batch(self, first: int, records: list[bytes]) -> bytes:
        until = first + len(records)
        self._session.sent(until - 1)
        dropped, self._expected = max(0, first - self._expected), until
        self.last_batch = (first, len(records))
        return messages.batch(first, records, dropped, self.is_careful or until == self._ack_at)

    def _welcomed(self, welcomed: Welcomed) -> None:
        self.is_welcome = True
        self._outbox.acknowledge(welcomed.resume_sequence - 1)
        self._expected = self._outbox.acked + 1
        self._ack_at = self._outbox.next

    def _acked(self, acked: Acked) -> None:
        self.is_proven = True
        self._outbox.acknowledge(acked.durable_sequence)
        for rejection in acked.rejections:
            # Once: what is bad in one snapshot is bad in each.
            level = logging.DEBUG if rejection.reason in self._rejected else logging.WARNING
            self._rejected.add(rejection.reason)
            reason = Rejection.Reason.Name(rejection.reason)
            logger.log(level, "the leader rejected snapshot %d, %s: %s", rejection.sequence, reason, rejection.detail)
