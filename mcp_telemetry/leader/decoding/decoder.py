"""Batches of one node to chunks of numbers: the good rows as matrices, the bad ones as rejections."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.leader.decoding.batch import BatchBytes, Run
from mcp_telemetry.leader.decoding.checks import bad_rows
from mcp_telemetry.leader.decoding.found import BadNameError, TooManyColumnsError
from mcp_telemetry.leader.decoding.layout import Bytes, Layout, Numbers
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.leader.decoding.walk import MissingTimeError
from mcp_telemetry.leader.decoding.wire import MalformedError
from mcp_telemetry.model.columns import Column
from mcp_telemetry.v1.metrics_pb2 import Rejection

__all__ = ["Chunk", "Decoded", "Decoder"]

# To read a layout costs some 50 times as much as to recognize it. What batches of this size may cost is not noticed.
MAX_CHANGING_BYTES = 1 << 20
_LEAST_FOR_ONE, _MOST_FOR_ONE = 512, MAX_CHANGING_BYTES // 8
# So many rejections of a batch say what is wrong; the others only why, or an ack could outgrow a message.
MAX_DETAILS = 100
_CHANGING = f"the columns change from snapshot to snapshot: send at most {MAX_CHANGING_BYTES} bytes of such in a batch"
_U8 = np.dtype("u1")
_I64 = np.dtype("i8")
_REASONS: dict[type[Exception], Rejection.Reason] = {
    MalformedError: Rejection.MALFORMED,
    BadNameError: Rejection.BAD_NAME,
    TooManyColumnsError: Rejection.TOO_MANY_COLUMNS,
    MissingTimeError: Rejection.TIME_OUT_OF_RANGE,
}


class Chunk(NamedTuple):
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

    def add(self, layout: Layout, numbers: Numbers, first: int, received_ns: int) -> None:
        """Take in the snapshots from the sequence `first` on that these numbers are of, and reject the bad ones."""
        times_ns, values = numbers.times_ns, numbers.values
        sequences = np.arange(first, first + len(times_ns), dtype=_I64)
        bad = bad_rows(layout, numbers, sequences, received_ns)
        if bad:
            for row, (reason, detail) in bad.items():
                self.reject(first + row, reason, detail)
            good = np.ones(len(times_ns), np.bool_)
            good[list(bad)] = False
            times_ns, sequences, values = times_ns[good], sequences[good], values[good]
        if len(times_ns):
            self.chunks.append(Chunk(layout.columns, times_ns, sequences, values))

    def reject(self, sequence: int, reason: Rejection.Reason, detail: str) -> None:
        """Note a snapshot that will not be stored."""
        shown = detail if len(self.rejections) < MAX_DETAILS else ""
        self.rejections.append(Rejection(sequence=sequence, reason=reason, detail=shown))


class Decoder:
    """Decodes the batches of one stream; remembers the layout of its newest snapshot."""

    def __init__(self, layouts: Layouts, node_id: str, instance_id: str) -> None:
        self._layouts = layouts
        self._node_id = node_id
        self._instance_id = instance_id
        self._layout: Layout | None = None
        self._may_change_bytes = 0
        self._is_first = True  # nothing of this batch is taken yet

    def decode(self, batch: BatchBytes, skip: int, received_ns: int) -> Decoded:
        """All but the first `skip` snapshots; `received_ns` is the leader's clock, which bounds their times.

        What is taken once is taken again, whatever came before, with empty snapshots in place of the rejected ones: a
        replay of the journal relies on it.
        """
        decoded = Decoded()
        self._may_change_bytes = MAX_CHANGING_BYTES
        self._is_first = True
        sequence = batch.first_sequence
        for run in batch.runs:
            skipped = min(skip, run.n)
            skip -= skipped
            self._run(batch.data, run.after(skipped) if skipped else run, sequence + skipped, received_ns, decoded)
            sequence += run.n
        return decoded

    def _run(self, data: bytes, run: Run, sequence: int, received_ns: int, decoded: Decoded) -> None:
        while run.n:
            taken = self._take(data, run, sequence, received_ns, decoded)
            if not taken and self._adopt(data[run.start : run.start + run.length], sequence, decoded):
                taken = self._take(data, run, sequence, received_ns, decoded)
            taken = taken or 1  # rejected
            run = run.after(taken)
            sequence += taken

    def _take(self, data: bytes, run: Run, sequence: int, received_ns: int, decoded: Decoded) -> int:
        """Decode the snapshots that have the layout of the newest, up to the first that has not; how many they are."""
        layout = self._layout
        if layout is None or layout.length != run.length:
            return 0
        snapshots: Bytes = np.ndarray((run.n, run.length), _U8, data, run.start, (run.stride, 1))
        taken = layout.matching(snapshots)
        if taken:
            self._is_first = False
            decoded.add(layout, layout.numbers(snapshots[:taken]), sequence, received_ns)
        return taken

    def _adopt(self, snapshot: bytes, sequence: int, decoded: Decoded) -> bool:
        """Expect more like this snapshot, whose layout is not that of the one before; False if it is rejected."""
        if self._may_change_bytes <= 0:
            decoded.reject(sequence, Rejection.TOO_MANY_COLUMNS, _CHANGING)
            return False
        try:
            layout = self._layouts.find(snapshot)
            self._check_owner(layout)
        except tuple(_REASONS) as error:
            self._may_change_bytes -= _price(snapshot)
            decoded.reject(sequence, _REASONS[type(error)], str(error))
            return False
        # The first is free, because it may be like the last of the batch before, or not.
        if not self._is_first:
            self._may_change_bytes -= _price(snapshot)
        self._layout = layout
        return True

    def _check_owner(self, layout: Layout) -> None:
        if layout.node_id not in ("", self._node_id):
            raise MalformedError(f"a snapshot of {layout.node_id[:128]!r} in the stream of {self._node_id!r}")
        if layout.instance_id not in ("", self._instance_id):
            raise MalformedError(
                f"a snapshot of instance {layout.instance_id[:128]!r} in that of {self._instance_id!r}"
            )


def _price(snapshot: bytes) -> int:
    """A small snapshot has its price as well, and the fields of a large one are bounded."""
    return min(max(len(snapshot), _LEAST_FOR_ONE), _MOST_FOR_ONE) if snapshot else 0
