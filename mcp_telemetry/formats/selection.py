"""What is to be exported: nodes, columns and a stretch of time of a storage, hour by hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mcp_telemetry.model.columns import Column
from mcp_telemetry.model.names import is_selected
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.contract import Storage

__all__ = ["Selection"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of `nodes` with start_ns <= time < end_ns; `selectors` as in `Storage.read`."""

    storage: Storage
    nodes: tuple[str, ...]
    selectors: frozenset[str]
    start_ns: int
    end_ns: int

    def columns(self) -> tuple[Column, ...]:
        """All columns that any of the rows may have; of those that changed unit or kind the first."""
        found: dict[str, Column] = {}
        for node_id in self.nodes:
            for column in self.storage.columns(node_id, self.start_ns, self.end_ns):
                if is_selected(column.name, self.selectors):
                    found.setdefault(column.name, column)
        return tuple(found.values())

    def blocks(self) -> Iterator[tuple[str, Rows]]:
        """The rows, an hour of a node at a time, by node and time."""
        for node_id in self.nodes:
            for rows in self.storage.read(node_id, self.selectors, self.start_ns, self.end_ns):
                yield node_id, rows
