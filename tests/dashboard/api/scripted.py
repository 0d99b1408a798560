"""A leader that is a script, and how it is asked over HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from dashboard.client import LeaderClient, LeaderGoneError, Series
from mcp_telemetry.errors import UnknownNodeError
from mcp_telemetry.model.names import is_selected
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import START, node, series

__all__ = ["Q", "ScriptedLeader", "get"]

Q = pb.QueryRangeRequest


class ScriptedLeader(LeaderClient):
    """Knows one node, and what it was asked last."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1:1")
        self.is_gone = False
        self.asked: list[pb.QueryRangeRequest] = []
        self.answer = [series("cpu.percent", [10, 20, 30]), series("requests{ping}", [1, 2, 3])]

    async def node(self, node_id: str) -> pb.Node:
        self._check(node_id)
        return node(node_id, region="eu")

    async def nodes(self) -> list[pb.Node]:
        lossy = node("b")
        lossy.counts.CopyFrom(pb.NodeCounts(stored=9, gaps=2, dropped=3, rejected=4, duplicates=5, late=6))
        return [node("a"), lossy]

    async def health(self) -> pb.LeaderHealth:
        self._check("a")
        return pb.LeaderHealth(refused_commits=2, ring_bytes=77, start_unix_nano=START, version="1.2.3")

    async def series(self, request: pb.QueryRangeRequest) -> list[Series]:
        for node_id in request.node_ids:
            self._check(node_id)
        self.asked.append(request)
        wanted = [one for one in self.answer if is_selected(one.column.name, frozenset(request.columns))]
        return wanted if request.aggregate == Q.NONE else self.answer

    async def columns(self, request: pb.ListColumnsRequest) -> list[pb.ListColumnsResponse.ColumnUse]:
        for node_id in request.node_ids:
            self._check(node_id)
        columns = (pb.Column(name="cpu.percent", unit="%", kind=pb.GAUGE), pb.Column(name="custom.depth", unit="{job}"))
        return [pb.ListColumnsResponse.ColumnUse(column=column, nodes=1) for column in columns]

    def _check(self, node_id: str) -> None:
        if self.is_gone:
            raise LeaderGoneError("the leader at 127.0.0.1:1 does not answer")
        if node_id != "a":
            raise UnknownNodeError(f"no node {node_id!r}: /api/nodes lists those there are")


async def get(http: httpx.AsyncClient, path: str, status: int = 200) -> Any:
    answer = await http.get(path)
    assert answer.status_code == status, answer.text
    kind = "application/problem+json" if status >= 400 else "application/json"
    assert answer.headers["content-type"] == kind
    return answer.json()
