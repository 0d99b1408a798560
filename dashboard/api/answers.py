"""What handlers give, as answers over HTTP: written as JSON, told apart by a tag, kept where that is safe."""

from __future__ import annotations

import asyncio
from hashlib import blake2b
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from dashboard.api.endpoint import Answer, Endpoint
from dashboard.params import Range

__all__ = ["encoded", "max_age_s", "response"]

_MOST_AT_ONCE = 1000
_SETTLED_AGE_S = 300
_NEVER, _ASK_FIRST = "no-store", "no-cache"


def encoded(content: Any) -> bytes:
    """JSON; numpy arrays become lists, NaN becomes null."""
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


def max_age_s(wanted: Range) -> int:
    """How long an answer about this stretch may be taken again: some minutes if it lies well in the past."""
    return _SETTLED_AGE_S if wanted.is_settled else 0


async def response(endpoint: Endpoint, request: Request, given: Any) -> Response:
    """The answer of an endpoint: whole, or only that the caller has it already."""
    answer = given if isinstance(given, Answer) else Answer(given, endpoint.status)
    body = await _bytes(answer.content)
    headers = {"Cache-Control": _lifetime(endpoint, answer), **answer.headers}
    if endpoint.csv:
        headers["Vary"] = "Accept"
    if endpoint.is_tagged or answer.max_age_s:
        headers["ETag"] = tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
        if _is_known(tag, request.headers.get("if-none-match", "")):
            return Response(None, 304, headers)
    return Response(body, answer.status, headers, answer.media_type if body else None)


async def _bytes(content: Any) -> bytes:
    if isinstance(content, bytes):
        return content
    if content is None:
        return b""
    # Those of a large fleet are encoded off the loop, so that live pages do not wait for them.
    return await asyncio.to_thread(encoded, content) if len(content) > _MOST_AT_ONCE else encoded(content)


def _lifetime(endpoint: Endpoint, answer: Answer) -> str:
    if answer.max_age_s:
        return f"private, max-age={answer.max_age_s}"
    return _ASK_FIRST if endpoint.is_tagged else _NEVER


def _is_known(tag: str, if_none_match: str) -> bool:
    # A cache may have made a strong tag of it, or the other way round: what matters is between the quotes.
    known = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in known or tag.removeprefix("W/") in known
