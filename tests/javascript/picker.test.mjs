// How a picker searches, and files of rows.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { csv, picker } = load(["csv", "picker"]).mcp;
const OPTIONS = ["memory.percent", "cpu.percent", "cpu.load_1m"].map((value) => ({ value, label: value }));
const found = (text, most) => picker.matching(OPTIONS, text, most).shown.map(({ value }) => value);

test("every word has to be somewhere; what begins with the first one comes first", () => {
  assert.deepEqual(found(""), ["memory.percent", "cpu.percent", "cpu.load_1m"]);
  assert.deepEqual(found("PERCENT cpu"), ["cpu.percent"]);
  assert.deepEqual(found("cpu"), ["cpu.percent", "cpu.load_1m"]);
  assert.deepEqual(found("m"), ["memory.percent", "cpu.load_1m"]);
  assert.deepEqual(found("nothing"), []);
});

test("a long list is cut and says how much is left", () => {
  assert.deepEqual(found("", 2), ["memory.percent", "cpu.percent"]);
  assert.equal(picker.matching(OPTIONS, "", 2).more, 1);
});

test("the keyboard goes round", () => {
  assert.deepEqual([picker.moved(0, -1, 3), picker.moved(2, 1, 3), picker.moved(-1, 1, 3)], [2, 0, 0]);
  assert.equal(picker.moved(0, 1, 0), -1);
});

test("fields of a file are quoted, and are no formulas", () => {
  assert.equal(csv.text([["a", 1.5, null], ['say "x", y', "=1+1", ""]]), 'a,1.5,\r\n"say ""x"", y",\'=1+1,\r\n');
});
