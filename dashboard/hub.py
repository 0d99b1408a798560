"""Who looks at what, and who gets which message: each message is encoded once, whatever the number of browsers.

A topic's source runs only while a browser looks at it. A browser that reads slowly loses messages, which is counted,
and then gets what a newcomer gets: the whole state of the topic.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Protocol

import orjson

from dashboard.mirror import backoff_s
from mcp_telemetry.errors import OverloadedError

__all__ = ["MAX_BROWSERS", "QUEUE_LIMIT", "Browser", "Hub", "Source", "Topic"]

logger = logging.getLogger(__name__)

MAX_BROWSERS = 500
QUEUE_LIMIT = 64


class Source(Protocol):
    """Where the messages of one topic come from."""

    def opening(self) -> str:
        """What a browser needs that joins now, or that has lost messages."""
        ...

    def updates(self) -> AsyncGenerator[str, None]:
        """Messages from now on, each of use to everyone who has the opening; runs until closed."""
        ...


class NoSource:
    """A name that means nothing: said once, so that whoever asks for it keeps all else it looks at."""

    def __init__(self, name: str) -> None:
        self._name = name

    def opening(self) -> str:
        """That there is no such topic."""
        return orjson.dumps({"topic": self._name, "kind": "unknown"}).decode()

    async def updates(self) -> AsyncGenerator[str, None]:
        """Nothing, ever."""
        await asyncio.Event().wait()
        yield ""


class Topic:
    """One source and the browsers that look at it. A source that fails starts again, and so does each browser."""

    def __init__(self, name: str, source: Source) -> None:
        self.name = name
        self.source = source
        self.browsers: set[Browser] = set()
        self.task = asyncio.create_task(self._run(), name=f"topic {name}")

    async def _run(self) -> None:
        for pause_s in backoff_s():
            try:
                await self._pass_on()
            except Exception:
                logger.exception("topic %s failed, starting it again", self.name)
            await asyncio.sleep(pause_s)
            for browser in self.browsers:
                browser.open(self)

    async def _pass_on(self) -> None:
        async with contextlib.aclosing(self.source.updates()) as messages:
            async for message in messages:
                for browser in self.browsers:
                    browser.offer(self, message)


class Browser:
    """One open socket: the topics it looks at, and what is still to be sent, bounded."""

    def __init__(self, limit: int = QUEUE_LIMIT) -> None:
        self.topics: dict[str, Topic] = {}
        self.dropped = 0
        self._limit = limit
        self._queue: deque[tuple[Topic, str]] = deque()
        self._to_open: dict[Topic, None] = {}
        self._filled = asyncio.Event()

    def open(self, topic: Topic) -> None:
        """Next for this topic is its opening, made at the moment when it can be sent."""
        self._forget(topic)
        self._to_open[topic] = None
        self._filled.set()

    def close(self, topic: Topic) -> None:
        """Nothing more of this topic."""
        self._forget(topic)
        self._to_open.pop(topic, None)

    def offer(self, topic: Topic, message: str) -> None:
        """Queues a message. If it is one too many, the topic of the oldest starts again with its opening."""
        if len(self._queue) >= self._limit:
            self._lose(self._queue[0][0])
        if topic not in self._to_open:
            self._queue.append((topic, message))
            self._filled.set()

    async def next(self) -> str:
        """Waits for the next message to send."""
        while not self._to_open and not self._queue:
            self._filled.clear()
            await self._filled.wait()
        if self._to_open:
            topic = next(iter(self._to_open))
            del self._to_open[topic]
            return topic.source.opening()
        return self._queue.popleft()[1]

    def _lose(self, topic: Topic) -> None:
        before = len(self._queue)
        self.open(topic)
        self.dropped += before - len(self._queue)

    def _forget(self, topic: Topic) -> None:
        self._queue = deque(entry for entry in self._queue if entry[0] is not topic)


class Hub:
    """All open sockets and all topics anybody looks at.

    `source_of` makes the source of a topic by its name; None for a name that means nothing.
    """

    def __init__(self, source_of: Callable[[str], Source | None], max_browsers: int = MAX_BROWSERS) -> None:
        self._source_of = source_of
        self._max_browsers = max_browsers
        self._browsers: set[Browser] = set()
        self._topics: dict[str, Topic] = {}
        self._dropped_before = 0

    def join(self) -> Browser:
        """A new browser; OverloadedError when there are too many."""
        if len(self._browsers) >= self._max_browsers:
            raise OverloadedError(f"{self._max_browsers} browsers are open: close one, or read the JSON API instead")
        browser = Browser()
        self._browsers.add(browser)
        return browser

    def leave(self, browser: Browser) -> None:
        """The browser is gone; a topic nobody looks at any more ends."""
        self.look_at(browser, ())
        self._browsers.discard(browser)
        self._dropped_before += browser.dropped

    def look_at(self, browser: Browser, names: Iterable[str]) -> None:
        """From now on the browser gets these topics and no others."""
        wanted = {name: self._topic(name) for name in names}
        for name in browser.topics.keys() - wanted.keys():
            self._part(browser, name)
        for name, topic in wanted.items():
            if name not in browser.topics:
                browser.topics[name] = topic
                topic.browsers.add(browser)
                browser.open(topic)

    def _topic(self, name: str) -> Topic:
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(name, self._source_of(name) or NoSource(name))
        return topic

    def _part(self, browser: Browser, name: str) -> None:
        topic = browser.topics.pop(name)
        browser.close(topic)
        topic.browsers.discard(browser)
        if not topic.browsers:
            del self._topics[name]
            topic.task.cancel()

    def figures(self) -> dict[str, int]:
        """How much is going on: browsers, topics, and messages dropped since the start."""
        dropped = self._dropped_before + sum(browser.dropped for browser in self._browsers)
        return {"browsers": len(self._browsers), "topics": len(self._topics), "dropped": dropped}

    async def close(self) -> None:
        """Ends every topic."""
        tasks = [topic.task for topic in self._topics.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
