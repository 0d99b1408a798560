"""Knows the fleet again from the heads of a journal's records: batches of a node together, as what they did adds up."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np

from mcp_telemetry.journal import Position
from mcp_telemetry.leader.backfill import Backlog
from mcp_telemetry.leader.fleet import Fleet
from mcp_telemetry.leader.intake import apply_earlier_batches, apply_record
from mcp_telemetry.leader.records import HEAD_FIELDS, Effect, decode, split_batch

__all__ = ["Skim"]

_HEADS = np.dtype(HEAD_FIELDS)
_MOST_WAITING_BYTES = 16 << 20
_RUN_BYTES = 500


@dataclass(slots=True)
class _Run:
    """Batches of one instance of a node that have not been applied: their heads, and where the node's batches are."""

    node_id: str
    instance_id: str
    heads: bytearray
    places: array[int]


class Skim:
    """Takes the records of a journal, oldest first, and does again what they did, except for their rows."""

    def __init__(self, fleet: Fleet, backlog: Backlog, most_waiting_bytes: int = _MOST_WAITING_BYTES) -> None:
        self._fleet = fleet
        self._backlog = backlog
        self._most_waiting_bytes = most_waiting_bytes
        self._waiting_bytes = 0
        self._runs: dict[bytes, _Run] = {}
        self._of_node: dict[str, list[bytes]] = {}

    def add(self, position: Position, data: bytes) -> None:
        """The next record; CorruptionError, ValueError, TypeError or KeyError if it makes no sense."""
        batch = split_batch(data)
        if batch is None:
            self._add_other(data)
            return
        head, names = batch
        run = self._runs.get(names) or self._begin(names, data)
        run.heads += head
        run.places.append(self._backlog.place(position))
        self._waiting_bytes += len(head)
        if self._waiting_bytes > self._most_waiting_bytes:
            self.finish()

    def finish(self) -> None:
        """Apply all that waits."""
        for run in self._runs.values():
            self._apply(run)
        self._runs.clear()
        self._of_node.clear()
        self._waiting_bytes = 0

    def _add_other(self, data: bytes) -> None:
        record = decode(data)
        if record.node_id:
            for names in self._of_node.pop(record.node_id, ()):
                self._apply(self._runs.pop(names))
        else:
            self.finish()
        apply_record(self._fleet, record)

    def _begin(self, names: bytes, data: bytes) -> _Run:
        record = decode(data)
        run = _Run(record.node_id, record.instance_id, bytearray(), self._backlog.places(record.node_id))
        self._of_node.setdefault(record.node_id, []).append(names)
        self._waiting_bytes += _RUN_BYTES
        self._runs[names] = run
        return run

    def _apply(self, run: _Run) -> None:
        heads = np.frombuffer(run.heads, _HEADS)
        effect = Effect(
            first_sequence=int(heads["first_sequence"][0]),
            cursor=int(heads["cursor"].max()),
            newest_ns=int(heads["newest_ns"].max()),
            # These may be so large that their sum is not a number of numpy's.
            **{name: sum(heads[name].tolist()) for name in ("gap", "dropped")},
            **{name: int(heads[name].sum()) for name in ("stored", "duplicates", "rejected", "late")},
        )
        times = heads["received_ns"]
        apply_earlier_batches(self._fleet, run.node_id, run.instance_id, effect, int(times[0]), int(times.max()))
        self._backlog.rows += effect.stored
