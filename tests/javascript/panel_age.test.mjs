import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { isOld, spread } = load(["panel_age"]).mcp.panelAge;
const window_ = { fromMs: 0, toMs: 80000 }; // a value each second
const filled = (values) => [...values.keys()].filter((index) => values[index] !== null);
const upTo = (count, first = 0) => Array.from({ length: count }, (_, index) => first + index);

test("a value is old after a minute, or after two of its steps or the silence that breaks its line", () => {
  assert.equal(isOld(0, 60000), false);
  assert.equal(isOld(0, 60001), true);
  assert.equal(isOld(0, 65001, { stepMs: 5000 }), true, "a step is over at its end");
  assert.equal(isOld(0, 180000, { stepMs: 60000 }), false);
  assert.equal(isOld(0, 180001, { stepMs: 60000 }), true);
  assert.equal(isOld(0, 210000, { gapMs: 210000 }), false, "of a node that is sampled each minute");
});

test("a line ends where its points end, and not at the edge", () => {
  const x = upTo(40).map((second) => second * 1000);
  assert.deepEqual(filled(spread({ x, y: x.map(() => 6) }, window_, 3500)), upTo(40));
});

test("points that are few are joined, silences are not", () => {
  const values = spread({ x: [0, 10000, 40000], y: [0, 10, 5] }, window_, 15000);
  assert.deepEqual(filled(values), [...upTo(11), 40]);
  assert.equal(values[4], 4);
});

test("many points are their mean, and what is outside or missing is none", () => {
  const values = spread({ x: [-1, 200, 400, 600, 80000], y: [100, 1, null, 3, 100] }, window_, 3500);
  assert.deepEqual([values[0], filled(values)], [2, [0]]);
  assert.deepEqual(filled(spread({ x: [], y: [] }, window_, 0)), []);
});
