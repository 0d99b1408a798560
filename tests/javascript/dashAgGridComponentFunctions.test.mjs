// What the table of nodes computes and sorts by.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const NOW = Date.UTC(2026, 2, 1, 12);
const live = { now: () => NOW };
const { dashAgGridFunctions: table } = load(["format", "fleet_query", "dashAgGridComponentFunctions"], { mcp: { live } });
const secondsAgo = (seconds) => ({ seen: NOW / 1000 - seconds });

test("a node that is seen now says so, others how long ago that was", () => {
  assert.equal(table.agoOf({ seen: 0 }), "now");
  assert.equal(table.agoOf(secondsAgo(30)), "30 s ago");
  assert.equal(table.agoOf(secondsAgo(125)), "2 min ago");
});

test("nodes are sorted by when they were seen, not by what the cell says", () => {
  const rows = [{ seen: 0 }, secondsAgo(9), secondsAgo(200), secondsAgo(60)].map((data) => ({ data }));
  const sorted = rows.toSorted((a, b) => table.compareSeen(table.agoOf(a.data), table.agoOf(b.data), a, b));
  assert.deepEqual(sorted.map(({ data }) => table.agoOf(data)), ["3 min ago", "1 min ago", "9 s ago", "now"]);
});

test("of a long name the end is apart, so that it is not cut", () => {
  const React = { createElement: (tag, properties, ...children) => ({ tag, ...properties, children }) };
  const { NodeCell } = load(["dashAgGridComponentFunctions"], { React }).dashAgGridComponentFunctions;
  assert.deepEqual(NodeCell({ data: { id: "web-1", host: "h1" } }).children, ["web-1"]);
  const cell = NodeCell({ data: { id: "prod-eu-west-1-database-0007", host: "h1" } });
  assert.deepEqual(cell.children.map(({ children }) => children[0]), ["prod-eu-west-1-datab", "ase-0007"]);
  assert.equal(cell.title, "prod-eu-west-1-database-0007\nh1");
});

test("a group's row is a cell that can be folded", () => {
  const React = { createElement: (tag, properties) => ({ tag, ...properties }), useState: () => [0], useEffect() {} };
  const window = load(["format", "dashAgGridComponentFunctions"], { React });
  const cell = window.dashAgGridComponentFunctions.GroupRow({ data: { value: "eu", count: 1, isOpen: true, cpu: null } });
  assert.deepEqual([cell.role, cell["aria-expanded"]], ["gridcell", true]);
});

test("nodes that are not live, and those without a value, come last whichever way figures are sorted", () => {
  const row = (id, state, value) => ({ data: { id, state }, value });
  const rows = [row("dead", "offline", 60.9), row("low", "live", 1), row("none", "live", null), row("high", "live", 50)];
  // As AG Grid does it.
  const sorted = (isDescending) => rows.toSorted((a, b) =>
    table.compareFigures(a.value, b.value, a, b, isDescending) * (isDescending ? -1 : 1)).map(({ data }) => data.id);
  assert.deepEqual(sorted(false), ["low", "high", "dead", "none"]);
  assert.deepEqual(sorted(true), ["high", "low", "dead", "none"]);
});
