"""How the fleet is shown: columns, order, groups, the heat view, the file; and that a link carries it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import settled
from tests.browser.swarm import Swarm
from tests.processes import wait_until

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module", autouse=True)
def gone(swarm: Swarm) -> Iterator[None]:
    """A node that died, in a region of its own."""
    swarm.start_node("gone", "--labels", "region=ap")
    swarm.wait_for_nodes("gone")
    swarm.kill("gone")
    yield


def row(node_id: str) -> str:
    return f'#fleet-grid .ag-row[row-id="{node_id}"]'


def header(page: Page, column: str) -> str:
    return f'#fleet-grid .ag-header-cell[col-id="{column}"]'


def shown(page: Page) -> list[str]:
    """Ids of the rows from top to bottom, groups included."""
    rows = page.locator("#fleet-grid .ag-center-cols-container .ag-row, #fleet-grid .ag-full-width-row")
    found = rows.evaluate_all("(rows) => rows.map((row) => [row.ariaRowIndex, row.getAttribute('row-id')])")
    return [name for _, name in sorted((int(index), name) for index, name in found)]


def group(page: Page, value: str) -> Locator:
    return page.locator(f'#fleet-grid .ag-full-width-row[row-id="group:{value}"]')


def test_how_long_ago_a_node_was_seen_goes_on_by_itself(open_page: OpenPage) -> None:
    page = settled(open_page("/?sort=seen"))
    expect(page.locator(row("gone"))).to_be_visible()
    wait_until(lambda: shown(page).index("gone") < shown(page).index("alpha"), 20)
    expect(page.locator(f"{row('alpha')} [col-id=seen]")).to_have_text("now")
    seen = page.locator(f"{row('gone')} [col-id=seen]")
    expect(seen).to_have_text(re.compile("ago$"), timeout=20_000)
    expect(seen).not_to_have_text(seen.text_content() or "", timeout=70_000)
    page.locator(header(page, "seen")).click()
    wait_until(lambda: shown(page).index("alpha") < shown(page).index("gone"))


def test_columns_can_be_chosen_are_remembered_and_carried_by_a_link(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    expect(page.locator(header(page, "disk"))).to_be_visible()
    page.get_by_role("button", name="Columns").click()
    menu = page.get_by_role("group", name="Choose the columns of the table")
    menu.get_by_label("Disk").uncheck()
    menu.get_by_label("Host").check()
    expect(page.locator(header(page, "disk"))).to_have_count(0)
    expect(page.locator(header(page, "host"))).to_be_attached()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.get_by_role("button", name="Columns")).to_be_focused()
    link = page.url
    page.goto(link.split("?")[0])
    settled(page)
    expect(page.locator(header(page, "host"))).to_be_attached()
    expect(page.locator(header(page, "disk"))).to_have_count(0)
    elsewhere = settled(open_page(link[link.index("/?") :]))
    expect(elsewhere.locator(header(elsewhere, "host"))).to_be_attached()
    expect(elsewhere.locator(header(elsewhere, "disk"))).to_have_count(0)


def test_the_order_is_in_the_link(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    expect(page.locator(row("beta"))).to_be_visible()
    page.locator(header(page, "id")).click()
    expect(page).to_have_url(re.compile("sort=-id"))
    wait_until(lambda: shown(page).index("beta") < shown(page).index("alpha"))


def test_groups_tell_how_their_nodes_are_and_close(open_page: OpenPage) -> None:
    page = settled(open_page("/?by=region"))
    expect(group(page, "ap")).to_contain_text("1 node")
    expect(group(page, "ap")).to_contain_text("1 not live", timeout=15_000)
    expect(group(page, "eu")).to_contain_text("worst alpha")
    order = [name for name in shown(page) if name in ("group:ap", "gone", "group:eu", "alpha", "group:us", "beta")]
    assert order == ["group:ap", "gone", "group:eu", "alpha", "group:us", "beta"]
    group(page, "eu").click()
    expect(page.locator(row("alpha"))).to_have_count(0)
    expect(page.locator(row("beta"))).to_be_visible()
    group(page, "eu").click()
    expect(page.locator(row("alpha"))).to_be_visible()
    page.get_by_label("Group").select_option("")
    expect(page.locator(".group-row")).to_have_count(0)


def test_labels_narrow_what_is_shown(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    expect(page.locator(row("beta"))).to_be_visible()
    page.get_by_role("button", name="Labels").click()
    page.locator("#fleet-labels-menu .menu-item", has=page.get_by_text("eu", exact=True)).locator("input").check()
    expect(page.locator(row("beta"))).to_have_count(0)
    expect(page).to_have_url(re.compile("label=region%3Deu"))
    page.get_by_role("button", name="Show nodes without region=eu again").click()
    expect(page.locator(row("beta"))).to_be_visible()


def test_the_file_has_what_is_shown(open_page: OpenPage, tmp_path: Path) -> None:
    page = settled(open_page("/?state=live&sort=-id&column=labels&column=network&column=bogus&column=cpu"))
    expect(page.locator(row("beta"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    with path.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    names = [each["node"] for each in rows]
    assert names.index("beta") < names.index("alpha")
    assert "gone" not in names
    assert list(rows[0]) == [
        *("node", "cpu_percent", "network_received_bytes_per_second", "network_sent_bytes_per_second", "labels")
    ]
    assert rows[names.index("alpha")]["labels"] == "region=eu"


def said(page: Page) -> str:
    return page.locator("#fleet-heat-said").text_content() or ""


def test_the_heat_view_is_walked_with_arrows_and_enter_opens(open_page: OpenPage) -> None:
    page = settled(open_page("/?label=region%3Deu&label=region%3Dus"))
    expect(page.locator(row("alpha"))).to_be_visible()
    page.get_by_role("button", name="Heat").click()
    expect(page).to_have_url(re.compile("view=heat"))
    expect(page.locator("#fleet-grid")).to_be_hidden()
    cells = page.get_by_role("application", name=re.compile("Heat view"))
    cells.focus()
    page.keyboard.press("Home")
    assert said(page).startswith("alpha, live, CPU")
    page.keyboard.press("ArrowRight")
    assert said(page).startswith("beta, live, CPU")
    expect(page.locator("#fleet-tip")).to_contain_text("beta")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/node/beta"))


def test_a_cell_of_the_heat_view_tells_its_node_and_leads_to_it(open_page: OpenPage) -> None:
    page = settled(open_page("/?view=heat&label=region%3Deu&by=region&colour=memory"))
    canvas = page.locator("#fleet-cells")
    expect(canvas).to_be_visible()
    expect(page.locator("#fleet-legend")).to_contain_text("Memory")
    point = {"x": 20, "y": 60}
    canvas.hover(position=point)
    tip = page.locator("#fleet-tip")
    expect(tip).to_contain_text("alpha")
    expect(tip).to_contain_text("region=eu")
    expect(tip.locator(".state")).to_have_text("Live")
    canvas.click(position=point)
    expect(page).to_have_url(re.compile("/node/alpha"))


def test_the_view_that_was_chosen_is_remembered_and_that_of_a_link_is_not(open_page: OpenPage) -> None:
    page = settled(open_page("/?view=heat"))
    expect(page.locator("#fleet-heat")).to_be_visible()
    page.goto(page.url.split("?")[0])
    expect(page.locator(row("alpha"))).to_be_visible()
    page.get_by_role("button", name="Heat").click()
    expect(page.locator("#fleet-heat")).to_be_visible()
    page.goto(page.url.split("?")[0])
    settled(page)
    expect(page.locator("#fleet-heat")).to_be_visible()
    page.get_by_role("button", name="Table").click()
    expect(page.locator(row("alpha"))).to_be_visible()


def test_a_phone_shows_what_tells_whether_a_node_is_well(open_page: OpenPage) -> None:
    page = settled(open_page("/", viewport={"width": 390, "height": 844}, has_touch=True))
    expect(page.locator(row("alpha"))).to_be_visible()
    columns = page.locator("#fleet-grid .ag-header-cell")
    expect(columns).to_have_count(4)
    assert columns.evaluate_all("(cells) => cells.map((cell) => cell.getAttribute('col-id'))") == [
        *("id", "state", "cpu", "memory")
    ]
    page.get_by_role("button", name="Columns").click()
    menu = page.get_by_role("group", name="Choose the columns of the table")
    assert menu.get_by_role("checkbox", checked=True).count() == 3, "what is ticked is what is shown"
    menu.get_by_label("Host").check()
    expect(columns).to_have_count(5)
    grid = page.locator("#fleet-grid").bounding_box()
    assert grid is not None
    assert grid["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, "what is too wide scrolls inside the table"


def test_a_table_keeps_one_column_and_shows_none_that_there_is_not(open_page: OpenPage) -> None:
    page = settled(open_page("/?column=bogus"))
    expect(page.locator(header(page, "disk"))).to_be_visible()
    page = settled(open_page("/?column=cpu&column=host"))
    page.get_by_role("button", name="Columns").click()
    menu = page.get_by_role("group", name="Choose the columns of the table")
    menu.get_by_label("Host").uncheck()
    last = menu.get_by_role("checkbox", checked=True)
    expect(last).to_have_count(1)
    expect(last).to_be_disabled()
    expect(page.locator(header(page, "host"))).to_have_count(0)
    menu.get_by_label("Disk").check()
    expect(menu.get_by_label("CPU", exact=True)).to_be_enabled()


@pytest.mark.parametrize("order", ["memory", "-memory"])
def test_a_dead_node_is_below_the_live_ones_whichever_way_figures_are_sorted(open_page: OpenPage, order: str) -> None:
    page = settled(open_page(f"/?sort={order}"))
    expect(page.locator(f"{row('gone')} .state")).to_have_text("Offline", timeout=15_000)
    wait_until(lambda: shown(page).index("gone") > max(shown(page).index("alpha"), shown(page).index("beta")))
