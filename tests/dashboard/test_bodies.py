"""Bodies of requests: whole, bounded, and in time before anybody works on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from dashboard import bodies
from dashboard.bodies import UnfinishedBodyError, WholeBodies, is_own_origin, whole_body

MOST_BYTES = 10


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async def echo(request: Request) -> Response:
        return Response(await request.body())

    app = WholeBodies(Starlette(routes=[Route("/", echo, methods=["GET", "POST"])]), MOST_BYTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dashboard") as client:
        yield client


async def parts(*texts: bytes) -> AsyncIterator[bytes]:
    for text in texts:
        yield text


async def test_bodies_of_any_number_of_parts_are_handed_on_whole(http: httpx.AsyncClient) -> None:
    assert (await http.get("/")).content == b""
    assert (await http.post("/", content=b"0123456789")).content == b"0123456789"
    assert (await http.post("/", content=parts(b"012", b"", b"345"))).content == b"012345"


async def test_a_body_over_its_bound_is_refused(http: httpx.AsyncClient) -> None:
    for body in (b"0123456789a", parts(b"0123456789", b"a")):
        answer = await http.post("/", content=body)
        assert (answer.status_code, answer.text) == (413, "the body has more than 10 bytes: want at most so many")


async def test_a_body_that_does_not_come_is_refused(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_WITHIN_S", 0.05)

    async def halting() -> AsyncIterator[bytes]:
        yield b"01"
        await asyncio.Event().wait()

    answer = await http.post("/", content=halting())
    assert (answer.status_code, answer.text) == (408, "the body did not come within 0.05 s: send it at once")


async def test_half_a_body_is_none() -> None:
    messages: list[Message] = [{"type": "http.disconnect"}, {"type": "http.request", "body": b"0", "more_body": True}]

    async def receive() -> Message:
        return messages.pop()

    with pytest.raises(UnfinishedBodyError, match="left before its end"):
        await whole_body(receive, MOST_BYTES)


@pytest.mark.parametrize(
    ("headers", "is_own"),
    [
        ({"host": "a:1"}, True),
        ({"host": "a:1", "origin": "http://a:1"}, True),
        ({"host": "a:1", "origin": "https://a:1"}, True),
        ({"host": "a:1", "origin": "http://a"}, False),
        ({"host": "a:1", "origin": "http://b/a:1"}, False),
        ({"host": "a:1", "origin": "null"}, False),
        ({"origin": "null"}, False),
        ({"host": "a:1", "origin": "http://["}, False),
    ],
)
def test_whose_page_sends_it(headers: dict[str, Any], is_own: bool) -> None:
    assert is_own_origin(Headers(headers)) is is_own
