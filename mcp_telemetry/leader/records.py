"""What the leader writes to its journal.

A record, integers little endian
    1 B  kind: H hello, B batch, G goodbye, C checkpoint
    8 B  when it was received, nanoseconds since 1970 by the leader's clock
    of a batch what it did, as in `Effect`: first_sequence 8 B, cursor 8 B, stored 4 B, gap 8 B, dropped 8 B,
    duplicates 4 B, rejected 4 B, late 4 B, newest_ns 8 B
    2 B  length of the node_id, 2 B length of the instance_id (both 0 in a checkpoint)
    node_id, instance_id
    body: the Hello or Batch as received (protobuf) but without rejected snapshots, nothing, or the checkpoint (JSON)

So a start needs the heads alone to know the fleet again; what is in the batches can go to files later. Decoding a batch
again gives the same rows: what was rejected is rejected again.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import NamedTuple

from mcp_telemetry.errors import CorruptionError

__all__ = ["HEAD_FIELDS", "Effect", "Kind", "Record", "decode", "encode", "split_batch"]

_HEAD = struct.Struct("<Bq")
_EFFECT = struct.Struct("<qqIQQIIIq")
_LENGTHS = struct.Struct("<HH")
_BATCH_HEAD_BYTES = _HEAD.size + _EFFECT.size


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


# The head of a batch's record as numpy may read many of them: name and type.
HEAD_FIELDS = [
    ("kind", "u1"),
    ("received_ns", "<i8"),
    *zip(Effect._fields, ("<i8", "<i8", "<u4", "<u8", "<u8", "<u4", "<u4", "<u4", "<i8"), strict=True),
]


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
    lengths = _LENGTHS.pack(len(node_id), len(instance_id))
    return b"".join((_HEAD.pack(kind, received_ns), did, lengths, node_id, instance_id, body))


def decode(data: bytes) -> Record:
    """Take a record apart; CorruptionError if no version of this program can have written it."""
    try:
        kind, received_ns = _HEAD.unpack_from(data)
        at, effect = _HEAD.size, None
        if kind == Kind.BATCH:
            effect = Effect._make(_EFFECT.unpack_from(data, at))
            at += _EFFECT.size
        node_id, instance_id, body = _names(data, at)
        return Record(_KINDS[kind], received_ns, node_id, instance_id, effect, data, body)
    except (struct.error, ValueError, KeyError) as error:
        raise CorruptionError(f"a journal record cannot be read: {error!r}") from None


def split_batch(data: bytes) -> tuple[bytes, bytes] | None:
    """Of a batch's record the head up to the effect, and the names; None for other kinds, and for what is too short.

    The names are those of one node and instance where the bytes are equal: to take each apart would take as long as all
    else that a start does.
    """
    if data[:1] != b"B" or len(data) < _BATCH_HEAD_BYTES + _LENGTHS.size:
        return None
    node_length, instance_length = _LENGTHS.unpack_from(data, _BATCH_HEAD_BYTES)
    end = _BATCH_HEAD_BYTES + _LENGTHS.size + node_length + instance_length
    return data[:_BATCH_HEAD_BYTES], data[_BATCH_HEAD_BYTES:end]


def _names(data: bytes, at: int) -> tuple[str, str, int]:
    node_length, instance_length = _LENGTHS.unpack_from(data, at)
    at += _LENGTHS.size
    middle, end = at + node_length, at + node_length + instance_length
    if end > len(data) or (data[0] != Kind.CHECKPOINT and not node_length):
        raise ValueError(f"{len(data)} bytes have no room for names of {node_length} and {instance_length}")
    return data[at:middle].decode(), data[middle:end].decode(), end
