"""How many different columns a node may bring: a label that never repeats must fill neither memory nor files."""

from __future__ import annotations

from mcp_telemetry.leader.decoding.decoder import Chunk, Decoded
from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.v1.metrics_pb2 import Rejection

__all__ = ["ColumnBudget"]

_TUPLES_REMEMBERED = 16


class ColumnBudget:
    """The columns of one node within the current hour of the leader's clock; at most `most`, or those of one snapshot.

    Only what arrives is held against it, never what is replayed: the journal does not hold what was refused.
    """

    __slots__ = ("_admitted", "_hour", "_known", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._hour = -1
        self._known: set[Column] = set()
        # By id, each kept alive by being here: the same layout has the same tuple.
        self._admitted: dict[int, tuple[Column, ...]] = {}

    def refuse(self, decoded: Decoded, received_ns: int) -> None:
        """Turn the samples that bring too many new columns into rejections."""
        over = [chunk for chunk in decoded.chunks if not self._admits(chunk.columns, received_ns // HOUR_NS)]
        if over:
            refused = {id(chunk) for chunk in over}
            decoded.chunks = [chunk for chunk in decoded.chunks if id(chunk) not in refused]
            for chunk in over:
                self._reject(decoded, chunk)

    def _admits(self, columns: tuple[Column, ...], hour: int) -> bool:
        if hour != self._hour:
            self._begin(hour)
        elif id(columns) in self._admitted:
            return True
        if not self._admitted and not self._known:
            # Most nodes have one set of columns all hour, and need no other account of it.
            self._admitted[id(columns)] = columns
            return True
        return self._admits_more(columns)

    def _admits_more(self, columns: tuple[Column, ...]) -> bool:
        if not self._known:
            self._known.update(*self._admitted.values())
        new = [column for column in columns if column not in self._known]
        if len(self._known) + len(new) > self._most:
            return False
        self._known.update(new)
        if len(self._admitted) >= _TUPLES_REMEMBERED:
            self._admitted.clear()
        self._admitted[id(columns)] = columns
        return True

    def _begin(self, hour: int) -> None:
        self._hour = hour
        self._known = set()
        self._admitted.clear()

    def _reject(self, decoded: Decoded, chunk: Chunk) -> None:
        detail = f"more than {self._most} different columns within an hour; see the leader's --max-columns"
        for sequence in chunk.sequences.tolist():
            decoded.reject(sequence, Rejection.TOO_MANY_COLUMNS, detail)
