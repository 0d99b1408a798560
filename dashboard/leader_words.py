"""What a leader says to those who ask it over gRPC, in words for those who ask this dashboard."""

from __future__ import annotations

import re

import grpc

__all__ = ["in_our_words", "is_silence"]

# Remedies that only those have who ask the leader themselves.
_WORDS = {
    "; ListNodes tells the names": "",
    ", or 0 for every sample": "",
    "ListDashboards tells those there are": "/api/dashboards lists those there are",
}
_SILENCE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)
# What gRPC itself says of a call that never reached anybody; a leader that is overloaded has words of its own.
_OF_SOCKETS = re.compile(r"connect|socket|goaway|recvmsg|keepalive|deadline|stream|cancel|pipe|dns", re.IGNORECASE)


def in_our_words(error: grpc.aio.AioRpcError) -> str:
    """What the leader said."""
    details = error.details() or ""
    for theirs, ours in _WORDS.items():
        details = details.replace(theirs, ours)
    return details


def is_silence(error: grpc.aio.AioRpcError) -> bool:
    """Whether it said nothing: what there is to read then is gRPC's, about sockets and names."""
    details = error.details()
    return error.code() in _SILENCE and (not details or _OF_SOCKETS.search(details) is not None)
