"""What the commands that ask a leader share: the option that names it, and the call."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

import grpc

from mcp_telemetry.v1 import metrics_pb2_grpc

__all__ = ["TIMEOUT_S", "add_leader_option", "asking"]

TIMEOUT_S = 60.0


def add_leader_option(parser: argparse.ArgumentParser) -> None:
    """--leader, with MCP_LEADER as its default; of a node's comma list the first."""
    default = os.environ.get("MCP_LEADER", "localhost:50051").partition(",")[0]
    parser.add_argument("--leader", default=default, metavar="HOST:PORT", help="[MCP_LEADER, default localhost:50051]")


@contextmanager
def asking(leader: str) -> Iterator[metrics_pb2_grpc.TelemetryQueryStub]:
    """The query service of a leader. A call on it raises grpc.RpcError, which `main` turns into one line."""
    with grpc.insecure_channel(leader) as channel:
        yield metrics_pb2_grpc.TelemetryQueryStub(channel)  # type: ignore[no-untyped-call]
