"""What requests carry: whole before anyone works on it, bounded in bytes and in time, and from this site's own pages.

A thread that works on a request waits for nobody: a body that never comes costs a coroutine.
"""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mcp_telemetry.errors import TelemetryError

__all__ = ["BODY_WITHIN_S", "TooLongError", "UnfinishedBodyError", "WholeBodies", "is_own_origin", "whole_body"]

BODY_WITHIN_S = 10.0


class TooLongError(TelemetryError):
    """The body of a request is over its bound."""


class UnfinishedBodyError(TelemetryError):
    """The body of a request does not come whole, or not in time."""


def is_own_origin(headers: Headers) -> bool:
    """Whether no other site's page sends this: browsers say where a page came from, other programs say nothing."""
    origin = headers.get("origin")
    return origin is None or "" != origin.partition("://")[2] == headers.get("host", "")


async def whole_body(receive: Receive, most_bytes: int) -> bytes:
    """The body of a request; TooLongError over `most_bytes`, UnfinishedBodyError if it took over BODY_WITHIN_S."""
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            return await _read(receive, most_bytes)
    except TimeoutError:
        raise UnfinishedBodyError(f"the body did not come within {BODY_WITHIN_S:g} s: send it at once") from None


async def _read(receive: Receive, most_bytes: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise UnfinishedBodyError("whoever sent the body left before its end: send all of it")
        body += message.get("body", b"")
        if len(body) > most_bytes:
            raise TooLongError(f"the body has more than {most_bytes} bytes: want at most so many")
        if not message.get("more_body", False):
            return bytes(body)


class WholeBodies:
    """Hands requests on once their bodies are there, of at most `most_bytes`; others are answered 408 and 413."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await whole_body(receive, self._most_bytes)
        except (TooLongError, UnfinishedBodyError) as error:
            status = 413 if isinstance(error, TooLongError) else 408
            await PlainTextResponse(str(error), status)(scope, receive, send)
        else:
            await self._app(scope, _given(body, receive), send)


def _given(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_given() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_given
