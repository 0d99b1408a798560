import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { heatPaint } = load(["heat_paint"]).mcp;
const row = (changes) => ({ id: "a", state: "live", cpu: 50, memory: 80, disk: null, ...changes });

test("a step of colour by the metric that was chosen", () => {
  assert.equal(heatPaint.toneOf(row(), "cpu"), 3);
  assert.equal(heatPaint.toneOf(row(), "memory"), 5);
  assert.deepEqual([0, 14, 15, 75, 90, 100].map((cpu) => heatPaint.toneOf(row({ cpu }), "cpu")), [0, 0, 1, 5, 6, 6]);
});

test("what is not known has a tone of its own, and so has each state", () => {
  assert.equal(heatPaint.toneOf(row(), "disk"), "none");
  for (const state of ["stale", "offline", "left"]) assert.equal(heatPaint.toneOf(row({ state }), "cpu"), state);
  assert.equal(heatPaint.toneOf(row(), "state"), "live");
});

test("a cell is drawn again when it looks different, and only then", () => {
  const key = (changes, side) => heatPaint.keyOf(row(changes), "cpu", side);
  assert.equal(key({ cpu: 50 }, 20), key({ cpu: 52 }, 20), "no room for numbers: the same step looks the same");
  assert.notEqual(key({ cpu: 50 }, 40), key({ cpu: 52 }, 40), "the number is there");
  assert.notEqual(key({ cpu: 50 }, 20), key({ cpu: 80 }, 20));
  assert.notEqual(key({}, 20), key({ state: "stale" }, 20));
});

function recorder() {
  const calls = [];
  const note = (name) => (...args) => {
    calls.push([name, ...args]);
    return { width: 10 };
  };
  const set = (_target, name, value) => Boolean(calls.push([name, value]));
  return new Proxy({ calls }, { get: (target, name) => target[name] ?? note(name), set });
}

test("a node that is not live has a mark, not a colour alone", () => {
  const tones = [..."0123456", "live", "stale", "offline", "left", "none"];
  const palette = Object.fromEntries(tones.map((tone) => [tone, { fill: "#fff", ink: "#000" }]));
  const strokes = (state) => {
    const context = recorder();
    heatPaint.paint(context, { x: 0, y: 0, row: row({ state }) }, 20, "cpu", palette);
    return context.calls.filter(([name]) => name === "lineTo" || name === "moveTo").length;
  };
  assert.equal(strokes("live"), 0);
  const marks = ["stale", "offline", "left"].map(strokes);
  assert.equal(new Set(marks).size, 3, "each its own");
  assert.ok(marks.every((count) => count > 0));
});

test("the outline is of two colours, and inside its cell: painting that again leaves nothing of it", () => {
  for (const side of [12, 24, 96]) {
    const context = recorder();
    heatPaint.outline(context, { x: 100, y: 50 }, side, { text: "#14171e", page: "#ffffff" });
    const said = (wanted) => context.calls.filter(([name]) => name === wanted).map(([, ...args]) => args);
    assert.deepEqual(said("strokeStyle").flat(), ["#14171e", "#ffffff"]);
    const widths = said("lineWidth").flat();
    assert.ok(widths[0] >= 2, "as thick as a focus has to be");
    said("roundRect").forEach(([x, y, width, height], index) => {
      const half = widths[index] / 2;
      assert.ok(x - half >= 100 && y - half >= 50);
      assert.ok(x + width + half <= 100 + side && y + height + half <= 50 + side);
    });
  }
});
