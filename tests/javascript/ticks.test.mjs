// Ticks are round numbers and round local times.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

process.env.TZ = "America/New_York";
const { ticks } = load(["ticks"]).mcp;
const MINUTE = 60_000;
const DAY = 86_400_000;
const EN = { locale: "en-US", nowMs: Date.UTC(2026, 5) };
const utc = (fromMs, toMs, most = 6) => ticks.ofTimes(fromMs, toMs, most, true, EN);
const local = (fromMs, toMs, most = 6) => ticks.ofTimes(fromMs, toMs, most, false, EN);

test("values are round, and reach over what is drawn", () => {
  assert.deepEqual(ticks.ofValues(0, 87), { values: [0, 20, 40, 60, 80, 100], range: [0, 100] });
  assert.deepEqual(ticks.ofValues(0, 0.9, 4).values, [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(ticks.ofValues(-3, 8, 3).range, [-5, 10]);
});

test("bytes of memory are counted in powers of 1024", () => {
  assert.deepEqual(ticks.ofValues(0, 3 * 2 ** 30, 4, 1024).values, [0, 1, 2, 3].map((count) => count * 2 ** 30));
});

test("nothing to draw has an axis all the same", () => {
  assert.deepEqual(ticks.ofValues(0, 0).range, [0, 1]);
});

test("times are round, and the day is named where it begins", () => {
  const at = Date.UTC(2026, 2, 1, 23, 58);
  const drawn = utc(at, at + 5 * MINUTE);
  assert.deepEqual(drawn.map(({ text }) => text), ["23:58", "23:59", "00:00", "00:01", "00:02", "00:03"]);
  assert.deepEqual(drawn.map(({ date }) => date), ["Mar 1 UTC", "", "Mar 2", "", "", ""]);
});

test("a zoom into seconds shows seconds", () => {
  const at = Date.UTC(2026, 2, 1, 12);
  assert.equal(utc(at, at + 40_000)[1].text, "12:00:10");
});

test("days begin at local midnight, also where the clocks are changed", () => {
  const from = Date.UTC(2026, 2, 6, 5);
  const drawn = local(from, from + 6 * DAY);
  assert.deepEqual(drawn.map(({ at }) => new Date(at).getHours()), drawn.map(() => 0));
  assert.deepEqual(drawn.map(({ text }) => text).slice(0, 3), ["Mar 6", "Mar 7", "Mar 8"]);
  assert.equal(new Set(drawn.map(({ at }) => at)).size, drawn.length);
});

test("in UTC days begin at midnight in UTC", () => {
  const from = Date.UTC(2026, 2, 6, 5);
  assert.ok(utc(from, from + 6 * DAY).every(({ at }) => at % DAY === 0));
});

test("years are ticked by months that begin", () => {
  const from = Date.UTC(2024, 10, 20);
  const drawn = utc(from, from + 730 * DAY);
  assert.ok(drawn.length >= 3 && drawn.length <= 7);
  assert.ok(drawn.every(({ at }) => new Date(at).getUTCDate() === 1));
  assert.equal(drawn[0].text, "Jan 2025");
});

test("there are never more than wanted, from two seconds to two years", () => {
  for (const span of [2000, 7000, 100_000, 3e6, 9e7, 9e8, 9e9, 6.3e10]) {
    for (const find of [utc, local]) {
      const drawn = find(1_767_225_600_123, 1_767_225_600_123 + span, 7);
      assert.ok(drawn.length <= 8, `${span}: ${drawn.length}`);
      assert.ok(drawn.length >= 1, `${span}: none`);
    }
  }
});

test("the year is told where it is another than now, and where it changes", () => {
  const dates = (fromMs, toMs) => local(fromMs, toMs).map(({ date }) => date);
  const noon = Date.UTC(2025, 2, 1, 12);
  assert.equal(dates(noon, noon + 5 * MINUTE)[0], "Mar 1, 2025");
  const midnight = Date.UTC(2026, 0, 1, 5);
  assert.deepEqual(dates(midnight - 2 * MINUTE, midnight + 2 * MINUTE), ["Dec 31, 2025", "", "Jan 1, 2026", "", ""]);
  assert.deepEqual(dates(midnight - 2 * DAY, midnight + 2 * DAY), ["2025", "", "2026", "", ""]);
  assert.deepEqual(dates(Date.UTC(2026, 2, 6, 5), Date.UTC(2026, 2, 9, 5)).filter((date) => date.includes("20")), []);
});

test("an axis in UTC says so at its first tick, whatever else is below it", () => {
  const at = Date.UTC(2026, 2, 6);
  for (const span of [MINUTE, DAY, 6 * DAY, 700 * DAY]) {
    const dates = utc(at - span, at).map(({ date }) => date);
    assert.match(dates[0], /UTC$/);
    assert.ok(!dates.slice(1).some((date) => date.includes("UTC")));
    assert.ok(!local(at - span, at).some(({ date }) => date.includes("UTC")));
  }
});
