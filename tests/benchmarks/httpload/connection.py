"""A keep-alive HTTP/1.1 connection that sends bodies made elsewhere: as little work as possible beside the database."""

from __future__ import annotations

import asyncio

__all__ = ["HttpConnection"]

_END_OF_HEAD = b"\r\n\r\n"


class HttpConnection(asyncio.Protocol):
    """One request at a time; both databases answer a write with an empty 2xx."""

    def __init__(self) -> None:
        """Given to `loop.create_connection`."""
        self._received = b""
        self._answer: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def post(self, head: bytes, body: bytes) -> None:
        """Returns when the database has answered; ConnectionError quotes an answer that is not 2xx."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body))
        await self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        if _END_OF_HEAD not in self._received or self._answer is None or self._answer.done():
            return
        status, received = self._received.split(b" ", 2)[1], self._received
        self._received = b""
        if status.startswith(b"2"):
            self._answer.set_result(None)
        else:
            self._answer.set_exception(ConnectionError(received.decode(errors="replace")))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError(f"the database closed the connection: {exc}"))

    def close(self) -> None:
        """Now."""
        self._transport.abort()
