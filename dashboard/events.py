"""What happened in the swarm, as JSON: asked of the leader once, and followed live.

The topic `events` of the live socket is {"topic", "kind": "open"}, then {"topic", "kind": "append", "events": [event]}.
An event is {"id", "time_ms", "node_id", "kind", "count", "detail"}. One that is repeated within a minute comes again
with the same id, a later time and a larger count; `open` tells the browser to ask for those it does not have.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from itertools import islice
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from dashboard.params import node_ids_of, range_of, texts_of
from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.model.events import KINDS_BY_WORD, kind_word
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = [
    "LAST_ID",
    "MOST_EVENTS",
    "MOST_LETTERS",
    "MOST_NODES",
    "USUAL_LIMIT",
    "EventSource",
    "RecentEvents",
    "event_facts",
    "events_request",
]

USUAL_LIMIT, MOST_EVENTS = 200, 10_000
MOST_NODES = 100
_NS_PER_MS = 1_000_000
_MOST_RECENT = 500
# As many as a leader lets be named.
_MOST_FOUND = 10_000
LAST_ID = 2**53
MOST_LETTERS = 128


def event_facts(event: pb.Event) -> dict[str, Any]:
    """An event as JSON; `other` for a kind newer than this dashboard."""
    return {
        "id": event.id,
        "time_ms": event.time_unix_nano // _NS_PER_MS,
        "node_id": event.node_id,
        "kind": kind_word(event.kind),
        "count": event.count,
        "detail": event.detail,
    }


def events_request(query: QueryParams, known: Iterable[str], now_s: float) -> pb.ListEventsRequest | None:
    """Reads node, q, kind, start, end, range, limit, before and counts; all that happened, if none is given.

    known: the nodes there are; None if none of them fits
    """
    node_ids = _nodes(query, known)
    kinds = texts_of(query, "kind", len(KINDS_BY_WORD))
    for kind in kinds:
        if kind not in KINDS_BY_WORD:
            raise InvalidQueryError(f"kind is {kind[:64]!r}: want one of {', '.join(KINDS_BY_WORD)}")
    is_bounded = "start" in query or "range" in query
    span = range_of(query, now_s) if is_bounded or "end" in query else None
    request = pb.ListEventsRequest(
        node_ids=node_ids or (),
        kinds=[KINDS_BY_WORD[kind] for kind in kinds],
        start_unix_nano=span.start_ns if span and is_bounded else 0,
        end_unix_nano=span.end_ns if span and "end" in query else 0,
        limit=_number(query, "limit", USUAL_LIMIT, MOST_EVENTS),
        before_id=_number(query, "before", 0, LAST_ID),
        count_kinds=_wants_counts(query),
    )
    return None if node_ids is None else request


def _nodes(query: QueryParams, known: Iterable[str]) -> list[str] | None:
    """The nodes named, or those whose name holds the text; none for all, None if there is none such."""
    names = node_ids_of(query, MOST_NODES)
    text = query.get("q", "").strip().lower()
    if len(text) > MOST_LETTERS:
        raise InvalidQueryError(f"q has {len(text)} characters: want at most {MOST_LETTERS}, as a name has")
    if not text:
        return names
    found = [node_id for node_id in (names or known) if text in node_id.lower()]
    return found[:_MOST_FOUND] or None


def _wants_counts(query: QueryParams) -> bool:
    text = query.get("counts", "false")
    if text not in ("true", "false"):
        raise InvalidQueryError(f"counts is {text[:64]!r}: want true or false")
    return text == "true"


def _number(query: QueryParams, name: str, default: int, most: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 17 and 1 <= int(text) <= most):
        raise InvalidQueryError(f"{name} is {text[:64]!r}: want a whole number from 1 to {most}")
    return int(text)


class RecentEvents:
    """The newest events as the leader tells them, bounded. `version` counts all there were."""

    def __init__(self) -> None:
        self._events: deque[pb.Event] = deque(maxlen=_MOST_RECENT)
        self._news = asyncio.Event()
        self.version = 0

    def take(self, events: Iterable[pb.Event]) -> None:
        """These are new, or were repeated."""
        before = self.version
        for event in events:
            self._events.append(event)
            self.version += 1
        if self.version != before:
            self.wake()

    def wake(self) -> None:
        """Have all who wait look again."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    def since(self, version: int) -> list[pb.Event] | None:
        """Those after this version; None if some of them are gone."""
        fresh = self.version - version
        if fresh > len(self._events):
            return None
        return list(islice(self._events, len(self._events) - fresh, None))

    async def wait(self) -> None:
        """Until there are more, or somebody is to look again."""
        await self._news.wait()


class EventSource:
    """The topic `events`. `generation` of the mirror grows when the leader was lost: then some may have been missed."""

    def __init__(self, recent: RecentEvents, generation: Callable[[], int]) -> None:
        self._recent = recent
        self._generation = generation
        self._told = (recent.version, generation())

    def opening(self) -> str:
        """Tells the browser to ask for what there is."""
        return orjson.dumps({"topic": "events", "kind": "open"}).decode()

    async def updates(self) -> AsyncGenerator[str, None]:
        """Each event as it comes; the opening again when some may have been missed."""
        while True:
            version, generation = self._told
            now = (self._recent.version, self._generation())
            if now == self._told:
                await self._recent.wait()
                continue
            events, self._told = self._recent.since(version), now
            if events is None or generation != now[1]:
                yield self.opening()
            else:
                facts = [event_facts(event) for event in events]
                yield orjson.dumps({"topic": "events", "kind": "append", "events": facts}).decode()
