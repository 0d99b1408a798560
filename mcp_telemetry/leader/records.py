"""What the leader writes to its journal.

A record, integers little endian
    1 B  kind: H hello, B batch, G goodbye, C checkpoint
    8 B  when it was received, nanoseconds since 1970 by the leader's clock
    2 B  length of the node_id, 2 B length of the instance_id (both 0 in a checkpoint)
    node_id, instance_id
    body: the Hello or Batch as received (protobuf) but without rejected snapshots, nothing, or the checkpoint (JSON)

Replaying the records through the same code that took them gives the same state: what was rejected is rejected again.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import NamedTuple

from mcp_telemetry.errors import CorruptionError

__all__ = ["Kind", "Record", "decode", "encode"]

_HEAD = struct.Struct("<BqHH")


class Kind(IntEnum):
    """What a record holds."""

    HELLO = ord("H")
    BATCH = ord("B")
    GOODBYE = ord("G")
    CHECKPOINT = ord("C")


class Record(NamedTuple):
    """One record, taken apart. The body is `data[body:]`."""

    kind: Kind
    received_ns: int
    node_id: str
    instance_id: str
    data: bytes
    body: int


def encode(kind: Kind, received_ns: int, node_id: bytes, instance_id: bytes, body: bytes) -> bytes:
    """The record's bytes."""
    return b"".join((_HEAD.pack(kind, received_ns, len(node_id), len(instance_id)), node_id, instance_id, body))


def decode(data: bytes) -> Record:
    """Take a record apart; CorruptionError if no version of this program can have written it."""
    try:
        kind, received_ns, node_length, instance_length = _HEAD.unpack_from(data)
        instance_at = _HEAD.size + node_length
        body = instance_at + instance_length
        node_id = data[_HEAD.size : instance_at].decode()
        return Record(Kind(kind), received_ns, node_id, data[instance_at:body].decode(), data, body)
    except (struct.error, ValueError) as error:
        raise CorruptionError(f"a journal record cannot be read: {error}") from None
