// The scripts of dashboard/assets that need no page: `node --test tests/dashboard/scripts.test.mjs`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

const window = {};
const context = vm.createContext({ window, Intl, Number, Math });
for (const name of ["format", "spark", "lines"]) {
  const source = readFileSync(new URL(`../../dashboard/assets/${name}.js`, import.meta.url), "utf8");
  vm.runInContext(source.replaceAll("window.mcp", "globalThis.mcp"), context);
}
const { format, lines, spark } = context.mcp;
const plain = (value) => JSON.parse(JSON.stringify(value));

test("rates keep one decimal, two below a tenth, none from a hundred", () => {
  assert.deepEqual([0, 0.04, 0.5, 7, 61.23, 112.4, 12345].map(format.rate), [
    "0", "0.04", "0.5", "7.0", "61.2", "112", "12,345",
  ]);
});

test("what is missing is a dash, never a zero", () => {
  for (const missing of [null, undefined, NaN]) {
    assert.equal(format.rate(missing), "–");
    assert.equal(format.bytes(missing), "–");
    assert.equal(format.percent(missing), "–");
    assert.equal(format.duration(missing), "–");
    assert.deepEqual(plain(format.withUnit(missing, "%")), ["–", ""]);
  }
});

test("bytes in powers of a thousand", () => {
  assert.deepEqual([0, 999, 1000, 1_500_000, 250e9].map(format.bytes), ["0 B", "999 B", "1.0 kB", "1.5 MB", "250 GB"]);
  assert.deepEqual(plain(format.withUnit(1500, "By/s")), ["1.5", "kB/s"]);
});

test("durations name two units where the second matters", () => {
  assert.deepEqual([0.2, 59, 61, 3600, 5400, 90_000].map(format.duration), [
    "0 s", "59 s", "1 min", "1 h", "1 h 30 min", "1 d 1 h",
  ]);
});

test("ages: now, then how long ago, and never", () => {
  const now = 1_767_225_600_000;
  assert.equal(format.ago(now - 3000, now), "now");
  assert.equal(format.ago(now + 5000, now), "now");
  assert.equal(format.ago(now - 120_000, now), "2 min ago");
  assert.equal(format.ago(0, now), "never");
});

test("a value goes into its bucket, and older ones move out", () => {
  assert.deepEqual(plain(spark.put([1, 2, 3], 10, 22_000, 9, 2000)), [[2, 3, 9], 11]);
  assert.deepEqual(plain(spark.put([1, 2, 3], 10, 20_000, 9, 2000)), [[1, 2, 9], 10]);
  assert.deepEqual(plain(spark.put([1, 2, 3], 10, 24_000, 9, 2000)), [[3, null, 9], 12]);
  assert.deepEqual(plain(spark.put([1, 2, 3], 10, 4_000_000, 9, 2000)), [[null, null, 9], 2000]);
});

test("a clock set back empties the buckets ahead and keeps those before", () => {
  assert.deepEqual(plain(spark.put([1, 2, 3, 4], 10, 16_000, 9, 2000)), [[null, null, 1, 9], 8]);
  assert.deepEqual(plain(spark.put([1, 2], 10_000, 2000, 9, 2000)), [[null, 9], 1]);
});

test("a missing value moves nothing", () => {
  assert.deepEqual(plain(spark.put([1, 2], 10, 22_000, null, 2000)), [[1, 2], 10]);
});

test("a line is broken where nothing came, and so is the area below it", () => {
  const [[, area], [, line]] = spark.paths([5, 5, null, 5, 5], 100, 20, 10);
  assert.equal(line.match(/M/g).length, 2);
  assert.equal(area.match(/Z/g).length, 2);
});

test("points a line has are not drawn twice, and silence breaks it", () => {
  const points = lines.newPoints({ x: [1000, 2000], y: [1, 2] }, [2000, 3000, 9000], [2, 3, 9], 2500);
  assert.deepEqual(plain(points), { x: [3000, 3001, 9000], y: [3, null, 9] });
});

test("a clock set back is noticed, within points and since those before", () => {
  assert.equal(lines.setBack([5000, 6000], 4000), -1);
  assert.equal(lines.setBack([5000, 5000], 5000), -1);
  assert.equal(lines.setBack([5000, 6000], 90_000), 0);
  assert.equal(lines.setBack([90_000, 5000, 6000], 4000), 1);
});

test("a line that was cut takes points again", () => {
  const line = { x: [1000, 2000, 90_000], y: [1, 2, 90] };
  lines.cut(line, 3000);
  assert.deepEqual(line, { x: [1000, 2000], y: [1, 2] });
  assert.deepEqual(plain(lines.newPoints(line, [3000], [3], 2500)), { x: [3000], y: [3] });
  lines.cut(line, 3000);
  assert.deepEqual(line, { x: [1000, 2000], y: [1, 2] });
});

test("nothing at all draws nothing", () => {
  assert.deepEqual(plain(spark.paths([null, null], 100, 20, 0)), [["area", ""], ["line", ""]]);
});
