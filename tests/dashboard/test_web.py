"""Headers and compression around every answer."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.web import Compression, SecurityHeaders, content_security_policy

LONG = "measure " * 1000


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    calls = 0
    real = tmp_path / "real.js"
    real.write_text(LONG)

    async def file(request: Request) -> Response:
        nonlocal calls
        calls += 1
        if request.path_params["name"] == "real.js":
            return FileResponse(real)
        if request.path_params["name"] == "none.js":
            return PlainTextResponse("no such file", 404)
        if request.path_params["name"] == "cut.js" and calls == 1:
            return Response(LONG, media_type="application/javascript", headers={"content-length": str(len(LONG) + 1)})
        return Response(LONG, media_type="application/javascript")

    async def counted(_: Request) -> Response:
        return PlainTextResponse(str(calls))

    async def image(_: Request) -> Response:
        return Response(LONG, media_type="image/png")

    policy = content_security_policy(["'sha256-abc'"])
    app = Starlette(
        routes=[Route("/assets/{name}", file), Route("/calls", counted), Route("/image", image)],
        middleware=[Middleware(SecurityHeaders, policy=policy), Middleware(Compression)],
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dashboard") as client:
        yield client


async def test_files_with_a_version_are_gzipped_and_kept_forever(http: httpx.AsyncClient) -> None:
    for _ in range(2):
        answer = await http.get("/assets/a.js?v=1")
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert int(answer.headers["content-length"]) == len(gzip.compress(LONG.encode(), 9))
        assert answer.text == LONG
    assert (await http.get("/calls")).text == "1", "who comes next gets what is kept"


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "gzip;q=0, *", "gzip;q=0.5, identity", ""])
async def test_who_takes_no_gzip_gets_none(http: httpx.AsyncClient, accepted: str) -> None:
    answer = await http.get("/assets/a.js", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.text == LONG


@pytest.mark.parametrize("accepted", ["gzip, deflate, br, zstd", "br;q=1.0, GZIP;q=0.8, *;q=0.1", "*"])
async def test_who_takes_gzip_gets_it(http: httpx.AsyncClient, accepted: str) -> None:
    answer = await http.get("/assets/a.js", headers={"accept-encoding": accepted})
    assert answer.headers["content-encoding"] == "gzip"


async def test_a_file_that_was_cut_off_keeps_its_length_and_is_asked_for_again(http: httpx.AsyncClient) -> None:
    cut = await http.get("/assets/cut.js?v=1")
    assert "content-encoding" not in cut.headers
    assert int(cut.headers["content-length"]) == len(LONG) + 1
    assert cut.headers["cache-control"] == "no-store"
    whole = await http.get("/assets/cut.js?v=1")
    assert whole.headers["content-encoding"] == "gzip"
    assert whole.text == LONG


async def test_who_has_half_of_a_file_gets_all_of_it(http: httpx.AsyncClient) -> None:
    """The half may be gzipped, and what followed would be of another encoding."""
    for _ in range(2):
        answer = await http.get("/assets/real.js?v=1", headers={"range": "bytes=500-"})
        assert (answer.status_code, answer.text) == (200, LONG)
        assert answer.headers["accept-ranges"] == "none"


async def test_a_file_is_kept_once_nobody_can_be_writing_it(http: httpx.AsyncClient, tmp_path: Path) -> None:
    fresh = await http.get("/assets/real.js?v=1")
    assert (fresh.headers["cache-control"], fresh.text) == ("no-cache", LONG)
    (tmp_path / "real.js").write_text(2 * LONG)
    os.utime(tmp_path / "real.js", (0, time.time() - 60))
    settled = await http.get("/assets/real.js?v=1")
    assert (settled.headers["cache-control"], settled.text) == ("public, max-age=31536000, immutable", 2 * LONG)


async def test_a_missing_file_is_not_kept(http: httpx.AsyncClient) -> None:
    assert (await http.get("/assets/none.js?v=1")).headers["cache-control"] == "no-cache"


async def test_a_file_without_a_version_is_asked_for_each_time(http: httpx.AsyncClient) -> None:
    await http.get("/assets/a.js?v=1")
    assert (await http.get("/assets/a.js")).headers["cache-control"] == "no-cache"


async def test_small_answers_and_images_stay_as_they_are(http: httpx.AsyncClient) -> None:
    assert "content-encoding" not in (await http.get("/calls")).headers
    assert "content-encoding" not in (await http.get("/image")).headers


async def test_every_answer_is_guarded(http: httpx.AsyncClient) -> None:
    headers = (await http.get("/calls")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "script-src 'self' 'sha256-abc';" in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"], "no other host"
