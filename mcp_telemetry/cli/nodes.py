"""`mcp-telemetry nodes`: how each node is, what was lost of it, and what went wrong at the leader."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf.json_format import MessageToDict

from mcp_telemetry.cli.asking import TIMEOUT_S, add_leader_option, asking
from mcp_telemetry.cli.querying.units import humanized
from mcp_telemetry.model.health import faults
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["add"]

_HEADINGS = ("node", "state", "last seen", "stored", "gaps", "dropped", "rejected", "duplicates", "late")


def add(commands: Any) -> None:
    """Add the command to those of `mcp-telemetry`."""
    parser = commands.add_parser("nodes", help="list the nodes: how each is, and what was lost of it and at the leader")
    add_leader_option(parser)
    parser.add_argument("--json", action="store_true", help="all that is known of each, as JSON")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    with asking(arguments.leader) as query:
        answer: pb.ListNodesResponse = query.ListNodes(pb.ListNodesRequest(), timeout=TIMEOUT_S)
    if arguments.json:
        print(json.dumps([MessageToDict(node, preserving_proto_field_name=True) for node in answer.nodes], indent=2))
    else:
        _print_table([_HEADINGS, *(_row(node) for node in answer.nodes)])
        print("", *_leader(answer.leader), sep="\n")
    return 0


def _leader(health: pb.LeaderHealth) -> list[str]:
    """How the leader is: a line, and one for each thing that went wrong there."""
    held = f"journal {humanized(health.journal_bytes, 'By')}, samples in memory {humanized(health.ring_bytes, 'By')}"
    up_s = max(0, time.time_ns() - health.start_unix_nano) // 10**9
    wrong = faults(health)
    coalesced = f", {health.coalesced_samples} samples not shown to slow readers" if health.coalesced_samples else ""
    well = "" if wrong else "; nothing went wrong"
    return [f"leader {health.version}, up {humanized(up_s, 's')}: {held}{coalesced}{well}", *wrong]


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
