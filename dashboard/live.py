"""The WebSocket /live: a browser says what it looks at, and gets it.

It sends {"look_at": ["fleet", "node/<id>", …]} whenever that changes, at most 80 topics: one for each of the 64 panels
of a dashboard, which names its nodes and columns, and some for the rest of the page. A name that means nothing is
answered with {"topic", "kind": "unknown"}, once, and takes nothing from the others.
"""

from __future__ import annotations

import asyncio
import logging

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.bodies import is_own_origin
from dashboard.hub import Browser, Hub
from dashboard.panels import LONGEST_TOPIC
from mcp_telemetry.errors import OverloadedError, ProtocolError

__all__ = ["MAX_MESSAGE_BYTES", "MAX_TOPICS", "serve_live", "topics_of"]

logger = logging.getLogger(__name__)

MAX_TOPICS = 80
MAX_MESSAGE_BYTES = MAX_TOPICS * LONGEST_TOPIC
_UNSUPPORTED_DATA, _POLICY_VIOLATION, _INTERNAL_ERROR, _TRY_AGAIN_LATER = 1003, 1008, 1011, 1013
_MOST_REASON_BYTES = 120


async def serve_live(socket: WebSocket, hub: Hub) -> None:
    """Serves one browser until either side goes."""
    if not is_own_origin(socket.headers):
        await socket.close(_POLICY_VIOLATION)
        return
    await socket.accept()
    try:
        browser = hub.join()
    except OverloadedError as error:
        await socket.close(_TRY_AGAIN_LATER, str(error)[:_MOST_REASON_BYTES])
        return
    try:
        await _serve(socket, hub, browser)
    finally:
        hub.leave(browser)


async def _serve(socket: WebSocket, hub: Hub, browser: Browser) -> None:
    writer = asyncio.create_task(_write(socket, browser))
    try:
        await _read(socket, hub, browser)
    except _NoTextError as error:
        await socket.close(_UNSUPPORTED_DATA, str(error))
    except ProtocolError as error:
        await socket.close(_POLICY_VIOLATION, str(error)[:_MOST_REASON_BYTES])
    except WebSocketDisconnect:
        pass
    finally:
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)


async def _write(socket: WebSocket, browser: Browser) -> None:
    try:
        while True:
            await socket.send_text(await browser.next())
    except WebSocketDisconnect:
        pass
    except Exception:
        # A browser whose socket is closed connects again, and starts anew.
        logger.exception("writing to a browser failed")
        await socket.close(_INTERNAL_ERROR)


async def _read(socket: WebSocket, hub: Hub, browser: Browser) -> None:
    while True:
        hub.look_at(browser, topics_of(await _text(socket)))


async def _text(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"], message.get("reason"))
    text: str | None = message.get("text")
    if text is None:
        raise _NoTextError("want text, not a binary message")
    return text


class _NoTextError(ProtocolError):
    """A binary message: of no use here."""


def topics_of(text: str) -> list[str]:
    """The topics a browser's message asks for; ProtocolError if it is not such a message."""
    try:
        topics = orjson.loads(text)["look_at"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise ProtocolError('want {"look_at": [topic, …]}') from None
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise ProtocolError('want {"look_at": [topic, …]}, each topic a text')
    if len(topics) > MAX_TOPICS:
        raise ProtocolError(f"{len(topics)} topics are too many: at most {MAX_TOPICS}")
    return topics
