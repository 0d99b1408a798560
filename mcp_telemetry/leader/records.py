"""What the leader writes to its journal.

A record, integers little endian
    1 B  kind: H hello, B batch, G goodbye, C checkpoint
    8 B  when it was received, nanoseconds since 1970 by the leader's clock
    2 B  length of the node_id, 2 B length of the instance_id (both 0 in a checkpoint)
    node_id, instance_id
    of a batch what it did, as in `Effect`: first_sequence 8 B, cursor 8 B, stored 4 B, gap 8 B, dropped 8 B,
    duplicates 4 B, rejected 4 B, late 4 B, newest_ns 8 B
    body: the Hello or Batch as received (protobuf) but without rejected snapshots, nothing, or the checkpoint (JSON)

So a start needs the heads alone to know the fleet again; what is in the batches can go to files later. Decoding a batch
again gives the same rows: what was rejected is rejected again.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import NamedTuple

from mcp_telemetry.errors import CorruptionError

__all__ = ["Effect", "Kind", "Record", "decode", "encode"]

_HEAD = struct.Struct("<BqHH")
_EFFECT = struct.Struct("<qqIQQIIIq")


class Kind(IntEnum):
    """What a record holds."""

    HELLO = ord("H")
    BATCH = ord("B")
    GOODBYE = ord("G")
    CHECKPOINT = ord("C")


_KINDS = {kind.value: kind for kind in Kind}


class Effect(NamedTuple):
    """What a batch did to its node: the cursor it left, what it added to each count, and its newest row.

    newest_ns: the latest time of the rows stored; 0 if there are none
    """

    first_sequence: int
    cursor: int
    stored: int
    gap: int
    dropped: int
    duplicates: int
    rejected: int
    late: int
    newest_ns: int


class Record(NamedTuple):
    """One record, taken apart. The body is `data[body:]`; only a batch has an effect."""

    kind: Kind
    received_ns: int
    node_id: str
    instance_id: str
    effect: Effect | None
    data: bytes
    body: int


def encode(
    kind: Kind, received_ns: int, node_id: bytes, instance_id: bytes, body: bytes, effect: Effect | None = None
) -> bytes:
    """The record's bytes."""
    did = b"" if effect is None else _EFFECT.pack(*effect)
    return b"".join((_HEAD.pack(kind, received_ns, len(node_id), len(instance_id)), node_id, instance_id, did, body))


def decode(data: bytes) -> Record:
    """Take a record apart; CorruptionError if no version of this program can have written it."""
    try:
        kind, received_ns, node_length, instance_length = _HEAD.unpack_from(data)
        instance_at = _HEAD.size + node_length
        body = instance_at + instance_length
        node_id, instance_id, effect = data[_HEAD.size : instance_at].decode(), data[instance_at:body].decode(), None
        if kind == Kind.BATCH:
            effect = Effect(*_EFFECT.unpack_from(data, body))
            body += _EFFECT.size
        return Record(_KINDS[kind], received_ns, node_id, instance_id, effect, data, body)
    except (struct.error, ValueError, KeyError) as error:
        raise CorruptionError(f"a journal record cannot be read: {error!r}") from None
