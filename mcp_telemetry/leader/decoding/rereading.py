"""Journaled batches of one node back to rows: many batches in one step, where their snapshots are alike."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mcp_telemetry.leader.decoding.batch import BatchBytes, Run, parse_batch
from mcp_telemetry.leader.decoding.decoder import Chunk, Decoded, Decoder
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.leader.records import Record
from mcp_telemetry.series.merge import concatenate
from mcp_telemetry.series.rows import Rows

__all__ = ["Rereader"]

_ROW_BYTES = 20  # besides its values
_JOINT_BYTES = 1 << 20


@dataclass(slots=True)
class _Joint:
    """Batches of one instance that follow each other, with snapshots of one size: they decode as one batch."""

    instance_id: str
    stride: int
    length: int
    first: int
    count: int = 0
    nbytes: int = 0
    parts: list[bytes] = field(default_factory=list)
    batches: list[tuple[BatchBytes, Record]] = field(default_factory=list)

    def fits(self, instance_id: str, run: Run, first: int) -> bool:
        return (
            run.stride == self.stride
            and run.length == self.length
            and first == self.first + self.count
            and instance_id == self.instance_id
            and self.nbytes < _JOINT_BYTES
        )

    def add(self, run: Run, batch: BatchBytes, record: Record) -> None:
        head_bytes = self.stride - self.length
        self.parts.append(batch.data[run.start - head_bytes : run.start - head_bytes + run.n * run.stride])
        self.batches.append((batch, record))
        self.count += run.n
        self.nbytes += run.n * run.stride

    def batch(self) -> BatchBytes:
        run = Run(self.stride - self.length, self.count, self.stride, self.length)
        return BatchBytes(b"".join(self.parts), self.first, count=self.count, runs=[run])


class Rereader:
    """Collects the rows of a node's records, of those since the last `take`.

    nbytes: memory of the rows decoded so far
    """

    def __init__(self, layouts: Layouts) -> None:
        self._layouts = layouts
        self._decoders: dict[tuple[str, str], Decoder] = {}
        self._groups: list[tuple[str, list[Chunk]]] = []
        self._joint: _Joint | None = None
        self.nbytes = 0

    def add(self, record: Record) -> None:
        """The rows of this batch too; MalformedError if it is none."""
        assert record.effect is not None  # noqa: S101 - a batch has one
        batch, skip = parse_batch(record.data, record.body, len(record.data)), record.effect.duplicates
        if len(batch.runs) != 1 or record.effect.rejected or skip >= batch.count:
            self._finish_joint()
            self._collect(record.instance_id, self._decoded(batch, record))
            return
        run, first = batch.runs[0].after(skip), batch.first_sequence + skip
        if self._joint is None or not self._joint.fits(record.instance_id, run, first):
            self._finish_joint()
            self._joint = _Joint(record.instance_id, run.stride, run.length, first)
        self._joint.add(run, batch, record)

    def take(self) -> Rows:
        """The rows collected since the last time."""
        self._finish_joint()
        groups, self._groups, self.nbytes = self._groups, [], 0
        return concatenate([_rows(instance_id, chunks) for instance_id, chunks in groups])

    def _finish_joint(self) -> None:
        joint, self._joint = self._joint, None
        if joint is None:
            return
        _, newest = joint.batches[-1]
        decoded = self._decoder(newest).decode(joint.batch(), 0, newest.received_ns)
        if not decoded.rejections:
            self._collect(joint.instance_id, decoded)
            return
        # Each was accepted: what is bounded is how much one batch may change its columns.
        for batch, record in joint.batches:
            self._collect(joint.instance_id, self._decoded(batch, record))

    def _decoded(self, batch: BatchBytes, record: Record) -> Decoded:
        assert record.effect is not None  # noqa: S101 - a batch has one
        return self._decoder(record).decode(batch, record.effect.duplicates, record.received_ns)

    def _decoder(self, record: Record) -> Decoder:
        key = (record.node_id, record.instance_id)
        return self._decoders.get(key) or self._decoders.setdefault(key, Decoder(self._layouts, *key))

    def _collect(self, instance_id: str, decoded: Decoded) -> None:
        for chunk in decoded.chunks:
            self.nbytes += chunk.values.nbytes + _ROW_BYTES * len(chunk.times_ns)
            if self._groups:
                last, chunks = self._groups[-1]
                if last == instance_id and chunks[-1].columns == chunk.columns:
                    chunks.append(chunk)
                    continue
            self._groups.append((instance_id, [chunk]))


def _rows(instance_id: str, chunks: list[Chunk]) -> Rows:
    times_ns = np.concatenate([chunk.times_ns for chunk in chunks])
    return Rows(
        columns=chunks[0].columns,
        times_ns=times_ns,
        sequences=np.concatenate([chunk.sequences for chunk in chunks]),
        instances=np.zeros(len(times_ns), np.int32),
        instance_ids=(instance_id,),
        values=np.concatenate([chunk.values for chunk in chunks]),
    )
