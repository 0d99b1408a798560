"""`mcp-telemetry`: questions to a leader from the command line."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict

from mcp_telemetry._version import __version__
from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1 import metrics_pb2_grpc

__all__ = ["main"]

_TIMEOUT_S = 10.0
_HEADINGS = ("node", "state", "last seen", "stored", "gaps", "dropped", "rejected", "duplicates", "late")


def main(argv: Sequence[str] | None = None) -> int:
    """Answer one question; 0, or 1 with one line on stderr if the leader cannot be asked."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except grpc.RpcError as error:
        print(f"mcp-telemetry: no answer from {arguments.leader}: {_reason(error)}; check --leader", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mcp-telemetry", description="Ask a leader.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    nodes = commands.add_parser("nodes", help="list the nodes: how each is, and what was lost of it")
    default = os.environ.get("MCP_LEADER", "localhost:50051").partition(",")[0]
    nodes.add_argument("--leader", default=default, metavar="HOST:PORT", help="[MCP_LEADER, default localhost:50051]")
    nodes.add_argument("--json", action="store_true", help="all that is known of each, as JSON")
    nodes.set_defaults(run=_nodes)
    return parser


def _nodes(arguments: argparse.Namespace) -> int:
    with grpc.insecure_channel(arguments.leader) as channel:
        stub = metrics_pb2_grpc.TelemetryQueryStub(channel)  # type: ignore[no-untyped-call]
        answer: pb.ListNodesResponse = stub.ListNodes(pb.ListNodesRequest(), timeout=_TIMEOUT_S)
    if arguments.json:
        print(json.dumps([MessageToDict(node, preserving_proto_field_name=True) for node in answer.nodes], indent=2))
    else:
        _print_table([_HEADINGS, *(_row(node) for node in answer.nodes)])
    return 0


def _row(node: pb.Node) -> tuple[str, ...]:
    counts = node.counts
    losses = (counts.stored, counts.gaps, counts.dropped, counts.rejected, counts.duplicates, counts.late)
    state = pb.NodeState.Name(node.state).lower()
    return (node.node_id, state, _ago(node.last_seen_unix_nano), *map(str, losses))


def _ago(time_ns: int) -> str:
    return f"{max(0.0, time.time() - time_ns / 1e9):.0f} s ago"


def _print_table(rows: Iterable[Sequence[str]]) -> None:
    rows = list(rows)
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    for row in rows:
        left = "  ".join(cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True))
        right = "  ".join(cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True))
        print(f"{left}  {right}")


def _reason(error: Any) -> str:
    return f"{error.code().name}, {error.details()}"


if __name__ == "__main__":
    sys.exit(main())
