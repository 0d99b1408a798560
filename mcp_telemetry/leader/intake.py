"""What a record does to the fleet: the one path that live records and those of a journal both take."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from mcp_telemetry.leader.decoding.batch import BatchBytes
from mcp_telemetry.leader.decoding.decoder import Decoded, Decoder
from mcp_telemetry.leader.fleet import Fleet, Node, State
from mcp_telemetry.leader.records import Effect, Kind, Record
from mcp_telemetry.protocol import Admission, admit, first_cursor
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = [
    "Taken",
    "apply_batch",
    "apply_earlier_batches",
    "apply_goodbye",
    "apply_hello",
    "apply_record",
    "effect_of",
    "journaled",
    "take",
]

_LATE_NS = 60 * 10**9
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
    """The batch as the journal keeps it: an empty snapshot, which is always rejected, in place of each rejected one.

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


def effect_of(taken: Taken, received_ns: int) -> Effect:
    """What the batch will have done when it is durable."""
    stored = late = newest_ns = 0
    for _, times_ns, _, _ in taken.decoded.chunks:
        stored += len(times_ns)
        newest_ns = max(newest_ns, int(np.maximum.reduce(times_ns)))
        if received_ns - int(np.minimum.reduce(times_ns)) > _LATE_NS:
            late += int(np.count_nonzero(times_ns < received_ns - _LATE_NS))
    return Effect(
        first_sequence=taken.batch.first_sequence,
        cursor=taken.admission.cursor,
        stored=stored,
        gap=taken.admission.gap,
        dropped=taken.admission.dropped,
        duplicates=taken.admission.skip,
        rejected=len(taken.decoded.rejections),
        late=late,
        newest_ns=newest_ns,
    )


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


def apply_batch(fleet: Fleet, node: Node, instance_id: str, taken: Taken, effect: Effect, received_ns: int) -> None:
    """The batch is durable: its rows go to the ring, its losses to the counts."""
    for chunk in taken.decoded.chunks:
        node.ring.append(chunk.columns, chunk.times_ns, chunk.sequences, chunk.values, instance_id)
    for came in node.waiting:
        came.set()
    _apply_effect(fleet, node, instance_id, effect, received_ns)


def _apply_effect(fleet: Fleet, node: Node, instance_id: str, effect: Effect, received_ns: int) -> None:
    counts = node.counts
    counts.stored += effect.stored
    counts.late += effect.late
    if effect.gap or effect.dropped or effect.duplicates or effect.rejected:
        counts.gaps += effect.gap
        counts.dropped += effect.dropped
        counts.duplicates += effect.duplicates
        counts.rejected += effect.rejected
        fleet.changed(node)
    node.fresh.discard(instance_id)
    node.durable[instance_id] = max(node.durable.get(instance_id, 0), effect.cursor)
    node.last_seen_ns = max(node.last_seen_ns, received_ns)


def apply_goodbye(fleet: Fleet, node: Node, received_ns: int) -> None:
    """The node left on purpose."""
    fleet.enter(node, State.LEFT, received_ns)


def apply_record(fleet: Fleet, record: Record) -> None:
    """Do again what this record of a journal did; a batch's is left to `apply_earlier_batches`."""
    if record.kind is Kind.CHECKPOINT:
        # It says what the records before it have done: they may be gone, dropped once their rows were in files.
        fleet.load(json.loads(record.data[record.body :]))
        return
    node = fleet.recall(record.node_id, record.received_ns)
    if record.kind is Kind.HELLO:
        _introduce(fleet, node, pb.Hello.FromString(record.data[record.body :]), record.received_ns)
    elif record.kind is Kind.GOODBYE:
        apply_goodbye(fleet, node, record.received_ns)


def apply_earlier_batches(
    fleet: Fleet, node_id: str, instance_id: str, effect: Effect, first_ns: int, last_ns: int
) -> None:
    """Batches of a journal did this together, received from the first to the last time; their rows are in no ring."""
    node = fleet.recall(node_id, first_ns)
    if instance_id not in node.durable:  # its hello was lost with damaged bytes
        node.remember(instance_id, max(0, effect.first_sequence - 1))
    _apply_effect(fleet, node, instance_id, effect, last_ns)
    node.taken[instance_id] = node.durable[instance_id]
    node.ring.follow(effect.newest_ns)
