"""Links that people copy, and links that pages follow."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dashboard.app import ASSETS
from tests.browser.pages import settled

OpenPage = Callable[..., Page]
_REFERENCE = re.compile(r"\bmcp\.(\w+)\.(\w+)")


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/node/alpha?range=15m", "Copy a link to this view"),
        ("/compare?column=cpu.percent&range=15m", "Copy a link to this view"),
        ("/dashboard/swarm-overview?range=15m", "Copy a link to share"),
    ],
)
def test_a_link_to_the_view_is_copied(open_page: OpenPage, path: str, button: str) -> None:
    page = settled(open_page(path, permissions=["clipboard-read", "clipboard-write"]))
    page.get_by_role("button", name=button).click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.includes('range=15m'))")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert path.partition("?")[0] in copied


@pytest.mark.parametrize(
    ("path", "link", "target"),
    [("/", "#figure-cpu-note a", "/node/"), ("/node/alpha", "#fact-labels a", r"/\?label=region%3Deu")],
)
def test_a_link_goes_to_a_page_without_loading_the_document_again(
    open_page: OpenPage, path: str, link: str, target: str
) -> None:
    page = settled(open_page(path))
    page.evaluate("window.isTheSame = true")
    # What a figure's link leads to may change between a look and a click at its place.
    page.locator(link).first.evaluate("(link) => link.click()")
    expect(page).to_have_url(re.compile(target))
    assert page.evaluate("window.isTheSame")


def test_a_link_opened_in_another_tab_leaves_this_one(open_page: OpenPage) -> None:
    page = settled(open_page("/node/alpha"))
    with page.context.expect_page() as opened:
        page.locator("#fact-labels a").first.click(modifiers=["ControlOrMeta"])
    expect(opened.value).to_have_url(re.compile("label="))
    expect(page).to_have_url(re.compile("/node/alpha"))


def test_what_a_script_calls_of_another_is_there(open_page: OpenPage) -> None:
    page = settled(open_page("/node/alpha"))
    scripts = (re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.MULTILINE) for path in ASSETS.glob("*.js"))
    called = sorted({(module, name) for script in scripts for module, name in _REFERENCE.findall(script)})
    assert len(called) > 100
    lacking = "(called) => called.filter(([module, name]) => mcp[module]?.[name] === undefined)"
    assert page.evaluate(lacking, called) == []
