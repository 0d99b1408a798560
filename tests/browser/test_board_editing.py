"""Editing a dashboard in a real browser: by keys, step by step, and without losing anything."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.boards import CPU, MEMORY, box, drawn, kept, made, panel, places, save
from tests.browser.chromium import Watched
from tests.browser.swarm import Swarm

OpenPage = Callable[..., Page]


def test_panels_are_moved_and_resized_by_keys_and_each_step_can_be_undone(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "By keys", CPU, MEMORY)
    page = open_page(f"/dashboard/{dashboard}?edit=1")
    grip = panel(page, "CPU").locator(".board-grip")
    expect(grip).to_be_visible()
    grip.focus()
    for key in ("ArrowRight", "Shift+ArrowDown", "Shift+ArrowLeft", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    expect(grip).to_be_focused()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Shift+z")
    save(page)
    assert places(swarm.url, dashboard) == {"CPU": (1, 0, 4, 5), "Memory": (6, 0, 6, 4)}


def test_a_deleted_panel_comes_back(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Deleted", CPU, MEMORY)
    page = open_page(f"/dashboard/{dashboard}?edit=1")
    panel(page, "CPU").get_by_role("button", name="Delete").click()
    expect(panel(page, "CPU")).to_have_count(0)
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    drawn(page, "CPU")
    panel(page, "Memory").get_by_role("button", name="Duplicate").click()
    expect(page.locator(".board-panel")).to_have_count(3)
    save(page)
    assert places(swarm.url, dashboard)["Memory (copy)"] == (6, 4, 6, 4)


def test_the_offer_to_bring_a_panel_back_goes_with_the_next_step(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Offered", CPU, MEMORY)
    page = open_page(f"/dashboard/{dashboard}?edit=1")
    offer = page.get_by_role("status").get_by_role("button", name="Undo")
    panel(page, "CPU").get_by_role("button", name="Delete").click()
    expect(offer).to_be_visible()
    page.get_by_label("Title").fill("Offered no more")
    expect(offer).to_have_count(0)
    panel(page, "Memory").get_by_role("button", name="Delete").click()
    expect(offer).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(page.locator("#dashboard-bar")).to_be_hidden()
    expect(offer).to_have_count(0)
    expect(page.locator(".board-panel")).to_have_count(2)


def test_a_panel_is_added_and_edited_on_a_phone(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "By thumb", CPU)
    page = open_page(f"/dashboard/{dashboard}?edit=1", viewport={"width": 390, "height": 844}, has_touch=True)
    opener = page.get_by_role("button", name="Add a panel")
    for _ in range(2):
        opener.click()
        page.keyboard.press("Escape")
        expect(opener).to_be_focused()
    opener.click()
    dialog = page.get_by_role("dialog", name="Add a panel")
    add = dialog.get_by_role("button", name="Add", exact=True)
    expect(add).to_be_in_viewport(ratio=1)
    add.click()
    expect(dialog.get_by_role("alert")).to_be_in_viewport()
    dialog.get_by_role("combobox", name="Columns").fill("memory.percent")
    dialog.get_by_role("option", name="memory.percent").click()
    dialog.get_by_label("Aggregate").select_option("MEAN")
    add.click()
    expect(page.locator(".board-panel")).to_have_count(2)
    panel(page, "CPU").get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Edit the panel")
    dialog.get_by_label("Title").fill("Load")
    dialog.get_by_role("button", name="Done").click()
    save(page)
    assert [each["title"] for each in kept(swarm.url, dashboard)["panels"]] == ["Load", ""]


def test_escape_asks_before_what_was_typed_of_a_panel_is_gone(open_page: OpenPage, swarm: Swarm) -> None:
    page = open_page(f"/dashboard/{made(swarm.url, 'Escaped', CPU)}?edit=1")
    panel(page, "CPU").get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Edit the panel")
    dialog.get_by_label("Title").fill("Processors")
    question = page.get_by_role("dialog", name="Discard your changes?")
    # Nothing between them: then the browser would close the dialog itself.
    for _ in range(2):
        page.keyboard.press("Escape")
        expect(question).to_be_visible()
        page.keyboard.press("Escape")
        expect(question).to_have_count(0)
    expect(dialog.get_by_label("Title")).to_have_value("Processors")
    expect(dialog.get_by_label("Title")).to_be_focused()
    page.keyboard.press("Escape")
    question.get_by_role("button", name="Discard").click()
    expect(dialog).to_have_count(0)
    expect(panel(page, "CPU")).to_be_visible()


def test_in_the_editor_each_field_has_its_own_name_and_place(open_page: OpenPage, swarm: Swarm) -> None:
    columns = [f"custom.{number}.{'x' * 60}" for number in range(20)]
    dashboard = made(swarm.url, "Many columns", CPU | {"columns": columns})
    page = open_page(f"/dashboard/{dashboard}?edit=1")
    panel(page, "CPU").get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Edit the panel")
    expect(dialog.get_by_label("Aggregate")).to_have_count(1)
    nodes = dialog.get_by_role("combobox", name="Nodes")
    expect(nodes).to_have_count(1)
    chips, preview = box(dialog.locator(".picker-box").first), box(dialog.locator(".editor-preview"))
    assert chips["x"] + chips["width"] < preview["x"]
    nodes.click()
    dialog.get_by_role("option", name="beta").click()
    dialog.get_by_role("button", name="Done").click()
    save(page)
    assert kept(swarm.url, dashboard)["panels"][0]["node_ids"] == ["beta"]


def test_a_double_click_on_save_saves_once_and_what_changes_meanwhile_stays(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Saved once", CPU)
    page = open_page(f"/dashboard/{dashboard}?edit=1")
    page.get_by_label("Title").fill("Saved first")
    held: list[Route] = []
    page.route("**/api/dashboards/*", lambda route: held.append(route))
    page.get_by_role("button", name="Save", exact=True).dblclick()
    page.get_by_label("Title").fill("Saved then")
    assert len(held) == 1
    held[0].continue_()
    page.unroute("**/api/dashboards/*")
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert kept(swarm.url, dashboard)["title"] == "Saved first"
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    save(page)
    assert kept(swarm.url, dashboard)["title"] == "Saved then"


def test_leaving_with_unsaved_changes_is_asked_about_and_loses_nothing(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Unsaved", CPU)
    page = open_page(f"/dashboard/{dashboard}?edit=1")
    page.get_by_label("Title").fill("Unsaved words")
    page.get_by_role("link", name="Fleet", exact=True).click()
    question = page.get_by_role("dialog", name="Leave without saving?")
    question.get_by_role("button", name="Stay").click()
    expect(page.get_by_label("Title")).to_have_value("Unsaved words")
    page.evaluate("mcp.shell.go('/dashboards')")
    expect(page.get_by_role("heading", name="Dashboards", level=1)).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Title")).to_have_value("Unsaved words", timeout=10_000)
    drawn(page, "CPU")
    page.once("dialog", lambda question: question.accept())
    page.reload()
    expect(page.get_by_label("Title")).to_have_value("Unsaved words")
    page.get_by_role("link", name="Fleet", exact=True).click()
    question.get_by_role("button", name="Save and leave").click()
    expect(page.get_by_role("heading", name="Fleet", level=1)).to_be_visible()
    assert kept(swarm.url, dashboard)["title"] == "Unsaved words"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(chromium: Browser, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Shared", CPU)
    context = chromium.new_context()
    page = Watched(context).page
    page.goto(f"{swarm.url}/dashboard/{dashboard}?edit=1")
    page.get_by_label("Title").fill("Mine")
    httpx.put(f"{swarm.url}/api/dashboards/{dashboard}", json=kept(swarm.url, dashboard) | {"title": "Theirs"})
    page.get_by_role("button", name="Save", exact=True).click()
    question = page.get_by_role("dialog", name="Somebody else changed it meanwhile")
    question.get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("Title")).to_have_value("Mine")
    page.get_by_role("button", name="Save", exact=True).click()
    question.get_by_role("button", name="Save mine as a copy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mine (copy)")
    assert kept(swarm.url, dashboard)["title"] == "Theirs"
    context.close()
