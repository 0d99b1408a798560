"""Every error this package raises, by who is at fault, with the gRPC status it travels as.

::

    TelemetryError
    ├── ConfigurationError     the operator: a flag, a variable, a folder       (never on the wire)
    ├── ProtocolError          the peer broke the stream's rules                INVALID_ARGUMENT
    │   └── OutboxBehindError  the leader has numbers the outbox never gave     (never on the wire)
    ├── InvalidQueryError      the reader asked for something malformed         INVALID_ARGUMENT
    ├── UnknownNodeError       the reader named a node nobody has seen          NOT_FOUND
    ├── UnknownDashboardError  the reader named a dashboard that is not kept    NOT_FOUND
    ├── InvalidDashboardError  a dashboard breaks a rule of the contract        INVALID_ARGUMENT
    ├── ShippedDashboardError  one that came with the leader is to be changed   FAILED_PRECONDITION
    ├── StaleDashboardError    somebody else changed the dashboard meanwhile    ABORTED
    ├── TooManyDashboardsError  as many are kept as the leader takes            RESOURCE_EXHAUSTED
    ├── TooLargeError          a message or a set over its bound                RESOURCE_EXHAUSTED
    ├── TooManyQueriesError    more is asked at once than the leader answers    RESOURCE_EXHAUSTED
    ├── SlowReaderError        a reader let its answer wait for too long        RESOURCE_EXHAUSTED
    ├── SupersededError        a newer stream for the same node took over       ABORTED
    ├── OverloadedError        the leader cannot take more now                  UNAVAILABLE
    └── StorageError           the disk failed or is full                       UNAVAILABLE
        └── CorruptionError    bytes on disk are not what was written           DATA_LOSS

Each message names the value that was wrong and what to do about it.
"""

from __future__ import annotations

import grpc

__all__ = [
    "ConfigurationError",
    "CorruptionError",
    "InvalidDashboardError",
    "InvalidQueryError",
    "OutboxBehindError",
    "OverloadedError",
    "ProtocolError",
    "ShippedDashboardError",
    "SlowReaderError",
    "StaleDashboardError",
    "StorageError",
    "SupersededError",
    "TelemetryError",
    "TooLargeError",
    "TooManyDashboardsError",
    "TooManyQueriesError",
    "UnknownDashboardError",
    "UnknownNodeError",
    "is_retryable",
]


class TelemetryError(Exception):
    """The root of all errors of this package; `status` is the gRPC status it ends a call with."""

    status: grpc.StatusCode = grpc.StatusCode.INTERNAL


class ConfigurationError(TelemetryError):
    """A setting, a folder or a port cannot be used as given."""

    status = grpc.StatusCode.FAILED_PRECONDITION


class ProtocolError(TelemetryError):
    """The peer broke the rules of StreamMetrics."""

    status = grpc.StatusCode.INVALID_ARGUMENT


class OutboxBehindError(ProtocolError):
    """The leader holds sequences the node's outbox never gave: the outbox lost its end and must be renewed."""


class InvalidQueryError(TelemetryError):
    """A query that means nothing: an inverted range, a malformed name."""

    status = grpc.StatusCode.INVALID_ARGUMENT


class UnknownNodeError(TelemetryError):
    """A query about a node nobody has seen."""

    status = grpc.StatusCode.NOT_FOUND


class UnknownDashboardError(TelemetryError):
    """No dashboard of this id is kept."""

    status = grpc.StatusCode.NOT_FOUND


class InvalidDashboardError(TelemetryError):
    """A dashboard that breaks a rule: a panel wider than the grid, a title too long."""

    status = grpc.StatusCode.INVALID_ARGUMENT


class ShippedDashboardError(TelemetryError):
    """A dashboard that came with the leader can be copied, not changed."""

    status = grpc.StatusCode.FAILED_PRECONDITION


class StaleDashboardError(TelemetryError):
    """What was changed is not the dashboard as it is kept now."""

    status = grpc.StatusCode.ABORTED


class TooManyDashboardsError(TelemetryError):
    """No more dashboards are kept; delete one first."""

    status = grpc.StatusCode.RESOURCE_EXHAUSTED


class TooLargeError(TelemetryError):
    """Something is over its bound."""

    status = grpc.StatusCode.RESOURCE_EXHAUSTED


class TooManyQueriesError(TelemetryError):
    """So many queries run and wait that another one would not be answered in time; ask again after a pause."""

    status = grpc.StatusCode.RESOURCE_EXHAUSTED


class SlowReaderError(TelemetryError):
    """Who asked has read nothing of the answer for so long that the others' turn has come."""

    status = grpc.StatusCode.RESOURCE_EXHAUSTED


class SupersededError(TelemetryError):
    """A newer stream for the same node_id took over."""

    status = grpc.StatusCode.ABORTED


class OverloadedError(TelemetryError):
    """The leader cannot take more now; try again after a pause."""

    status = grpc.StatusCode.UNAVAILABLE


class StorageError(TelemetryError):
    """Writing or reading the disk failed."""

    status = grpc.StatusCode.UNAVAILABLE


class CorruptionError(StorageError):
    """Bytes on disk are not the bytes that were written."""

    status = grpc.StatusCode.DATA_LOSS


# RESOURCE_EXHAUSTED is not among them: the same message would be too large again.
_RETRYABLE = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.CANCELLED,
    }
)


def is_retryable(status: grpc.StatusCode) -> bool:
    """Whether the same call may succeed later, unchanged."""
    return status in _RETRYABLE
