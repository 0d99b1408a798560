import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { heatLayout } = load(["heat_layout"]).mcp;
const rows = (count) => Array.from({ length: count }, (_, number) => ({ id: `n${number}` }));
const one = (count) => [{ title: "", rows: rows(count) }];

test("a large fleet is seen at once, a small one in large cells", () => {
  const large = heatLayout.arrange(one(2000), 1150, 500);
  assert.ok(large.height <= 500);
  assert.equal(large.cells.length, 2000);
  assert.equal(heatLayout.arrange(one(5), 1150, 500).side, 96);
});

test("on a wall screen a small fleet has larger cells, as far as there is room", () => {
  assert.equal(heatLayout.arrange(one(5), 2300, 900).side, 164);
  assert.equal(heatLayout.arrange(one(5), 5000, 900).side, 168);
  assert.ok(heatLayout.arrange(one(200), 2300, 900).height <= 900);
});

test("cells never get too small to hit: then the page scrolls", () => {
  const { side, height } = heatLayout.arrange(one(5000), 300, 200);
  assert.equal(side, 12);
  assert.ok(height > 200);
});

test("cells do not overlap and stay inside", () => {
  const { cells, side } = heatLayout.arrange(one(100), 400, 300);
  assert.equal(new Set(cells.map(({ x, y }) => `${x} ${y}`)).size, 100);
  assert.ok(cells.every(({ x }) => x + side <= 400));
});

test("each group begins below its heading", () => {
  const groups = [{ title: "eu", rows: rows(3) }, { title: "us", rows: rows(2) }];
  const { headings, cells } = heatLayout.arrange(groups, 1000, 500);
  assert.deepEqual(headings.map(({ title }) => title), ["eu", "us"]);
  assert.ok(cells[0].y > headings[0].y && cells[3].y > headings[1].y);
  assert.equal(cells[3].x, 0);
});

test("a point leads to its cell, or to none between cells", () => {
  const placed = heatLayout.arrange(one(10), 1000, 500);
  const { x, y } = placed.cells[4];
  assert.equal(heatLayout.at(placed, x + 1, y + 1), 4);
  assert.equal(heatLayout.at(placed, x - 1, y + 1), -1);
});

test("arrow keys lead from cell to cell, across lines and groups, and stop at the edges", () => {
  const groups = [{ title: "a", rows: rows(15) }, { title: "b", rows: rows(3) }];
  const placed = heatLayout.arrange(groups, 1000, 1000);
  const { columns } = placed;
  const step = (from, key) => heatLayout.step(placed, from, key);
  assert.equal(step(-1, "ArrowDown"), 0);
  assert.equal(step(0, "ArrowRight"), 1);
  assert.equal(step(0, "ArrowLeft"), 0);
  assert.equal(step(1, "ArrowDown"), columns + 1);
  assert.equal(step(columns + 1, "ArrowUp"), 1);
  assert.equal(step(columns + 1, "ArrowDown"), 16, "the cell below, in the next group");
  assert.equal(step(columns - 1, "ArrowDown"), 14, "the nearest, where there is none right below");
  assert.equal(step(17, "ArrowDown"), 17);
  assert.equal(step(3, "End"), 17);
  assert.equal(step(3, "Home"), 0);
});

test("without nodes there is nowhere to go", () => {
  assert.equal(heatLayout.step(heatLayout.arrange([], 1000, 500), -1, "ArrowDown"), -1);
});
