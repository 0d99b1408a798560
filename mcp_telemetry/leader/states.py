"""How a node is."""

from __future__ import annotations

from enum import IntEnum

from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["State"]


class State(IntEnum):
    """The numbers are those of the wire's NodeState."""

    LIVE = pb.LIVE
    STALE = pb.STALE
    OFFLINE = pb.OFFLINE
    LEFT = pb.LEFT
