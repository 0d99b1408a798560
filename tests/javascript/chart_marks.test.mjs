// Events on the time axis.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const marks = load(["chart_marks"]).mcp.chartMarks;
const window_ = { fromMs: 0, toMs: 1000, spanMs: 1000 };
const event = (at, kind = "gap", more = {}) => ({ id: at, time_ms: at, node_id: "a", kind, count: 1, detail: "", ...more });

test("events stand where they happened, and only those of the window", () => {
  const placed = marks.place([event(900), event(-1), event(100), event(1001)], window_, 500);
  assert.deepEqual(placed.map(({ x }) => x), [50, 450]);
});

test("what happened close together is one mark, in the tone of the worst", () => {
  const placed = marks.place([event(100, "back"), event(105, "offline"), event(500, "joined")], window_, 500);
  assert.deepEqual(placed.map(({ tone, events }) => [tone, events.length]), [["bad", 2], ["good", 1]]);
});

test("thousands of events are a bounded number of marks, none lost", () => {
  const many = Array.from({ length: 3000 }, (_, at) => event(at / 3));
  const placed = marks.place(many, window_, 1e6);
  assert.ok(placed.length <= 80);
  assert.equal(placed.reduce((sum, { events }) => sum + events.length, 0), 3000);
});

test("a mark says what happened: the sentence, or the node and a word", () => {
  assert.deepEqual(marks.text([event(1, "gap", { detail: "3 are missing" }), event(2, "clock_step")]), [
    "3 are missing",
    "a clock stepped",
  ]);
  assert.deepEqual(marks.text([1, 2, 3, 4, 5].map((at) => event(at))).at(-1), "and 2 more");
  assert.deepEqual(marks.text([event(1, "something_new", { node_id: "" })]), ["something_new"]);
});

test("what is near a place is found", () => {
  const placed = marks.place([event(100), event(500)], window_, 500);
  assert.deepEqual(marks.near(placed, 54).map(({ id }) => id), [100]);
  assert.deepEqual(marks.near(placed, 150), []);
});
