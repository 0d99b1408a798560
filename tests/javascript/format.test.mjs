// Numbers as people read them.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { format } = load(["format"]).mcp;

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
    assert.deepEqual(format.withUnit(missing, "%"), ["–", ""]);
  }
});

test("bytes in powers of a thousand", () => {
  assert.deepEqual([0, 999, 1000, 1_500_000, 250e9].map(format.bytes), ["0 B", "999 B", "1.0 kB", "1.5 MB", "250 GB"]);
  assert.deepEqual(format.withUnit(1500, "By/s"), ["1.5", "kB/s"]);
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

test("a value has the unit of its column, scaled as that is counted", () => {
  const said = (value, unit) => format.text(value, unit);
  assert.deepEqual([said(3 * 2 ** 30, "By"), said(1500, "By/s"), said(41.26, "%"), said(55, "Cel")], [
    "3.0 GiB",
    "1.5 kB/s",
    "41.3 %",
    "55.0 °C",
  ]);
  assert.deepEqual([0.00025, 0.0125, 1.5, 90, 7200].map((seconds) => said(seconds, "s")), [
    "250 µs",
    "12.5 ms",
    "1.5 s",
    "90 s",
    "2 h",
  ]);
  assert.deepEqual([said(0.034, "s{cpu}/s"), said(12, "{job}"), said(7, "{job}/s"), said(3, "lux")], [
    "3.4 %",
    "12",
    "7.0 /s",
    "3 lux",
  ]);
  assert.equal(said(null, "By"), "–");
});

test("ticks have no decimals that say nothing", () => {
  assert.deepEqual([0, 2 ** 30, 1.5 * 2 ** 30].map((value) => format.tick(value, "By")), ["0", "1 GiB", "1.5 GiB"]);
  assert.deepEqual([20, 2.5].map((value) => format.tick(value, "%")), ["20 %", "2.5 %"]);
  assert.deepEqual([0.25, 0.75, 100, 2500].map((value) => format.tick(value, "{error}/s")), ["0.25 /s", "0.75 /s", "100 /s", "2,500 /s"]);
  assert.deepEqual([0.25, 300].map((value) => format.tick(value, "s{cpu}/s")), ["25 %", "30,000 %"]);
});

test("counts are grouped, and shortened from a million on", () => {
  assert.deepEqual([0, 0.25, 7, 12.34, 1234.5, 2_500_000].map(format.count), ["0", "0.25", "7", "12.3", "1,235", "2.5M"]);
});

test("seconds each second are a share of a processor only where they are its", () => {
  assert.deepEqual([format.text(1.986, "s/s"), format.text(1.986, "s{cpu}/s")], ["2.0 s/s", "198.6 %"]);
  assert.equal(format.tick(0.5, "s/s"), "0.5 s/s");
});

test("what has no unit is so many a second", () => {
  assert.deepEqual([format.text(5, "1/s"), format.tick(2.5, "1/s")], ["5.0 /s", "2.5 /s"]);
});

test("ticks of bytes are not rounded to others", () => {
  assert.deepEqual([0.5, 250, 1250, 2_250_000].map((value) => format.tick(value, "By/s")), [
    "0.5 B/s",
    "250 B/s",
    "1.25 kB/s",
    "2.25 MB/s",
  ]);
  assert.equal(format.tick(1.25 * 2 ** 30, "By"), "1.25 GiB");
});
