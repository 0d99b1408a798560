"""Own dashboards in a real browser: listed, made by hand, kept, exported and imported."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import grave_violations
from tests.browser.boards import CPU, MEMORY, box, drawn, kept, made, panel, places, save
from tests.browser.chromium import Watched
from tests.browser.swarm import Swarm, running_swarm
from tests.processes import wait_until

OpenPage = Callable[..., Page]


@pytest.fixture
def own_swarm(tmp_path: Path) -> Iterator[Swarm]:
    with running_swarm(tmp_path, "alpha") as swarm:
        yield swarm


def drag(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + by[0] / 2, start[1] + by[1] / 2, steps=5)
    page.mouse.move(start[0] + by[0], start[1] + by[1], steps=5)
    page.mouse.up()


def test_what_was_made_by_drag_and_drop_is_there_after_the_leader_restarted(
    chromium: Browser, own_swarm: Swarm
) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    page = Watched(context).page
    page.goto(f"{own_swarm.url}/dashboards")
    page.get_by_role("button", name="New dashboard").click()
    page.get_by_label("Title").fill("Made by hand")
    page.get_by_role("button", name="Create").click()
    for title, column in (("CPU", "cpu.percent"), ("Memory", "memory.percent")):
        page.locator("#board-add").click()
        dialog = page.get_by_role("dialog", name="Add a panel")
        dialog.get_by_label("Title").fill(title)
        dialog.get_by_role("combobox", name="Columns").fill(column)
        dialog.get_by_role("option").filter(has_text=column).first.click()
        dialog.get_by_role("button", name="Add", exact=True).click()
        drawn(page, title)
    head = box(panel(page, "Memory").locator(".board-head"))
    grip = box(panel(page, "Memory").locator(".board-grip"))
    drag(page, (grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2), (-head["width"] - 30, 10))
    wait_until(lambda: box(panel(page, "Memory"))["x"] < box(panel(page, "CPU"))["x"] + 10)
    frame = box(panel(page, "Memory"))
    column = page.locator("#dashboard-grid").evaluate("(grid) => grid.clientWidth / 12")
    drag(page, (frame["x"] + frame["width"] - 6, frame["y"] + frame["height"] - 6), (2 * column, 80))
    save(page)
    stood = places(own_swarm.url, "made-by-hand")
    assert stood["Memory"] == (0, 0, 8, 5)
    own_swarm.kill("leader")
    own_swarm.start_leader()
    wait_until(lambda: httpx.get(f"{own_swarm.url}/api/dashboards/made-by-hand").is_success, 20)
    assert places(own_swarm.url, "made-by-hand") == stood
    page.goto(f"{own_swarm.url}/dashboards")
    page.get_by_role("link", name="Made by hand").click()
    for title in ("CPU", "Memory"):
        drawn(page, title)
    assert box(panel(page, "Memory"))["width"] == pytest.approx(frame["width"] + 2 * column, abs=4)
    context.close()


def test_the_list_shows_what_there_is_and_finds_it(open_page: OpenPage, swarm: Swarm) -> None:
    made(swarm.url, "Findable", CPU, description="only this one says zebra")
    page = open_page("/dashboards")
    card = page.locator(".board-card").filter(has_text="Findable")
    expect(card).to_contain_text("1 panel · changed now")
    assert card.locator("rect").count() == 1
    expect(page.locator(".board-card").filter(has_text="Swarm overview")).to_contain_text("Built in")
    page.keyboard.press("/")
    page.keyboard.type("ZEBRA")
    expect(page.locator(".board-card")).to_have_count(1)
    page.get_by_label("Search dashboards").fill("nothing has this")
    expect(page.get_by_text("No dashboard matches.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_built_in_one_is_drawn_without_a_shift(open_page: OpenPage, scheme: str) -> None:
    page = open_page("/dashboard/swarm-overview?range=5m", color_scheme=scheme)
    for title in ("Mean CPU", "Network in and out"):
        drawn(page, title)
    expect(page).to_have_title("Swarm overview · MCP Telemetry")
    shifts = (
        "new Promise((done) => { new PerformanceObserver((list) => done(list.getEntries().map(({ value, sources }) =>"
        " [value, sources.map(({ node }) => node?.className)]))).observe({ type: 'layout-shift', buffered: true });"
        " setTimeout(() => done([]), 500); })"
    )
    assert sum(value for value, _ in page.evaluate(shifts)) < 0.01
    expect(page.get_by_role("button", name="Edit", exact=True)).to_have_count(0)


def test_a_built_in_one_is_changed_as_a_copy(open_page: OpenPage, swarm: Swarm) -> None:
    page = open_page("/dashboard/hosts")
    page.get_by_role("button", name="Make a copy to change").click()
    expect(page.locator("#dashboard-bar")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Hosts (copy)")
    page.get_by_label("Title").fill("My hosts")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("My hosts")
    assert kept(swarm.url, "hosts-copy")["title"] == "My hosts"


def test_export_and_import(open_page: OpenPage, swarm: Swarm, tmp_path: Path) -> None:
    dashboard = made(swarm.url, "Travels far", CPU, MEMORY, range="1h")
    page = open_page(f"/dashboard/{dashboard}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as a file").click()
    assert download.value.suggested_filename == "travels-far.json"
    file = tmp_path / "travels-far.json"
    download.value.save_as(file)
    assert set(json.loads(file.read_text())) == {"title", "description", "range", "panels"}
    page.get_by_role("link", name="All dashboards").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    chooser.value.set_files(file)
    expect(page.get_by_role("status").filter(has_text="Imported “Travels far”.")).to_be_visible()
    assert places(swarm.url, "travels-far-2") == places(swarm.url, dashboard)
    (tmp_path / "bad.json").write_text("[]")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    chooser.value.set_files([tmp_path / "bad.json", file])
    outcome = page.get_by_role("status").filter(has_text="bad.json was not imported: The file holds no")
    expect(outcome).to_contain_text("Imported “Travels far”.")


def test_a_dashboard_is_duplicated_and_deleted(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Short-lived", CPU)
    page = open_page(f"/dashboard/{dashboard}")
    page.get_by_role("button", name="Duplicate", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Short-lived (copy)")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Dashboards", level=1)).to_be_visible()
    assert httpx.get(f"{swarm.url}/api/dashboards/short-lived-copy").status_code == 404
    assert httpx.get(f"{swarm.url}/api/dashboards/{dashboard}").is_success


def test_a_double_click_makes_one(open_page: OpenPage, swarm: Swarm) -> None:
    page = open_page("/dashboards")
    page.get_by_role("button", name="New dashboard").click()
    page.get_by_label("Title").fill("Only one")
    page.get_by_role("button", name="Create").dblclick()
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Duplicate", exact=True).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Only one (copy)")
    page.get_by_role("link", name="Dashboards", exact=True).click()
    page.get_by_role("button", name="Duplicate Only one", exact=True).dblclick()
    expect(page.locator(".board-card").filter(has_text="Only one")).to_have_count(3)
    titles = [each["title"] for each in httpx.get(f"{swarm.url}/api/dashboards").json()]
    assert sorted(title for title in titles if title.startswith("Only")) == ["Only one"] + ["Only one (copy)"] * 2


def test_a_card_of_what_somebody_else_deleted_goes(chromium: Browser, swarm: Swarm) -> None:
    context = chromium.new_context()
    page = Watched(context).page
    dashboards = [made(swarm.url, title, CPU) for title in ("Gone first", "Gone then")]
    page.goto(f"{swarm.url}/dashboards")
    expect(page.get_by_role("link", name="Gone then")).to_be_visible()
    for dashboard in dashboards:
        httpx.delete(f"{swarm.url}/api/dashboards/{dashboard}")
    page.get_by_role("button", name="Delete Gone first").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="Gone")).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="not deleted")).to_have_count(0)
    context.close()


def test_a_panel_of_the_page_to_compare_goes_into_a_dashboard(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Collects", CPU)
    page = open_page("/compare?column=cpu.load_1m&aggregate=mean")
    page.get_by_role("button", name="Add to a dashboard").click()
    page.get_by_role("dialog").get_by_label("Collects").check()
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("status").get_by_role("button", name="Open").click()
    expect(page.locator(".board-panel")).to_have_count(2)
    added = kept(swarm.url, dashboard)["panels"][1]
    assert (added["columns"], added["aggregate"], added["x"]) == (["cpu.load_1m"], "MEAN", 6)


def test_one_chart_for_each_node_becomes_one_panel_for_each(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "W" * 120, CPU)
    page = open_page("/compare?column=cpu.percent&split=node&node=alpha&node=beta")
    expect(page.locator(".compare-card")).to_have_count(2)
    page.get_by_role("button", name="Add to a dashboard").click()
    dialog = page.get_by_role("dialog", name="Add 2 panels to a dashboard")
    expect(dialog.get_by_role("radio").first).to_have_accessible_name("A new dashboard")
    choices = dialog.locator(".board-choices")
    assert choices.evaluate("(list) => list.scrollWidth <= list.clientWidth")
    dialog.get_by_label("W" * 120).check()
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Added to")).to_be_visible()
    added = kept(swarm.url, dashboard)["panels"][1:]
    assert {each["title"]: each["node_ids"] for each in added} == {"alpha": ["alpha"], "beta": ["beta"]}


def test_on_a_phone_panels_stand_below_each_other(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Pocket", CPU, MEMORY)
    page = open_page(f"/dashboard/{dashboard}?edit=1", viewport={"width": 390, "height": 844})
    drawn(page, "CPU")
    expect(page.get_by_text("To move and resize panels, use a wider window.")).to_be_visible()
    assert box(panel(page, "Memory"))["y"] > box(panel(page, "CPU"))["y"] + 300
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_an_address_of_no_dashboard_says_so(chromium: Browser, swarm: Swarm) -> None:
    context = chromium.new_context()
    page = Watched(context).page
    page.goto(f"{swarm.url}/dashboard/nobody-made-this")
    expect(page.get_by_role("heading", name="No such dashboard")).to_be_visible()
    context.close()


def test_nothing_grave_is_wrong_for_people_with_a_disability(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "For all", CPU, MEMORY)
    page = open_page(f"/dashboard/{dashboard}", reduced_motion="reduce")
    drawn(page, "Memory")
    assert grave_violations(page) == []
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("button", name="Add a panel").click()
    expect(page.get_by_role("dialog", name="Add a panel")).to_be_visible()
    assert grave_violations(page) == []
