"""Batches of one node to chunks of numbers: the good rows as matrices, the bad ones as rejections."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.leader.decoding.batch import BatchBytes, Run
from mcp_telemetry.leader.decoding.checks import bad_rows
from mcp_telemetry.leader.decoding.layout import Layout, Layouts, canonical, whole_numbers
from mcp_telemetry.leader.decoding.walk import BadNameError, NotCanonicalError, TooManyColumnsError
from mcp_telemetry.leader.decoding.wire import MalformedError
from mcp_telemetry.model.columns import Column
from mcp_telemetry.v1.metrics_pb2 import Rejection

__all__ = ["Chunk", "Decoded", "Decoder"]

# From so many snapshots of one length on, numpy's price per call is less than struct's per snapshot.
_MANY = 16
_REASONS: dict[type[Exception], Rejection.Reason] = {
    MalformedError: Rejection.MALFORMED,
    BadNameError: Rejection.BAD_NAME,
    TooManyColumnsError: Rejection.TOO_MANY_COLUMNS,
}


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """n good snapshots with the same columns: times and sequences int64[n], values float64[n, columns]."""

    columns: tuple[Column, ...]
    times_ns: NDArray[np.int64]
    sequences: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(slots=True)
class Decoded:
    """What came out of a batch."""

    chunks: list[Chunk] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)

    def reject(self, sequence: int, reason: Rejection.Reason, detail: str) -> None:
        """Note a snapshot that will not be stored."""
        self.rejections.append(Rejection(sequence=sequence, reason=reason, detail=detail))


class Decoder:
    """Decodes the batches of one stream; remembers the layout of its newest snapshot."""

    def __init__(self, layouts: Layouts, node_id: str, instance_id: str) -> None:
        self._layouts = layouts
        self._node_id = node_id
        self._instance_id = instance_id
        self._layout: Layout | None = None

    def decode(self, batch: BatchBytes, skip: int, received_ns: int) -> Decoded:
        """All but the first `skip` snapshots; `received_ns` is the leader's clock, which bounds their times."""
        decoded = Decoded()
        sequence = batch.first_sequence
        for run in batch.runs:
            skipped = min(skip, run.n)
            skip -= skipped
            self._run(batch.data, run.after(skipped) if skipped else run, sequence + skipped, received_ns, decoded)
            sequence += run.n
        return decoded

    def _run(self, data: bytes, run: Run, sequence: int, received_ns: int, decoded: Decoded) -> None:
        while run.n:
            taken = 0
            if self._layout is not None and self._layout.length == run.length:
                take = _take_many if run.n >= _MANY else _take_few
                taken = take(self._layout, data, run, sequence, received_ns, decoded)
            if not taken:
                taken = self._adopt(data[run.start : run.start + run.length], sequence, received_ns, decoded)
            run = run.after(taken)
            sequence += taken

    def _adopt(self, snapshot: bytes, sequence: int, received_ns: int, decoded: Decoded) -> int:
        """Take on the layout of a snapshot that differs; how many snapshots are dealt with by that: 0, or this one."""
        try:
            self._layout = self._owned(self._layouts.find(snapshot))
        except NotCanonicalError:
            self._rewritten(canonical(snapshot), sequence, received_ns, decoded)
            return 1
        except (MalformedError, BadNameError, TooManyColumnsError) as error:
            decoded.reject(sequence, _REASONS[type(error)], str(error))
            return 1
        return 0

    def _rewritten(self, snapshot: bytes, sequence: int, received_ns: int, decoded: Decoded) -> None:
        try:
            layout = self._owned(self._layouts.find(snapshot))
        except NotCanonicalError:
            decoded.reject(sequence, Rejection.MALFORMED, "a custom metric appears with two values")
        except (MalformedError, BadNameError, TooManyColumnsError) as error:
            decoded.reject(sequence, _REASONS[type(error)], str(error))
        else:
            _take_few(layout, snapshot, Run(0, 1, len(snapshot), len(snapshot)), sequence, received_ns, decoded)

    def _owned(self, layout: Layout) -> Layout:
        if layout.node_id not in ("", self._node_id) or layout.instance_id not in ("", self._instance_id):
            raise MalformedError(f"a snapshot of {layout.node_id[:128]!r} in the stream of {self._node_id!r}")
        return layout


def _take_few(layout: Layout, data: bytes, run: Run, first: int, received_ns: int, decoded: Decoded) -> int:
    """Decode the snapshots at the head of the run that have this layout, one by one; returns how many they are."""
    snapshots = []
    at = run.start
    for _ in range(run.n):
        snapshot = data[at : at + run.length]
        if not layout.matches(snapshot):
            break
        snapshots.append(snapshot)
        at += run.stride
    if snapshots:
        values = np.array([layout.unpack.unpack(snapshot) for snapshot in snapshots], np.float64)
        times = _each(snapshots, layout.time)
        _take(layout, times, _each(snapshots, layout.sequence), values, first, received_ns, decoded)
    return len(snapshots)


def _each(snapshots: list[bytes], at: int) -> NDArray[np.int64]:
    """int64[n], the eight bytes at `at` of each snapshot."""
    joined = b"".join([snapshot[at : at + 8] for snapshot in snapshots]) if at >= 0 else bytes(8 * len(snapshots))
    return np.frombuffer(joined, np.int64)


def _take_many(layout: Layout, data: bytes, run: Run, first: int, received_ns: int, decoded: Decoded) -> int:
    """The same for many at once, without a step per snapshot."""
    head = run.stride - run.length
    records = np.frombuffer(data, np.uint8, run.n * run.stride, run.start - head).reshape(run.n, run.stride)
    snapshots = records[:, head:]
    snapshots = snapshots[: layout.matching(snapshots)]
    if len(snapshots):
        times = whole_numbers(snapshots, layout.time)
        sequences = whole_numbers(snapshots, layout.sequence)
        _take(layout, times, sequences, layout.values(snapshots), first, received_ns, decoded)
    return len(snapshots)


def _take(
    layout: Layout,
    times_ns: NDArray[np.int64],
    sent: NDArray[np.int64],
    values: NDArray[np.float64],
    first: int,
    received_ns: int,
    decoded: Decoded,
) -> None:
    sequences = np.arange(first, first + len(times_ns), dtype=np.int64)
    bad = bad_rows(layout, times_ns, values, sent, sequences, received_ns)
    for row, (reason, detail) in sorted(bad.items()):
        decoded.reject(first + row, reason, detail)
    if not bad:
        decoded.chunks.append(Chunk(layout.columns, times_ns, sequences, values))
    elif len(bad) < len(times_ns):
        rows = list(bad)
        kept = (np.delete(times_ns, rows), np.delete(sequences, rows), np.delete(values, rows, axis=0))
        decoded.chunks.append(Chunk(layout.columns, *kept))
