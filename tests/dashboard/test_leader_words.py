"""Whether a leader said nothing, or something that those who ask have to know."""

from __future__ import annotations

import grpc
import pytest

from dashboard.leader_words import in_our_words, is_silence


def error(code: grpc.StatusCode, details: str) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details=details)


@pytest.mark.parametrize(
    "details",
    [
        "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Connection refused",
        "Socket closed",
        "",
    ],
)
def test_what_grpc_says_of_sockets_is_silence(details: str) -> None:
    assert is_silence(error(grpc.StatusCode.UNAVAILABLE, details))


@pytest.mark.parametrize(
    "details",
    [
        "64 requests about dashboards wait already: ask again after a pause",
        "cannot write /data/hour.parquet: No space left on device",
    ],
)
def test_a_leader_that_cannot_is_not_silent(details: str) -> None:
    assert not is_silence(error(grpc.StatusCode.UNAVAILABLE, details))


def test_remedies_are_those_of_who_asks() -> None:
    said = error(grpc.StatusCode.INVALID_ARGUMENT, "max_points is 5: want 10 to 20, or 0 for every sample")
    assert in_our_words(said) == "max_points is 5: want 10 to 20"
