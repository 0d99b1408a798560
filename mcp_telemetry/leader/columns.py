"""The answer to ListColumns."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mcp_telemetry.leader.fleet import Node
from mcp_telemetry.leader.samples import column_message
from mcp_telemetry.model.columns import Column
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["columns_of"]

_COLUMNS_AT_ONCE = 10_000


@dataclass(slots=True)
class _Set:
    """A set of columns, and how many nodes have exactly this one."""

    columns: tuple[Column, ...]
    nodes: int = 0


async def columns_of(nodes: Iterable[Node]) -> pb.ListColumnsResponse:
    """The columns of these nodes, each once, by name; reports of nodes are taken in between."""
    uses: dict[str, pb.ListColumnsResponse.ColumnUse] = {}
    looked_at = 0
    for each in _sets(nodes):
        for column in each.columns:
            use = uses.get(column.name)
            if use is None:
                use = uses[column.name] = pb.ListColumnsResponse.ColumnUse(column=column_message(column))
            use.nodes += each.nodes
        looked_at += len(each.columns)
        if looked_at >= _COLUMNS_AT_ONCE:
            looked_at = 0
            await asyncio.sleep(0)
    return pb.ListColumnsResponse(columns=[uses[name] for name in sorted(uses)])


def _sets(nodes: Iterable[Node]) -> Iterator[_Set]:
    # Nodes with the same columns mostly share one tuple of them: to look at each once is enough.
    sets: dict[int, _Set] = {}
    for node in nodes:
        columns = node.ring.columns
        sets.setdefault(id(columns), _Set(columns)).nodes += 1
    yield from sets.values()
