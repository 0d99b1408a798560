// What panels know without a page.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { panelModel } = load(["format", "panel_model"]).mcp;

test("a panel is written as parameters, without what is usual", () => {
  assert.deepEqual(panelModel.parameters({ columns: ["cpu.percent"] }), [["column", "cpu.percent"]]);
  const full = {
    kind: "TABLE",
    node_ids: ["a", "b"],
    labels: [{ name: "region", value: "eu=1" }],
    columns: ["requests"],
    counters: "INCREASE",
    aggregate: "P95",
    group_by: ["zone"],
  };
  const query = new URLSearchParams(panelModel.parameters(full)).toString();
  const rest = "column=requests&counters=increase&aggregate=p95&kind=table&by=zone";
  assert.equal(query, `node=a&node=b&label=region%3Deu%3D1&${rest}`);
  assert.deepEqual(panelModel.fromParameters(new URLSearchParams(query)), full);
});

test("groups without an aggregate are left out, nonsense is what is usual", () => {
  const pairs = panelModel.parameters({ columns: ["a"], group_by: ["zone"], kind: "PIE", counters: undefined });
  assert.deepEqual(pairs, [["column", "a"]]);
  const read = panelModel.fromParameters(new URLSearchParams("kind=pie&aggregate=&label=nothing&column=a"));
  assert.deepEqual([read.kind, read.aggregate, read.labels], ["LINES", "NONE", []]);
});

test("a live window is asked a little into the future, and as finely as it is wide", () => {
  const panel = { columns: ["cpu.percent"] };
  const window_ = { fromMs: 100_000, toMs: 400_000, isLive: true };
  assert.equal(
    panelModel.address(panel, window_, 640.4),
    "/api/panel?column=cpu.percent&start=100.000&end=405.000&max_points=640",
  );
  const fixed = new URL(panelModel.address(panel, { ...window_, isLive: false }, 9), "http://a.example").searchParams;
  assert.deepEqual([fixed.get("end"), fixed.get("max_points")], ["400.000", "100"]);
});

test("parts of the same times are drawn at once", () => {
  const parts = [[[1, 2], { a: [1, 2] }], [[1, 2], { b: [3, 4] }], [[1], { c: [5] }]];
  assert.deepEqual(panelModel.joined(parts), [[[1, 2], { a: [1, 2], b: [3, 4] }], [[1], { c: [5] }]]);
});

test("a line that is not drawn yet is noticed, unless some are left out anyway", () => {
  const lines = new Map([["a", {}]]);
  assert.equal(panelModel.hasNew([[[1], { a: [1] }]], lines, { hidden: 0 }), false);
  assert.equal(panelModel.hasNew([[[1, 2], { b: [null, 1] }]], lines, { hidden: 0 }), true);
  assert.equal(panelModel.hasNew([[[1], { b: [null] }]], lines, { hidden: 0 }), false, "there is nothing to draw");
  assert.equal(panelModel.hasNew([[[1], { b: [1] }]], lines, { hidden: 3 }), false);
});

test("the newest points become the values, older ones and nulls do not", () => {
  const values = [{ key: "a", value: 1, time_ms: 10 }, { key: "b", value: 2, time_ms: 10 }];
  assert.equal(panelModel.renew(values, [[[9, 10], { a: [7, 8] }]]), false);
  assert.equal(panelModel.renew(values, [[[11, 12], { a: [9, null], z: [1, 1] }]]), true);
  assert.deepEqual(values, [{ key: "a", value: 9, time_ms: 11 }, { key: "b", value: 2, time_ms: 10 }]);
});

test("tables begin with the highest, what is missing comes last", () => {
  const values = [{ name: "a", value: null }, { name: "c", value: 5 }, { name: "b", value: 5 }, { name: "d", value: -1 }];
  assert.deepEqual(panelModel.highestFirst(values).map(({ name }) => name), ["b", "c", "d", "a"]);
});

test("it says what it leaves out, and nothing where it leaves out nothing", () => {
  const words = "The 24 highest of 2,000 lines; 1,976 are not shown.";
  assert.equal(panelModel.note({ kind: "lines", lines: 2000, hidden: 1976 }), words);
  assert.match(panelModel.note({ kind: "table", lines: 250, hidden: 50 }), /200 highest of 250 rows/);
  assert.equal(panelModel.note({ kind: "lines", lines: 3, hidden: 0 }), "");
});

test("of nodes with wrong clocks it is said where their points are", () => {
  const of = (wrong, ...offsets) => ({
    kind: "lines",
    lines: 1,
    hidden: 0,
    wrong_clocks: wrong,
    clocks: offsets.map((ms, index) => ({ node_id: `n${index}`, offset_ms: ms })),
  });
  const one = "The clock of n0 (1 h ahead) is wrong: its points are at other times than they should be.";
  assert.equal(panelModel.note(of(1, 3600000)), one);
  assert.equal(panelModel.note(of(1, 3599997)), one, "on its way a message takes a moment");
  assert.deepEqual(panelModel.emptyWords(of(1, 3600000)), ["Nothing reported in this time", one]);
  assert.equal(panelModel.note({ ...of(1, 3600000), lines: 0 }), "", "what stands in its place says it");
  const two = panelModel.note(of(2, 3600000, -1800000));
  assert.match(two, /^The clocks of n0 \(1 h ahead\) and n1 \(30 min behind\) are wrong/);
  assert.match(panelModel.note(of(1002, 60000, 60000)), /, n1 \(1 min ahead\) and 1,000 more are wrong: their points/);
  assert.match(panelModel.note({ ...of(1, 60000), lines: 30, hidden: 6 }), /^The 24 highest .* The clock of n0/);
});

test("nothing to draw has a reason, and so has an error", () => {
  assert.match(panelModel.emptyWords({})[0], /Nothing reported/);
  assert.match(panelModel.emptyWords({ missing: ["cpu.prcent"] })[0], /No node reports “cpu.prcent”/);
  assert.deepEqual(panelModel.errorWords(400, "kind is 'pie'"), ["This cannot be drawn", "kind is 'pie'"]);
  assert.match(panelModel.errorWords(503, "")[0], /leader/);
  assert.match(panelModel.errorWords(0, "")[0], /dashboard/);
});
