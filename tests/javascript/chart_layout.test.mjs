// Where a chart's labels are: none is cut off at its edge, and none is left for Plotly to measure.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { chartLayout } = load(["format", "ticks", "chart_layout"]).mcp;
const MINUTE = 60_000;
const NOON = Date.UTC(2026, 2, 1, 12);

function axes(fromMs, toMs) {
  const shown = { window: { fromMs, toMs }, extent: [0, 1], fixed: null, unit: "1", width: 600, height: 200, isUtc: true };
  const { xaxis, yaxis } = chartLayout.layout(shown);
  return { xaxis, yaxis };
}

test("each tick has its label, and the first tells the day", () => {
  const { xaxis } = axes(NOON, NOON + 4.5 * MINUTE);
  assert.deepEqual(xaxis.tickvals, [0, 1, 2, 3, 4].map((minutes) => NOON + minutes * MINUTE));
  assert.equal(xaxis.ticktext.length, 5);
  assert.match(xaxis.ticktext[0], /12:00<br>Mar 1/);
  assert.match(xaxis.ticktext[4], /12:04/);
});

test("a label that the right edge would cut off is left out, its tick stays", () => {
  const { xaxis } = axes(NOON - 4.99 * MINUTE, NOON + 0.01 * MINUTE);
  assert.equal(xaxis.tickvals.at(-1), NOON);
  assert.equal(xaxis.ticktext.at(-1), "");
  assert.ok(xaxis.ticktext.slice(0, -1).every((text) => text !== ""));
});

test("a longer label needs more room", () => {
  const until = (toMs, minutes) => axes(toMs - minutes * MINUTE, toMs).xaxis;
  const withMinutes = until(NOON + 4000, 5); // 7 px, and the margin
  assert.match(withMinutes.ticktext.at(-1), /12:00/);
  const withSeconds = until(NOON + 700, 1); // 6 px, and the margin
  assert.equal(withSeconds.tickvals.at(-1), NOON);
  assert.equal(withSeconds.ticktext.at(-1), "");
});

test("Plotly is told to leave labels as they are", () => {
  for (const axis of Object.values(axes(NOON, NOON + MINUTE))) {
    assert.equal(axis.tickangle, 0);
    assert.equal(axis.ticklabeloverflow, "allow");
  }
});

test("a unit too long to stand beside the numbers is left to the legend", () => {
  const window = { fromMs: NOON, toMs: NOON + MINUTE };
  const texts = (unit, high) =>
    chartLayout.layout({ window, extent: [0, high], unit, width: 600, height: 240 }).yaxis.ticktext;
  assert.deepEqual(texts("connections", 4), ["0", "1", "2", "3", "4", "5"]);
  assert.deepEqual(texts("open jobs", 90_000), ["0", "20,000", "40,000", "60,000", "80,000", "100,000"]);
  assert.deepEqual(texts("USD", 4), ["0", "1 USD", "2 USD", "3 USD", "4 USD", "5 USD"]);
  assert.deepEqual(texts("By/s", 1200).slice(0, 3), ["0", "250 B/s", "500 B/s"]);
  assert.equal(texts("By", 2 ** 30).at(-2), "1 GiB");
});

test("an axis of seconds has its ticks at whole minutes, hours and days", () => {
  const window = { fromMs: NOON, toMs: NOON + MINUTE };
  const texts = (high) => chartLayout.layout({ window, extent: [0, high], unit: "s", width: 600, height: 240 }).yaxis.ticktext;
  assert.deepEqual(texts(0.4), ["0", "100 ms", "200 ms", "300 ms", "400 ms", "500 ms"]);
  assert.deepEqual(texts(4), ["0", "1 s", "2 s", "3 s", "4 s", "5 s"]);
  assert.deepEqual(texts(100), ["0", "30 s", "1 min", "90 s", "2 min"]);
  assert.deepEqual(texts(20_000), ["0", "2 h", "4 h", "6 h"]);
  assert.deepEqual(texts(200_000), ["0", "12 h", "1 d", "36 h", "2 d", "60 h"]);
  assert.deepEqual(texts(9e6), ["0", "25 d", "50 d", "75 d", "100 d", "125 d"]);
});

test("an axis of bytes or of what is counted has no ticks between two of them", () => {
  const window = { fromMs: NOON, toMs: NOON + MINUTE };
  const texts = (unit, high, height = 240) =>
    chartLayout.layout({ window, extent: [0, high], unit, width: 600, height }).yaxis.ticktext;
  assert.deepEqual(texts("By/s", 0), ["0", "1 B/s", "2 B/s", "3 B/s", "4 B/s"]);
  assert.deepEqual(texts("By/s", 0.3), ["0", "1 B/s"]);
  assert.deepEqual(texts("{connection}", 1), ["0", "1", "2"]);
  assert.deepEqual(texts("{connection}", 9), ["0", "2", "4", "6", "8", "10"]);
  assert.deepEqual(texts("1", 0.9), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  for (const [unit, high, height] of [["By/s", 9, 200], ["By", 3, 100], ["By/s", 1.1e6, 240], ["{x}", 11, 220]]) {
    const drawn = texts(unit, high, height);
    assert.equal(new Set(drawn).size, drawn.length, `${drawn}`);
  }
});
