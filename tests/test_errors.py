"""Each error says who is at fault by the status it travels as, and one function says what is worth trying again."""

from __future__ import annotations

import inspect

import grpc
import pytest

from mcp_telemetry import errors
from mcp_telemetry.errors import TelemetryError, is_retryable

ALL = {
    error: error.status
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, TelemetryError) and error is not TelemetryError
}


@pytest.mark.parametrize("error", ALL)
def test_the_tree_in_the_docstring_is_complete_and_right(error: type[TelemetryError]) -> None:
    tree = inspect.getdoc(errors)
    assert tree
    (line,) = [line for line in tree.splitlines() if f"── {error.__name__} " in line]
    assert line.endswith(("(never on the wire)", error.status.name))


@pytest.mark.parametrize("error", ALL)
def test_every_error_is_public(error: type[TelemetryError]) -> None:
    assert error.__name__ in errors.__all__


def test_no_error_hides_behind_the_root() -> None:
    assert grpc.StatusCode.INTERNAL not in ALL.values()


@pytest.mark.parametrize(
    ("status", "retryable"),
    [
        (grpc.StatusCode.UNAVAILABLE, True),
        (grpc.StatusCode.DEADLINE_EXCEEDED, True),
        (grpc.StatusCode.INTERNAL, True),
        (grpc.StatusCode.UNKNOWN, True),
        (grpc.StatusCode.CANCELLED, True),
        (grpc.StatusCode.OK, False),
        (grpc.StatusCode.INVALID_ARGUMENT, False),
        (grpc.StatusCode.NOT_FOUND, False),
        (grpc.StatusCode.PERMISSION_DENIED, False),
        (grpc.StatusCode.UNAUTHENTICATED, False),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, False),
        (grpc.StatusCode.FAILED_PRECONDITION, False),
        (grpc.StatusCode.DATA_LOSS, False),
        (grpc.StatusCode.UNIMPLEMENTED, False),
    ],
)
def test_only_what_may_succeed_unchanged_is_retried(status: grpc.StatusCode, retryable: bool) -> None:
    assert is_retryable(status) is retryable
