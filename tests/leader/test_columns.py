from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc

from mcp_telemetry.leader.columns import columns_of
from mcp_telemetry.leader.fleet import Node
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.parts import CPU, Parts, fill
from tests.leader.serving import Served, serving

SENT = Column("network.bytes_sent", "By", Kind.COUNTER)


async def asked(served: Served, **request: Any) -> list[tuple[str, str, int, int]]:
    answer = await served.stub.ListColumns(pb.ListColumnsRequest(**request), timeout=10)
    return [(use.column.name, use.column.unit, use.column.kind, use.nodes) for use in answer.columns]


def made(parts: Parts, node_id: str, columns: tuple[Column, ...], **labels: str) -> Node:
    node = parts.fleet.join(node_id, 1)
    fill(node, 1, columns=columns)
    node.hello.labels.extend(pb.Label(name=name, value=value) for name, value in labels.items())
    return node


async def test_each_column_once_by_name_with_how_many_nodes_have_it(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts, serving(parts) as served:
        made(parts, "a", (SENT, CPU), region="eu")
        made(parts, "b", (CPU,), region="us")
        parts.fleet.join("empty", 1)
        cpu, sent = ("cpu.percent", "%", pb.GAUGE), ("network.bytes_sent", "By", pb.COUNTER)
        assert await asked(served) == [(*cpu, 2), (*sent, 1)]
        assert await asked(served, node_ids=["b", "nobody"]) == [(*cpu, 1)]
        assert await asked(served, labels=[pb.Label(name="region", value="eu")]) == [(*cpu, 1), (*sent, 1)]
        code, details = await served.refusal("ListColumns", pb.ListColumnsRequest(node_ids=["nobody"]))
        assert (code, "no node is called nobody" in details) == (grpc.StatusCode.NOT_FOUND, True)


async def test_two_thousand_nodes_hold_up_nothing_for_long_even_if_none_shares_its_columns() -> None:
    columns = [Column(f"custom.{name}", "%") for name in range(200)]
    nodes: list[Any] = [SimpleNamespace(ring=SimpleNamespace(columns=tuple(columns))) for _ in range(2000)]
    asking = asyncio.create_task(columns_of(nodes))
    longest = 0.0
    while not asking.done():
        began = time.perf_counter()
        await asyncio.sleep(0)
        longest = max(longest, time.perf_counter() - began)
    assert {use.nodes for use in asking.result().columns} == {2000}
    assert longest < 0.25, f"the loop was held up for {longest:.3f} s"
