"""Running collectors so that one that fails harms nothing but its own numbers."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Sequence

from mcp_telemetry.collectors.base import Collector
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["CollectorRunner"]

logger = logging.getLogger(__name__)

# A message that is different each time must not fill the memory, nor the log.
_MAX_LOGGED_ERRORS = 100


class CollectorRunner:
    """Fills snapshots from all its collectors, in their order; may be used from several threads.

    A failure is counted in `agent.collector_errors{name}` of this and all later snapshots, and logged the first time.
    """

    def __init__(self, collectors: Sequence[Collector]) -> None:
        self._collectors = tuple(collectors)
        self._errors: Counter[str] = Counter()
        self._logged: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill in place; raises nothing that a collector raised."""
        with self._lock:
            for collector in self._collectors:
                try:
                    collector.collect(snapshot)
                except Exception as error:
                    self._count(collector.name, error)
            for name in sorted(self._errors):
                snapshot.agent.collector_errors.add(collector=name, count=self._errors[name])

    def _count(self, name: str, error: Exception) -> None:
        self._errors[name] += 1
        distinct = (name, repr(error))
        if distinct not in self._logged and len(self._logged) < _MAX_LOGGED_ERRORS:
            self._logged.add(distinct)
            logger.warning("collector %s failed; its numbers are missing until it works again", name, exc_info=error)
