"""What to say about names nobody knows: which ones are near."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from mcp_telemetry.cli.asking import TIMEOUT_S
from mcp_telemetry.errors import UnknownNodeError
from mcp_telemetry.model.names import base_name, is_selected
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["missing_columns", "require_nodes"]

_NODES_LOOKED_AT = 200
_NEAR, _NEAR_ENOUGH = 4, 0.5


def require_nodes(query: Any, names: Sequence[str]) -> None:
    """UnknownNodeError, with near names, if one of these nodes is not known."""
    known = {node.node_id for node in query.ListNodes(pb.ListNodesRequest(node_ids=names), timeout=TIMEOUT_S).nodes}
    for name in names:
        if name not in known:
            everybody = query.ListNodes(pb.ListNodesRequest(), timeout=TIMEOUT_S).nodes
            near = _did_you_mean(name, [node.node_id for node in everybody])
            raise UnknownNodeError(f"no node is called {name!r}{near}; `mcp-telemetry nodes` lists them")


def missing_columns(query: Any, request: pb.QueryRangeRequest, found: Collection[str]) -> list[str]:
    """A sentence for each column asked for of which nothing came."""
    missing = [name for name in request.columns if not any(is_selected(each, frozenset([name])) for each in found)]
    if not missing:
        return []
    columns = _columns(query, request.node_ids)
    return [_sentence(name, columns, request.transform != pb.QueryRangeRequest.VALUE) for name in missing]


def _columns(query: Any, node_ids: Iterable[str]) -> dict[str, pb.Column]:
    """The columns of the newest sample of some of the nodes, by name."""
    names = list(node_ids) or [n.node_id for n in query.ListNodes(pb.ListNodesRequest(), timeout=TIMEOUT_S).nodes]
    latest = pb.GetLatestRequest(node_ids=names[:_NODES_LOOKED_AT])
    answer: pb.GetLatestResponse = query.GetLatest(latest, timeout=TIMEOUT_S) if names else pb.GetLatestResponse()
    return {column.name: column for each in answer.column_sets for column in each.columns}


def _sentence(name: str, columns: dict[str, pb.Column], is_of_counters: bool) -> str:
    known = [column for column in columns.values() if is_selected(column.name, frozenset([name]))]
    if not known:
        names = sorted({*columns, *map(base_name, columns)})
        return f"no node has a column {name!r}{_did_you_mean(name, names)}"
    if is_of_counters and all(column.kind != pb.COUNTER for column in known):
        return f"{name!r} is a gauge: --rate and --delta are of counters"
    return f"nothing is stored of {name!r} in this time, for these nodes"


def _did_you_mean(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, _NEAR, _NEAR_ENOUGH)
    near += [each for each in names if name and name in each and each not in near][: _NEAR - len(near)]
    return f": did you mean {', '.join(map(repr, near))}?" if near else ""
