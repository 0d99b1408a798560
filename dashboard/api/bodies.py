"""What a request that changes something carries: from whom it is taken, and how much of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from dashboard.api.problems import ForeignOriginError, NoJsonError, TooLongError

__all__ = ["json_body", "require_own_origin"]


def require_own_origin(request: Request) -> None:
    """ForeignOriginError if a browser says that a page of another site sends this; other programs say nothing."""
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    if origin is not None and urlsplit(origin).netloc != host:
        raise ForeignOriginError(
            f"the origin is {origin[:128]!r} and the host {host[:128]!r}: changes are taken from this dashboard's own "
            "pages; a proxy before it has to pass on Host"
        )


async def json_body(request: Request, most_bytes: int) -> bytes:
    """The body as it came; NoJsonError if it is said to be something else, TooLongError if it is over its bound."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NoJsonError(f"Content-Type is {kind[:64]!r}: want application/json")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most_bytes:
            raise TooLongError(f"the body has more than {most_bytes} bytes: want at most so many")
    return bytes(body)
