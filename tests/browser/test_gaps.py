"""Silence in charts with areas: nothing is filled where nobody said anything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.processes import wait_until

OpenPage = Callable[..., Page]

# A minute with 20 s of silence in its middle, in a chart of its own over the page.
DRAW = """(style) => {
  const box = document.body.appendChild(document.createElement("div"));
  box.style.cssText = "position: fixed; inset: 0 auto auto 0; width: 600px; height: 200px; z-index: 999";
  box.id = "gapped";
  const x = [...Array(20).keys(), ...Array(20).keys().map((at) => at + 40)].map((second) => second * 1000);
  x.splice(20, 0, 19001);
  const y = x.map((at) => (at === 19001 ? null : 50));
  const common = { type: "scatter", mode: "lines", line: { color: "#3b5bdb" }, x, y };
  const line = (key) => ({ ...common, ...style, name: key, meta: { key } });
  const lines = style.stackgroup ? [line("low"), line("high")] : [line("high")];
  const layout = { meta: { unit: "%" }, yaxis: { range: [0, 100] } };
  const chart = mcp.charts.make(box);
  chart.draw({ data: lines, layout }, { fromMs: 0, toMs: 60000, spanMs: 60000 });
  window.gapped = chart;
}"""

# Whether an area covers these shares of the width, just above zero.
COVERED = """(shares) => {
  const { width, height } = document.querySelector("#gapped .nsewdrag").getBBox();
  const areas = [...document.querySelectorAll("#gapped .js-fill")];
  return shares.map((share) => areas.some((area) => area.isPointInFill(new DOMPoint(share * width, height - 2))));
}"""


@pytest.mark.parametrize("style", [{"fill": "tozeroy"}, {"stackgroup": "all"}], ids=["area", "stack"])
def test_no_area_covers_a_silence(open_page: OpenPage, style: dict[str, str]) -> None:
    page = open_page("/system")
    expect(page.locator("#link-text")).to_have_text("Live", timeout=15_000)
    page.evaluate(DRAW, style)
    wait_until(lambda: page.locator("#gapped .js-fill").count() > 0)
    assert page.evaluate(COVERED, [0.2, 0.4, 0.5, 0.6, 0.8]) == [True, False, False, False, True]
    # What comes after it closes nothing: more points, and no wedge.
    page.evaluate(
        """gapped.append([60000, 61000], { low: [50, 50], high: [50, 50] });
        gapped.setWindow({ fromMs: 5000, toMs: 65000, spanMs: 60000 })"""
    )
    wait_until(lambda: page.evaluate("document.querySelector('#gapped .chart-plot').layout.xaxis.range[1] === 65000"))
    assert page.evaluate(COVERED, [0.1, 0.4, 0.5, 0.9]) == [True, False, False, True]
