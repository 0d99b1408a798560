// Small lines without axes.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { spark } = load(["spark"]).mcp;

test("a value goes into its bucket, and older ones move out", () => {
  assert.deepEqual(spark.put([1, 2, 3], 10, 22_000, 9, 2000), [[2, 3, 9], 11]);
  assert.deepEqual(spark.put([1, 2, 3], 10, 20_000, 9, 2000), [[1, 2, 9], 10]);
  assert.deepEqual(spark.put([1, 2, 3], 10, 24_000, 9, 2000), [[3, null, 9], 12]);
  assert.deepEqual(spark.put([1, 2, 3], 10, 4_000_000, 9, 2000), [[null, null, 9], 2000]);
});

test("a clock set back empties the buckets ahead and keeps those before", () => {
  assert.deepEqual(spark.put([1, 2, 3, 4], 10, 16_000, 9, 2000), [[null, null, 1, 9], 8]);
  assert.deepEqual(spark.put([1, 2], 10_000, 2000, 9, 2000), [[null, 9], 1]);
});

test("a missing value moves nothing", () => {
  assert.deepEqual(spark.put([1, 2], 10, 22_000, null, 2000), [[1, 2], 10]);
});

test("a line is broken where nothing came, and so is the area below it", () => {
  const [[, area], [, line]] = spark.paths([5, 5, null, 5, 5], 100, 20, 10);
  assert.equal(line.match(/M/g).length, 2);
  assert.equal(area.match(/Z/g).length, 2);
});

test("nothing at all draws nothing", () => {
  assert.deepEqual(spark.paths([null, null], 100, 20, 0), [["area", ""], ["line", ""]]);
});
