// Small lines without axes.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { spark } = load(["spark"]).mcp;

test("a line is broken where nothing came, and so is the area below it", () => {
  const [[, area], [, line]] = spark.paths([5, 5, null, 5, 5], 100, 20, 10);
  assert.equal(line.match(/M/g).length, 2);
  assert.equal(area.match(/Z/g).length, 2);
});

test("nothing at all draws nothing", () => {
  assert.deepEqual(spark.paths([null, null], 100, 20, 0), [["area", ""], ["line", ""]]);
});
