"""Batches around snapshots that are encoded already."""

from __future__ import annotations

from mcp_telemetry._varint import varint
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["encode_batch"]

_BATCH_TAG = bytes([metrics_pb2.NodeMessage.BATCH_FIELD_NUMBER << 3 | 2])


def encode_batch(first_sequence: int, snapshots: bytes, sent_unix_nano: int, ack_now: bool) -> bytes:
    """A NodeMessage with one Batch; `snapshots` are the encoded entries of its repeated field, tags included."""
    head = metrics_pb2.Batch(first_sequence=first_sequence).SerializeToString()
    tail = metrics_pb2.Batch(sent_unix_nano=sent_unix_nano, ack_now=ack_now).SerializeToString()
    return b"".join((_BATCH_TAG, varint(len(head) + len(snapshots) + len(tail)), head, snapshots, tail))
