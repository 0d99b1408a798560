"""What is taken of a request that changes something: JSON, from this dashboard's own pages or from no page at all."""

from __future__ import annotations

from starlette.requests import Request

from dashboard.api.problems import ForeignOriginError, NoJsonError
from dashboard.bodies import is_own_origin, whole_body

__all__ = ["json_body", "require_own_origin"]


def require_own_origin(request: Request) -> None:
    """ForeignOriginError if a browser says that a page of another site sends this."""
    if is_own_origin(request.headers):
        return
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    raise ForeignOriginError(
        f"the origin is {origin[:128]!r} and the host {host[:128]!r}: changes are taken from this dashboard's own "
        "pages; a proxy before it has to pass on Host"
    )


async def json_body(request: Request, most_bytes: int) -> bytes:
    """The body as it came; NoJsonError if it is said to be something else, others as `whole_body` has them."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NoJsonError(f"Content-Type is {kind[:64]!r}: want application/json")
    return await whole_body(request.receive, most_bytes)
