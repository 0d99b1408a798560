"""A batch as it came from the wire: its header, and where its snapshots stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from mcp_telemetry.leader.decoding.wire import (
    FIXED64,
    LENGTH,
    MAX_FIELDS,
    VARINT,
    MalformedError,
    content,
    read_varint,
    tag_of,
)

__all__ = ["BatchBytes", "Run", "parse_batch"]

_FIRST_SEQUENCE = tag_of(1, VARINT)
_SNAPSHOTS = tag_of(2, LENGTH)
_DROPPED = tag_of(3, VARINT)
_SENT = tag_of(4, FIXED64)
_ACK_NOW = tag_of(5, VARINT)


class Run(NamedTuple):
    """`n` snapshots of `length` bytes each; the first starts at `start`, the others in steps of `stride`."""

    start: int
    n: int
    stride: int
    length: int

    def after(self, skipped: int) -> Run:
        """The same without its first `skipped` snapshots."""
        return Run(self.start + skipped * self.stride, self.n - skipped, self.stride, self.length)


@dataclass(slots=True)
class BatchBytes:
    """A Batch whose `count` snapshots are still bytes of `data`."""

    data: bytes
    first_sequence: int = 0
    dropped: int = 0
    sent_unix_nano: int = 0
    ack_now: bool = False
    count: int = 0
    runs: list[Run] = field(default_factory=list)


def parse_batch(data: bytes, start: int, end: int) -> BatchBytes:
    """Split the serialized Batch in `data[start:end]`; MalformedError where the bytes make no sense."""
    batch = BatchBytes(data)
    at = start
    for _ in range(MAX_FIELDS):
        if at >= end or batch.count > MAX_FIELDS:
            break
        tag = data[at]
        if tag == _SNAPSHOTS:
            at = _run(data, at, end, batch)
        elif tag == _FIRST_SEQUENCE:
            batch.first_sequence, at = read_varint(data, at + 1, end)
        else:
            at = _other(data, at, end, batch)
    if at < end:
        raise MalformedError(f"a batch of more than {MAX_FIELDS} snapshots and other fields")
    return batch


def _run(data: bytes, at: int, end: int, batch: BatchBytes) -> int:
    """The snapshot at `at` and all that follow it directly with the same length; returns where they end."""
    length, start = read_varint(data, at + 1, end)
    stride = start - at + length
    following = at + stride
    if following > end:
        raise MalformedError("a snapshot is longer than its batch")
    head = data[at:start]
    # A record begins where the one before ends, so an equal head there is the next record, not chance.
    count = 1
    while data.startswith(head, following) and following + stride <= end and count <= MAX_FIELDS:
        count += 1
        following += stride
    batch.runs.append(Run(start, count, stride, length))
    batch.count += count
    return following


def _other(data: bytes, at: int, end: int, batch: BatchBytes) -> int:
    """Any other field; returns where it ends. Of one that comes twice the later counts, as in protobuf."""
    tag, at = read_varint(data, at, end)
    start, stop = content(data, tag, at, end)
    if tag == _SENT:
        batch.sent_unix_nano = int.from_bytes(data[start:stop], "little")
    elif tag == _DROPPED:
        batch.dropped = read_varint(data, start, end)[0]
    elif tag == _ACK_NOW:
        batch.ack_now = read_varint(data, start, end)[0] != 0
    elif tag in (_SNAPSHOTS, _FIRST_SEQUENCE):
        raise MalformedError("a tag is longer than it need be")
    return stop
