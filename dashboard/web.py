"""What every answer gets: security headers, gzip, and a lifetime for files that never change under their name."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from werkzeug.http import parse_accept_header

__all__ = ["Compression", "SecurityHeaders", "content_security_policy"]

_FOREVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"
_NEVER = "no-store"
_ASSETS, _COMPONENTS = "/assets/", "/_dash-component-suites/"
_PARTIAL = (b"range", b"if-range")
_SETTLED_S = 30.0
_SMALLEST = 1000
_MOST_KEPT_BYTES = 32 * 2**20
_TEXTS = ("text/", "application/json", "application/javascript", "image/svg+xml")


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """Only this host, no inline script but those with these hashes, no frame around the page."""
    # Mantine, AG Grid and Plotly set style attributes and style elements.
    return (
        f"default-src 'self'; script-src 'self' {' '.join(script_hashes)}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


class SecurityHeaders:
    """Adds the headers that keep a page from being framed, sniffed or made to load from elsewhere."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Compression:
    """Gzips answers off the event loop, and remembers those of the package's own files, which never change.

    What is remembered is given without asking for it again: a browser that comes for the first time wants all of it.
    Answers are whole, always: the rest of a file that a browser has half of, gzipped, would be no rest of that half.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[str, _Answer] = {}
        self._kept_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on; an answer is collected first, then sent whole."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = _for_all_of_it(scope)
        takes_gzip = _takes_gzip(Headers(scope=scope).get("accept-encoding", ""))
        answer = self._kept.get(scope["path"]) if takes_gzip and _is_kept(scope) else None
        if answer is None:
            answer = _Answer()
            await self._app(scope, receive, answer.collect)
            await self._finish(scope, answer, takes_gzip)
        await answer.send(send)

    async def _finish(self, scope: Scope, answer: _Answer, takes_gzip: bool) -> None:
        if not answer.start:
            return
        headers = MutableHeaders(scope=answer.start)
        is_whole = scope["method"] == "HEAD" or answer.is_whole(headers)
        is_kept = is_whole and _is_kept(scope) and answer.start["status"] == 200 and _is_settled(headers)
        if is_kept:
            headers["Cache-Control"] = _FOREVER
        elif not is_whole:
            headers["Cache-Control"] = _NEVER
        headers.setdefault("Cache-Control", _ASK_EACH_TIME)
        headers["Accept-Ranges"] = "none"
        headers.add_vary_header("Accept-Encoding")
        if takes_gzip and answer.is_compressible(headers):
            await answer.compress(9 if is_kept else 5)
            if is_kept and self._kept_bytes + len(answer.body) <= _MOST_KEPT_BYTES:
                self._kept[scope["path"]] = answer
                self._kept_bytes += len(answer.body)


def _takes_gzip(accept_encoding: str) -> bool:
    return parse_accept_header(accept_encoding).best_match(("gzip", "identity")) == "gzip"


def _for_all_of_it(scope: Scope) -> Scope:
    """The same request, but for all of what is there."""
    return {**scope, "headers": [header for header in scope["headers"] if header[0] not in _PARTIAL]}


def _is_kept(scope: Scope) -> bool:
    """Whether another content would have another address: Dash puts versions into paths, and times into queries."""
    path: str = scope["path"]
    query: bytes = scope["query_string"]
    is_versioned = path.startswith(_COMPONENTS) or (path.startswith(_ASSETS) and query.startswith((b"v=", b"m=")))
    return is_versioned and scope["method"] == "GET"


def _is_settled(headers: Headers) -> bool:
    """Whether nobody is writing the file: half of one that is being installed must not be taken for all of it."""
    written = headers.get("last-modified")
    return written is None or time.time() - parsedate_to_datetime(written).timestamp() > _SETTLED_S


class _Answer:
    def __init__(self) -> None:
        self.start: Message = {}
        self.body = b""

    async def collect(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def is_whole(self, headers: Headers) -> bool:
        """Not one that was cut off."""
        return headers.get("content-length", str(len(self.body))) == str(len(self.body))

    def is_compressible(self, headers: Headers) -> bool:
        """Not one that was cut off: under its own length the server notices, and the browser asks again."""
        kind = headers.get("content-type", "")
        is_plain = self.is_whole(headers) and "content-encoding" not in headers
        return len(self.body) >= _SMALLEST and kind.startswith(_TEXTS) and is_plain

    async def compress(self, level: int) -> None:
        """Gzip, in another thread."""
        self.body = await asyncio.to_thread(gzip.compress, self.body, level)
        headers = MutableHeaders(scope=self.start)
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(self.body))

    async def send(self, send: Send) -> None:
        """The whole of it. Others add headers to what they pass on: this one stays as it is."""
        if self.start:
            await send({**self.start, "headers": list(self.start["headers"])})
            await send({"type": "http.response.body", "body": self.body})
