"""What an MCP server counts about itself."""

from __future__ import annotations

import logging
import math
import threading
from bisect import bisect_left

from mcp_telemetry.collectors.labels import MAX_KINDS, OTHER, BoundedCounter, clean_label
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["DURATION_BOUNDS_SECONDS", "MAX_OPERATIONS", "ApplicationCounters"]

logger = logging.getLogger(__name__)

# What OpenTelemetry recommends for mcp.server.operation.duration.
DURATION_BOUNDS_SECONDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
# Pairs of method and tool; each is seventeen columns.
MAX_OPERATIONS = MAX_KINDS

Operation = metrics_pb2.ApplicationMetrics.Operation


class ApplicationCounters:
    """Requests, errors, connections and operations; every method may be called from any thread.

    `requests` and `errors` are counts by kind. They may be counted up directly as well, from one thread.
    """

    name = "application"

    def __init__(self) -> None:
        self.requests = BoundedCounter()
        self.errors = BoundedCounter()
        self._active_connections = 0
        self._operations: dict[tuple[str, str], Operation] = {}
        # Owns the operations above, in the shape that is sent: copying it costs less than building it each second.
        self._sent = metrics_pb2.ApplicationMetrics()
        self._lock = threading.Lock()

    @property
    def active_connections(self) -> int:
        """Connections opened and not yet closed."""
        return self._active_connections

    def record_request(self, kind: str) -> None:
        """Count a request of an MCP method, such as `tools/call`."""
        with self._lock:
            self.requests[kind] += 1

    def record_error(self, kind: str) -> None:
        """Count an error of whatever kind: an MCP method, an exception's name."""
        with self._lock:
            self.errors[kind] += 1

    def connection_opened(self) -> None:
        """One more client is connected."""
        with self._lock:
            self._active_connections += 1

    def connection_closed(self) -> None:
        """One client less; closing more than was opened leaves none."""
        with self._lock:
            self._active_connections = max(0, self._active_connections - 1)

    def record_operation(self, method: str, tool: str, duration_seconds: float, error: bool = False) -> None:
        """Count a finished MCP operation; `tool` is empty where the method has none. ValueError for a bad duration."""
        if not (math.isfinite(duration_seconds) and duration_seconds >= 0):
            raise ValueError(f"duration_seconds is {duration_seconds!r}: want a finite number, 0 or more")
        with self._lock:
            operation = self._operation(clean_label(method), clean_label(tool))
            operation.calls += 1
            operation.errors += error
            operation.duration_seconds += duration_seconds
            for bucket in operation.buckets[bisect_left(DURATION_BOUNDS_SECONDS, duration_seconds) :]:
                bucket.count += 1

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `application`."""
        application = snapshot.application
        with self._lock:
            application.CopyFrom(self._sent)
            application.active_connections = self._active_connections
            requests, errors = list(self.requests.items()), list(self.errors.items())
        for kind, count in requests:
            application.requests.add(kind=kind, count=count)
        for kind, count in errors:
            application.errors.add(kind=kind, count=count)

    def _operation(self, method: str, tool: str) -> Operation:
        known = self._operations.get((method, tool))
        if known is not None:
            return known
        if len(self._operations) >= MAX_OPERATIONS and (method, tool) != (OTHER, OTHER):
            return self._other_operation(method, tool)
        return self._new_operation(method, tool)

    def _other_operation(self, method: str, tool: str) -> Operation:
        if (OTHER, OTHER) not in self._operations:
            logger.warning(
                "over %d operations are counted; %s %r and further ones are counted as %r",
                MAX_OPERATIONS, method, tool, OTHER,
            )  # fmt: skip
        return self._operation(OTHER, OTHER)

    def _new_operation(self, method: str, tool: str) -> Operation:
        operation = self._sent.operations.add(method=method, tool=tool, errors=0, calls=0, duration_seconds=0)
        for bound in DURATION_BOUNDS_SECONDS:
            operation.buckets.add(at_most_seconds=bound, count=0)
        self._operations[method, tool] = operation
        return operation
