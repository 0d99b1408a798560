"""The socket: bounded, and only for pages of this host."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.hub import Hub, Source
from dashboard.live import MAX_TOPICS, serve_live, topics_of
from mcp_telemetry.errors import ProtocolError


class Still:
    """A source that says one thing."""

    def opening(self) -> str:
        return '{"topic": "fleet"}'

    async def updates(self) -> AsyncGenerator[str, None]:
        return
        yield


def broken(_source: Still) -> str:
    raise ValueError("a defect")


def source_of(name: str) -> Source | None:
    return Still() if name == "fleet" else None


@pytest.fixture
def client() -> TestClient:
    hub: Hub | None = None

    async def live(socket: WebSocket) -> None:
        nonlocal hub
        hub = hub or Hub(source_of, max_browsers=1)
        await serve_live(socket, hub)

    return TestClient(Starlette(routes=[WebSocketRoute("/live", live)]))


def test_it_gets_what_it_looks_at(client: TestClient) -> None:
    with client.websocket_connect("/live", headers={"origin": "http://testserver"}) as socket:
        socket.send_json({"look_at": ["fleet"]})
        assert socket.receive_json() == {"topic": "fleet"}


def test_a_page_of_another_host_is_refused(client: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/live", headers={"origin": "http://elsewhere.example"}),
    ):
        pass


def test_one_too_many_is_told_to_come_later(client: TestClient) -> None:
    with client, client.websocket_connect("/live"), client.websocket_connect("/live") as second:
        with pytest.raises(WebSocketDisconnect) as ended:
            second.receive_text()
        assert ended.value.code == 1013
        assert "browsers are open" in ended.value.reason


@pytest.mark.parametrize("text", ["garbage", '{"look_at": 5}', '{"look_at": [5]}'])
def test_nonsense_ends_it_with_the_reason(client: TestClient, text: str) -> None:
    with client.websocket_connect("/live") as socket:
        socket.send_text(text)
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
        assert ended.value.code == 1008
        assert "want" in ended.value.reason


def test_a_name_that_means_nothing_takes_nothing_from_the_others(client: TestClient) -> None:
    with client.websocket_connect("/live") as socket:
        socket.send_json({"look_at": ["nonsense", "fleet"]})
        assert socket.receive_json() == {"topic": "nonsense", "kind": "unknown"}
        assert socket.receive_json() == {"topic": "fleet"}


def test_a_binary_message_ends_it_as_data_of_no_use(client: TestClient) -> None:
    with client.websocket_connect("/live") as socket:
        socket.send_bytes(b'{"look_at": ["fleet"]}')
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
        assert (ended.value.code, ended.value.reason) == (1003, "want text, not a binary message")


def test_a_topic_that_cannot_begin_ends_it_so_that_the_browser_connects_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Still, "opening", broken)
    with client.websocket_connect("/live") as socket:
        socket.send_json({"look_at": ["fleet"]})
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
        assert ended.value.code == 1011
    assert "a defect" in caplog.text


def test_too_many_topics_are_refused() -> None:
    with pytest.raises(ProtocolError, match=f"at most {MAX_TOPICS}"):
        topics_of('{"look_at": [' + ",".join(['"fleet"'] * (MAX_TOPICS + 1)) + "]}")
