"""What a collector is."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from mcp_telemetry.v1 import metrics_pb2

__all__ = ["Collector"]


@runtime_checkable
class Collector(Protocol):
    """One source of measurements.

    `collect` fills its part of the snapshot and returns without waiting. What this machine cannot say is left unset;
    an exception is for what should have worked, and is counted under `name` (see CollectorRunner).
    """

    @property
    def name(self) -> str:
        """Labels `agent.collector_errors`; the same for as long as the collector lives."""

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill in place. `snapshot.time_unix_nano` is set already."""
