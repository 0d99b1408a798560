"""The page of events in a real browser: what happened to real nodes, filtered, and growing while one reads."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mcp_telemetry.leader.event_files import EventFiles
from mcp_telemetry.leader.events import Event
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.browser.chromium import Watched
from tests.browser.swarm import Swarm, running_swarm
from tests.processes import wait_until

PHONE = {"width": 390, "height": 844}
# Odd: the last one is of a node that is back.
MANY = 249
HOUR_NS = 3600 * 10**9
KINDS = ((pb.WENT_OFFLINE, "Its connection broke."), (pb.CAME_BACK, "Connected again, after 12 s."))

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def swarm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swarm]:
    """One whose leader remembers two weeks: an event each hour, of alpha and beta in turn."""
    folder, now_ns = tmp_path_factory.mktemp("events"), time.time_ns()
    past = [
        Event(number, now_ns - (MANY - number + 1) * HOUR_NS, ("alpha", "beta")[number // 2 % 2], *_told(number))
        for number in range(1, MANY + 1)
    ]
    EventFiles(folder / "metrics" / "_events").append(past, now_ns)
    with running_swarm(folder, "alpha", "beta", "gamma") as swarm:
        yield swarm


def _told(number: int) -> tuple[int, int, str]:
    kind, detail = KINDS[number % 2]
    return kind, 1, detail


@pytest.fixture
def open_page(chromium: Browser, swarm: Swarm) -> Iterator[Open]:
    opened: list[Watched] = []

    def open_one(query: str = "", **options: Any) -> Page:
        viewport = {"width": 1440, "height": 900}
        opened.append(Watched(chromium.new_context(**{"viewport": viewport} | options)))
        page = opened[-1].page
        page.goto(f"{swarm.url}/events{query}")
        expect(page.locator("#events-page")).to_have_attribute(
            "data-state", re.compile("shown|no-match"), timeout=15_000
        )
        return page

    yield open_one
    complaints = [complaint for each in opened for complaint in each.complaints]
    for each in opened:
        each.page.context.close()
    assert complaints == []


def rows(page: Page) -> Locator:
    return page.locator("#events-list .event")


def test_events_are_told_by_day_with_word_node_and_sentence(open_page: Open) -> None:
    page = open_page()
    expect(page.locator(".event-day").first).to_contain_text("Today")
    joined = page.locator('.event[data-kind="joined"]')
    expect(joined).to_contain_text("Joined")
    expect(joined).to_contain_text("First seen, from 127.0.0.1.")
    expect(page.locator("#events-list ol").first).to_be_visible()
    page.locator('.event-node:text-is("gamma")').first.click()
    expect(page).to_have_url(re.compile(r"/node/gamma"))


def test_older_ones_are_loaded_until_the_end(open_page: Open) -> None:
    page = open_page("?node=alpha&node=beta&kind=offline&kind=back")
    expect(rows(page)).to_have_count(100)
    for count in (200, MANY):
        page.locator("#events-older").click()
        expect(rows(page)).to_have_count(count)
    expect(page.locator("#events-older")).to_be_hidden()
    expect(page.locator("#events-end")).to_be_visible()
    ids = [int(number) for number in rows(page).evaluate_all("rows => rows.map((row) => row.dataset.id)")]
    assert ids == list(range(MANY, 0, -1))


def test_filters_stand_in_the_address_and_are_read_from_it(open_page: Open) -> None:
    page = open_page()
    chip = page.locator('.event-kind[data-kind="offline"]')
    expect(chip.locator(".event-count")).to_have_text(re.compile(r"^\d+$"))
    chip.click()
    page.keyboard.press("/")
    page.keyboard.type("ALP")
    page.locator('[data-range="7d"]').click()
    expect(page).to_have_url(re.compile(r"\?(?=.*kind=offline)(?=.*q=ALP)(?=.*range=7d)"))
    expect(page.locator('.event:not([data-kind="offline"])')).to_have_count(0)
    expect(page.locator('.event-node:not(:text-is("alpha"))')).to_have_count(0)
    shown = rows(page).count()
    assert 30 < shown < 60
    again = open_page(page.url.partition("/events")[2])
    expect(rows(again)).to_have_count(shown)
    expect(again.locator("#events-search")).to_have_value("ALP")
    expect(again.locator('.event-kind[data-kind="offline"]')).to_have_attribute("aria-pressed", "true")
    href = again.locator("#events-json").get_attribute("href") or ""
    assert len(json.loads(again.request.get(again.url.partition("/events")[0] + href).text())["events"]) == shown


def test_where_nothing_matches_one_click_shows_all(open_page: Open) -> None:
    page = open_page("?q=nobody")
    expect(page.locator('[data-when="no-match"]')).to_be_visible()
    page.locator('[data-when="no-match"] button').click()
    expect(rows(page).first).to_be_visible()
    expect(page).not_to_have_url(re.compile("nobody"))
    expect(page.locator("#events-search")).to_have_value("")


def test_times_are_those_of_the_zone_in_the_address(open_page: Open) -> None:
    page = open_page("?node=alpha&kind=offline&tz=utc", timezone_id="Asia/Tokyo", locale="de-DE")
    row = rows(page).first
    moment = row.locator("time").get_attribute("datetime") or ""
    expect(row.locator("time")).to_have_text(moment[11:19])


def test_what_happens_is_on_top_at_once_and_moves_nothing_for_who_reads_below(open_page: Open, swarm: Swarm) -> None:
    top, reading = open_page(), open_page()
    reading.mouse.move(700, 500)
    reading.mouse.wheel(0, 3000)
    reading.wait_for_function("scrollY > 1000")
    middle = "document.elementFromPoint(700, 600).closest('.event').dataset.id"
    looked_at = reading.evaluate(middle)
    swarm.kill("gamma")
    gone = top.locator('.event[data-kind="offline"]').first
    expect(gone.locator(".event-node")).to_have_text("gamma", timeout=10_000)
    expect(top.locator("#events-said")).to_contain_text("Offline: gamma. Its connection broke.")
    expect(reading.locator("#events-new")).to_contain_text("1 new event", timeout=10_000)
    assert reading.evaluate(middle) == looked_at
    reading.locator("#events-new").click()
    expect(rows(reading).first.locator(".event-node")).to_have_text("gamma")
    reading.wait_for_function("scrollY === 0")
    expect(reading.locator("#events-new")).to_be_hidden()
    swarm.start_node("gamma")
    expect(rows(top).first).to_have_attribute("data-kind", "restarted", timeout=20_000)
    expect(rows(top).nth(1)).to_have_attribute("data-kind", "back")


def test_on_a_phone_nothing_is_wider_than_the_screen(open_page: Open) -> None:
    page = open_page(viewport=PHONE, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(rows(page).first.locator(".event-detail")).to_be_in_viewport()


def test_a_leader_that_comes_back_tells_what_the_page_has_missed(open_page: Open, swarm: Swarm) -> None:
    page = open_page("?kind=leader_started")
    expect(rows(page)).to_have_count(1)
    swarm.kill("leader")
    expect(page.locator("#banner")).to_be_visible(timeout=10_000)
    swarm.start_leader()
    expect(rows(page)).to_have_count(2, timeout=20_000)


def test_who_reads_old_ones_stays_there_when_the_leader_comes_back(open_page: Open, swarm: Swarm) -> None:
    page = open_page()
    page.locator("#events-older").click()
    wait_until(lambda: rows(page).count() > 150)
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 7000)
    page.wait_for_function("scrollY > 5000")
    middle = "document.elementFromPoint(700, 600).closest('.event').dataset.id"
    looked_at, before = page.evaluate(middle), rows(page).count()
    swarm.kill("leader")
    swarm.start_leader()
    expect(page.locator("#events-new")).to_contain_text("new event", timeout=20_000)
    assert rows(page).count() == before
    # The banner that said so is gone again.
    wait_until(lambda: page.evaluate(middle) == looked_at)
