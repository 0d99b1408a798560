"""A batch as it came from the wire: its header, and where its snapshots stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from mcp_telemetry.leader.decoding.wire import FIXED64, LENGTH, VARINT, MalformedError, fields, read_varint

__all__ = ["BatchBytes", "Run", "parse_batch"]

_FIRST_SEQUENCE, _SNAPSHOTS, _DROPPED, _SENT, _ACK_NOW = 1, 2, 3, 4, 5
_SNAPSHOTS_TAG = _SNAPSHOTS << 3 | LENGTH


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
    """A Batch whose snapshots are still bytes of `data`."""

    data: bytes
    first_sequence: int = 0
    dropped: int = 0
    sent_unix_nano: int = 0
    ack_now: bool = False
    runs: list[Run] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many snapshots there are."""
        return sum(run.n for run in self.runs)


def parse_batch(data: bytes, start: int, end: int) -> BatchBytes:
    """Split the serialized Batch in `data[start:end]`; MalformedError where the bytes make no sense."""
    batch = BatchBytes(data)
    at = start
    while at < end:
        if data[at] == _SNAPSHOTS_TAG:
            run = _run(data, at, end)
            batch.runs.append(run)
            at = run.start + (run.n - 1) * run.stride + run.length
        else:
            at = _header(data, at, end, batch)
    return batch


def _run(data: bytes, at: int, end: int) -> Run:
    """The snapshot at `at` and all that follow it directly with the same length."""
    length, start = read_varint(data, at + 1, end)
    stride = start - at + length
    if at + stride > end:
        raise MalformedError("a snapshot is longer than its batch")
    head = data[at:start]
    # A record begins where the one before ends, so an equal head there is the next record, not chance.
    count = 1
    following = at + stride
    while following + stride <= end and data.startswith(head, following):
        count += 1
        following += stride
    return Run(start, count, stride, length)


def _header(data: bytes, at: int, end: int, batch: BatchBytes) -> int:
    item = next(fields(data, at, end))
    if item.number == _FIRST_SEQUENCE and item.wire_type == VARINT:
        batch.first_sequence = item.value
    elif item.number == _DROPPED and item.wire_type == VARINT:
        batch.dropped = item.value
    elif item.number == _ACK_NOW and item.wire_type == VARINT:
        batch.ack_now = bool(item.value)
    elif item.number == _SENT and item.wire_type == FIXED64:
        batch.sent_unix_nano = int.from_bytes(data[item.start : item.end], "little")
    return item.end
