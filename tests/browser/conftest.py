"""One swarm and one browser for all tests of this folder; each test has a fresh page, which must not complain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import NoChromiumError, Watched, running_chromium
from tests.browser.swarm import Swarm, running_swarm

NODES = ("alpha", "beta")

# What is looked for goes through several processes, on a machine that has others to run.
expect.set_options(timeout=20_000)

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker("browser")


# Not for the session: Playwright's loop runs as long as the browser does, and no asynchronous test could run beside it.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    try:
        with running_chromium() as browser:
            yield browser
    except NoChromiumError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="package")
def swarm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swarm]:
    with running_swarm(tmp_path_factory.mktemp("swarm"), *NODES) as swarm:
        yield swarm


@pytest.fixture(autouse=True)
def nothing_stays_open(chromium: Browser) -> Iterator[None]:
    """A page that a failed test left open would be one browser too many for all tests after it."""
    before = set(chromium.contexts)
    yield
    for context in set(chromium.contexts) - before:
        context.close()


@pytest.fixture
def open_page(chromium: Browser, swarm: Swarm) -> Iterator[OpenPage]:
    """Opens a path of the dashboard: `open_page("/", color_scheme="dark", viewport=…)`."""
    contexts = []
    watched: list[Watched] = []

    def opened(path: str, **options: Any) -> Page:
        contexts.append(chromium.new_context(**{"viewport": {"width": 1440, "height": 900}} | options))
        watched.append(Watched(contexts[-1]))
        watched[-1].page.goto(swarm.url + path)
        return watched[-1].page

    yield opened
    complaints = [complaint for each in watched for complaint in each.complaints]
    for context in contexts:
        context.close()
    assert complaints == []
