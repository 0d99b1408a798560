"""Names by which browsers may ask, with a real application behind."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.hosts import KnownHosts, known_hosts

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@pytest.mark.parametrize(
    ("listens_on", "named", "known"),
    [
        ("0.0.0.0", (), None),
        ("10.0.0.7", (), None),
        ("monitor.example", (), None),
        ("127.0.0.1", (), LOOPBACK),
        ("::1", (), LOOPBACK),
        ("localhost", (), LOOPBACK),
        ("127.0.0.1", ("*",), None),
        ("127.0.0.1", ("Monitor.example",), LOOPBACK | {"monitor.example"}),
        ("0.0.0.0", ("monitor.example",), LOOPBACK | {"monitor.example"}),
    ],
)
def test_which_names_there_are(listens_on: str, named: tuple[str, ...], known: set[str] | None) -> None:
    assert known_hosts(listens_on, named) == known


@pytest.fixture
def client() -> TestClient:
    async def page(_: Request) -> PlainTextResponse:
        return PlainTextResponse("page")

    async def live(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("live")
        await socket.close()

    known = Middleware(KnownHosts, names=known_hosts("127.0.0.1", ["monitor.example"]))
    return TestClient(Starlette(routes=[Route("/", page), WebSocketRoute("/live", live)], middleware=[known]))


@pytest.mark.parametrize("host", ["localhost:5000", "127.0.0.1", "[::1]:5000", "Monitor.Example:443", ""])
def test_those_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).text == "page"
    with client.websocket_connect("/live", headers={"host": host}) as socket:
        assert socket.receive_text() == "live"


@pytest.mark.parametrize("host", ["evil.example:5000", "localhost.evil.example", "[::2]:5000", "["])
def test_others_are_not(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert answer.text.endswith("answers to 127.0.0.1, ::1, localhost, monitor.example: add it with --dashboard-hosts")
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/live", headers={"host": host}):
        pass
