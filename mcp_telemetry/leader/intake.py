"""What a record does to the fleet: the one path that live records and replayed ones both take."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from mcp_telemetry.leader.decoding.batch import BatchBytes, parse_batch
from mcp_telemetry.leader.decoding.decoder import Decoded, Decoder
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.leader.fleet import Fleet, Node, State
from mcp_telemetry.leader.records import Kind, Record
from mcp_telemetry.protocol import Admission, admit, first_cursor
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Replay", "Taken", "apply_batch", "apply_goodbye", "apply_hello", "journaled", "take"]

_LATE_NS = 60 * 10**9
_ANY_COLUMNS = 1 << 20
_EMPTY_SNAPSHOT = pb.Batch(snapshots=[pb.MetricSnapshot()]).SerializeToString()


@dataclass(slots=True)
class Taken:
    """A batch that was understood, on its way to the disk."""

    batch: BatchBytes
    admission: Admission
    decoded: Decoded
    count: int


def take(batch: BatchBytes, node: Node, instance_id: str, decoder: Decoder, received_ns: int) -> Taken:
    """Hold a batch against the node's cursor and decode what is new in it; ProtocolError for impossible sequences."""
    count = batch.count
    cursor, is_first = node.taken[instance_id], node.is_first(instance_id)
    admission = admit(cursor, batch.first_sequence, count, batch.dropped, is_first)
    return Taken(batch, admission, decoder.decode(batch, admission.skip, received_ns), count)


def journaled(taken: Taken) -> bytes:
    """The batch as the journal keeps it: an empty snapshot, which a replay rejects, in place of each rejected one.

    So what was rejected takes no room, and is rejected again whatever the leader has forgotten meanwhile.
    """
    batch, rejected = taken.batch, {rejection.sequence for rejection in taken.decoded.rejections}
    head = pb.Batch(first_sequence=batch.first_sequence, dropped=batch.dropped, sent_unix_nano=batch.sent_unix_nano)
    parts, sequence = [head.SerializeToString()], batch.first_sequence
    for run in batch.runs:
        begin = run.start + run.length - run.stride
        for at in range(begin, begin + run.n * run.stride, run.stride):
            parts.append(_EMPTY_SNAPSHOT if sequence in rejected else batch.data[at : at + run.stride])
            sequence += 1
    return b"".join(parts)


def apply_hello(fleet: Fleet, hello: pb.Hello, received_ns: int) -> Node:
    """The node introduced itself; OverloadedError when the fleet is full."""
    node = fleet.join(hello.node_id, received_ns)
    _introduce(fleet, node, hello, received_ns)
    return node


def _introduce(fleet: Fleet, node: Node, hello: pb.Hello, received_ns: int) -> None:
    node.hello = hello
    node.remember(hello.instance_id, first_cursor(hello))
    node.last_seen_ns = received_ns
    if hello.time_unix_nano:
        node.clock_offset_ns = hello.time_unix_nano - received_ns
    fleet.enter(node, State.LIVE, received_ns)
    fleet.changed(node)


def apply_batch(fleet: Fleet, node: Node, instance_id: str, taken: Taken, received_ns: int) -> None:
    """The batch is durable: its rows go to the ring, its losses to the counts."""
    admission, counts = taken.admission, node.counts
    for chunk in taken.decoded.chunks:
        node.ring.append(chunk.columns, chunk.times_ns, chunk.sequences, chunk.values, instance_id)
        counts.stored += len(chunk.times_ns)
        if received_ns - int(np.minimum.reduce(chunk.times_ns)) > _LATE_NS:
            counts.late += int(np.count_nonzero(chunk.times_ns < received_ns - _LATE_NS))
    if admission.gap or admission.dropped or admission.skip or taken.decoded.rejections:
        counts.gaps += admission.gap
        counts.dropped += admission.dropped
        counts.duplicates += admission.skip
        counts.rejected += len(taken.decoded.rejections)
        fleet.changed(node)
    node.fresh.discard(instance_id)
    node.durable[instance_id] = max(node.durable.get(instance_id, 0), admission.cursor)
    node.last_seen_ns = max(node.last_seen_ns, received_ns)


def apply_goodbye(fleet: Fleet, node: Node, received_ns: int) -> None:
    """The node left on purpose."""
    fleet.enter(node, State.LEFT, received_ns)


class Replay:
    """Applies journal records to an empty fleet, oldest first."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        # What is in the journal was accepted, and acknowledged: a bound that was lowered since must not reject it.
        self._layouts = Layouts(_ANY_COLUMNS)
        self._decoders: dict[tuple[str, str], Decoder] = {}

    def apply(self, record: Record) -> None:
        """Do again what this record did."""
        if record.kind is Kind.CHECKPOINT:
            self._checkpoint(record)
        elif record.kind is Kind.HELLO:
            hello = pb.Hello.FromString(record.data[record.body :])
            _introduce(self._fleet, self._node(record), hello, record.received_ns)
        elif record.kind is Kind.BATCH:
            self._batch(record)
        else:
            apply_goodbye(self._fleet, self._node(record), record.received_ns)

    def _node(self, record: Record) -> Node:
        return self._fleet.recall(record.node_id, record.received_ns)

    def _checkpoint(self, record: Record) -> None:
        # It says what the records before it have done: they may be gone, dropped once their rows were in files.
        self._fleet.load(json.loads(record.data[record.body :]))

    def _batch(self, record: Record) -> None:
        key = (record.node_id, record.instance_id)
        node = self._node(record)
        decoder = self._decoders.get(key) or self._decoders.setdefault(key, Decoder(self._layouts, *key))
        batch = parse_batch(record.data, record.body, len(record.data))
        if record.instance_id not in node.durable:  # its hello was lost with a damaged segment
            node.remember(record.instance_id, max(0, batch.first_sequence - 1))
        taken = take(batch, node, record.instance_id, decoder, record.received_ns)
        apply_batch(self._fleet, node, record.instance_id, taken, record.received_ns)
        node.taken[record.instance_id] = node.durable[record.instance_id]
