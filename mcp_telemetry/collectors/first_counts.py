"""How counters begin: each is sent as 0 once, before its first count.

What a counter grew by is told from two of its values. A first one has none before it, so five errors of a kind that
never happened before would be no growth at all, in every rate and every sum of increases.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from google.protobuf.message import Message

from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot

__all__ = ["FirstCounts"]

_AMOUNTS = frozenset(("count", "sum", "counter", "calls", "errors", "duration_seconds"))


class FirstCounts:
    """Which counters of this process were sent already. Those of the kernel are not among them: they began long ago.

    is_holding_back: whether the last snapshot had a 0 in place of a count
    """

    def __init__(self) -> None:
        self.is_holding_back = False
        self._known: set[Hashable] = set()
        self._size = 0

    def begin_at_zero(self, snapshot: MetricSnapshot) -> None:
        """Sets to 0 what no snapshot before had; the next one has its count."""
        # None ever goes away, so as many as before are the same as before.
        size = _size(snapshot)
        self.is_holding_back = size != self._size
        if not self.is_holding_back:
            return
        self._size = size
        for key, counter in _counters(snapshot):
            if key not in self._known:
                self._known.add(key)
                _clear(counter)


def _size(snapshot: MetricSnapshot) -> int:
    application = snapshot.application
    of_application = len(application.requests) + len(application.errors) + len(application.operations)
    return of_application + len(snapshot.agent.collector_errors) + len(snapshot.custom)


def _counters(snapshot: MetricSnapshot) -> Iterator[tuple[Hashable, Message]]:
    application = snapshot.application
    for request in application.requests:
        yield ("request", request.kind), request
    for error in application.errors:
        yield ("error", error.kind), error
    for operation in application.operations:
        yield ("operation", operation.method, operation.tool), operation
    for failure in snapshot.agent.collector_errors:
        yield ("collector", failure.collector), failure
    for custom in snapshot.custom:
        yield ("custom", custom.name, *((label.name, label.value) for label in custom.labels)), custom


def _clear(counter: Message) -> None:
    for field, value in counter.ListFields():
        if field.name in _AMOUNTS:
            setattr(counter, field.name, 0)
        elif field.name == "histogram":
            _clear(value)
        elif field.name == "buckets":
            for bucket in value:
                bucket.count = 0
