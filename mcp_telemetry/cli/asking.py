"""What the commands that ask a leader share: the option that names it, and the call."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

import grpc

from mcp_telemetry.errors import InvalidQueryError, OverloadedError, TelemetryError, UnknownNodeError
from mcp_telemetry.v1 import metrics_pb2_grpc

__all__ = ["TIMEOUT_S", "add_leader_option", "asking"]

TIMEOUT_S = 60.0
# All nodes of a large fleet come in one message.
_OPTIONS = (("grpc.max_receive_message_length", 256 * 2**20),)
_REFUSALS: dict[grpc.StatusCode, type[TelemetryError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidQueryError,
    grpc.StatusCode.NOT_FOUND: UnknownNodeError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: OverloadedError,
}


def add_leader_option(parser: argparse.ArgumentParser) -> None:
    """--leader, with MCP_LEADER as its default; of a node's comma list the first."""
    default = os.environ.get("MCP_LEADER", "localhost:50051").partition(",")[0]
    parser.add_argument("--leader", default=default, metavar="HOST:PORT", help="[MCP_LEADER, default localhost:50051]")


@contextmanager
def asking(leader: str) -> Iterator[metrics_pb2_grpc.TelemetryQueryStub]:
    """The query service of a leader.

    Where it refuses the question, InvalidQueryError, UnknownNodeError or OverloadedError in its words; any other
    grpc.RpcError means that it does not answer. `main` turns all of them into one line.
    """
    with grpc.insecure_channel(leader, options=_OPTIONS) as channel:
        try:
            yield metrics_pb2_grpc.TelemetryQueryStub(channel)  # type: ignore[no-untyped-call]
        except grpc.RpcError as error:
            refusal = _REFUSALS.get(error.code())
            if refusal is None:
                raise
            raise refusal(error.details()) from None
