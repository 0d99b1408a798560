"""Journaled batches of one node back to rows: many batches in one step where their snapshots are alike."""

from __future__ import annotations

import logging

import numpy as np

from mcp_telemetry.leader.decoding.batch import parse_batch
from mcp_telemetry.leader.decoding.decoder import Chunk, Decoder
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.leader.records import Record
from mcp_telemetry.series.merge import concatenate
from mcp_telemetry.series.rows import Rows

__all__ = ["Rereader"]

log = logging.getLogger(__name__)

_ROW_BYTES = 20  # besides its values


class Rereader:
    """Collects the rows of a node's records. `nbytes`: memory of those not yet taken."""

    def __init__(self, layouts: Layouts) -> None:
        self._layouts = layouts
        self._decoders: dict[str, Decoder] = {}
        self._groups: list[tuple[str, list[Chunk]]] = []
        self.nbytes = 0

    def add(self, record: Record) -> None:
        """The rows of this batch too."""
        assert record.effect is not None  # noqa: S101 - a batch has one
        batch = parse_batch(record.data, record.body, len(record.data))
        decoder = self._decoders.get(record.instance_id)
        if decoder is None:
            decoder = self._decoders[record.instance_id] = Decoder(self._layouts, record.node_id, record.instance_id)
        decoded = decoder.decode(batch, record.effect.duplicates, record.received_ns)
        for chunk in decoded.chunks:
            self._collect(record.instance_id, chunk)

    def take(self) -> Rows:
        """The rows collected since the last time."""
        groups, self._groups, self.nbytes = self._groups, [], 0
        return concatenate([_rows(instance_id, chunks) for instance_id, chunks in groups])

    def _collect(self, instance_id: str, chunk: Chunk) -> None:
        self.nbytes += chunk.values.nbytes + _ROW_BYTES * len(chunk.times_ns)
        if self._groups:
            last, chunks = self._groups[-1]
            if last == instance_id and chunks[-1].columns == chunk.columns:
                chunks.append(chunk)
                return
        self._groups.append((instance_id, [chunk]))


def _rows(instance_id: str, chunks: list[Chunk]) -> Rows:
    times = np.concatenate([chunk.times_ns for chunk in chunks])
    return Rows(
        chunks[0].columns,
        times,
        np.concatenate([chunk.sequences for chunk in chunks]),
        np.zeros(len(times), np.int32),
        (instance_id,),
        np.concatenate([chunk.values for chunk in chunks]),
    )
