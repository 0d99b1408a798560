"""The hub: encoded once, bounded, and a topic lives as long as somebody looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from dashboard.hub import Browser, Hub, Topic
from mcp_telemetry.errors import OverloadedError


class Script:
    """A source whose messages a test hands over."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[str | Exception] = asyncio.Queue()
        self.openings = 0
        self.is_running = False

    def opening(self) -> str:
        self.openings += 1
        return f"opening {self.openings}"

    async def updates(self) -> AsyncGenerator[str, None]:
        self.is_running = True
        try:
            while True:
                message = await self.messages.get()
                if isinstance(message, Exception):
                    raise message
                yield message
        finally:
            self.is_running = False


@pytest.fixture
async def scripts() -> dict[str, Script]:
    return {"fleet": Script(), "node/a": Script()}


@pytest.fixture
async def hub(scripts: dict[str, Script]) -> AsyncIterator[Hub]:
    hub = Hub(scripts.get, max_browsers=3)
    yield hub
    await hub.close()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_browser_gets_the_opening_and_then_what_comes(hub: Hub, scripts: dict[str, Script]) -> None:
    browser = hub.join()
    hub.look_at(browser, ["fleet"])
    assert await browser.next() == "opening 1"
    await scripts["fleet"].messages.put("one")
    assert await browser.next() == "one"


async def test_only_what_it_looks_at(hub: Hub, scripts: dict[str, Script]) -> None:
    first, second = hub.join(), hub.join()
    hub.look_at(first, ["fleet"])
    hub.look_at(second, ["node/a"])
    assert (await first.next(), await second.next()) == ("opening 1", "opening 1")
    await scripts["node/a"].messages.put("of a")
    assert await second.next() == "of a"
    hub.look_at(second, ["fleet"])
    assert await second.next() == "opening 2"


async def test_a_topic_runs_only_while_somebody_looks(hub: Hub, scripts: dict[str, Script]) -> None:
    first, second = hub.join(), hub.join()
    hub.look_at(first, ["fleet"])
    hub.look_at(second, ["fleet"])
    await settled()
    hub.leave(first)
    await settled()
    assert scripts["fleet"].is_running
    hub.look_at(second, [])
    await settled()
    assert not scripts["fleet"].is_running
    assert hub.figures() == {"browsers": 1, "topics": 0, "dropped": 0}


async def test_a_topic_that_fails_starts_again_and_so_do_its_browsers(
    hub: Hub, scripts: dict[str, Script], caplog: pytest.LogCaptureFixture
) -> None:
    browser = hub.join()
    hub.look_at(browser, ["fleet"])
    assert await browser.next() == "opening 1"
    await scripts["fleet"].messages.put(ValueError("a defect"))
    async with asyncio.timeout(5):
        assert await browser.next() == "opening 2"
        await scripts["fleet"].messages.put("goes on")
        assert await browser.next() == "goes on"
    assert "a defect" in caplog.text
    hub.leave(browser)
    await settled()
    assert not scripts["fleet"].is_running


async def test_a_name_that_means_nothing_is_said_and_ends_with_the_look(hub: Hub) -> None:
    browser = hub.join()
    hub.look_at(browser, ["nonsense"])
    assert await browser.next() == '{"topic":"nonsense","kind":"unknown"}'
    hub.leave(browser)
    assert hub.figures()["topics"] == 0


async def test_one_browser_too_many_is_refused(hub: Hub) -> None:
    for _ in range(3):
        hub.join()
    with pytest.raises(OverloadedError, match="3 browsers are open"):
        hub.join()


async def test_a_slow_browser_loses_messages_counted_and_starts_again_whole(
    hub: Hub, scripts: dict[str, Script]
) -> None:
    slow, quick = hub.join(), hub.join()
    hub.look_at(slow, ["fleet"])
    hub.look_at(quick, ["fleet"])
    assert await slow.next() == "opening 1"
    assert await quick.next() == "opening 2"
    for number in range(200):
        await scripts["fleet"].messages.put(str(number))
        assert await quick.next() == str(number)
    # 64 waited; the 65th threw them away and asked for the opening, which holds all that came after.
    assert hub.figures()["dropped"] == 64
    assert await slow.next() == "opening 3"
    await scripts["fleet"].messages.put("newest")
    assert await slow.next() == "newest"


async def test_the_count_of_dropped_messages_outlives_the_browser(hub: Hub, scripts: dict[str, Script]) -> None:
    slow = hub.join()
    hub.look_at(slow, ["fleet"])
    await slow.next()
    for number in range(100):
        await scripts["fleet"].messages.put(str(number))
    await settled()
    while scripts["fleet"].messages.qsize():
        await settled()
    await settled()
    hub.leave(slow)
    assert hub.figures()["dropped"] == 64


async def test_losing_one_topic_leaves_the_other(scripts: dict[str, Script]) -> None:
    browser = Browser(limit=2)
    fleet, one = Topic("fleet", scripts["fleet"]), Topic("node/a", scripts["node/a"])
    browser.offer(fleet, "f1")
    browser.offer(one, "a1")
    browser.offer(one, "a2")
    assert [await browser.next() for _ in range(3)] == ["opening 1", "a1", "a2"]
    assert browser.dropped == 1
    for topic in (fleet, one):
        topic.task.cancel()


async def test_nothing_is_sent_of_a_topic_it_left(hub: Hub, scripts: dict[str, Script]) -> None:
    browser = hub.join()
    hub.look_at(browser, ["fleet", "node/a"])
    await browser.next()
    await browser.next()
    await scripts["fleet"].messages.put("late")
    await settled()
    hub.look_at(browser, ["node/a"])
    await scripts["node/a"].messages.put("wanted")
    assert await browser.next() == "wanted"
