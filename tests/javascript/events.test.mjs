// Lists of events: which belong together, which fit, and what a day is called.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { events } = load(["events"]).mcp;
const HOUR = 3600000;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 10, 22, 12);

const event = (id, ms, more = {}) => ({ id, time_ms: ms, node_id: "web-1", kind: "offline", count: 1, detail: "", ...more });
const inZone = (timeZone) => {
  const format = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone });
  return (ms) => format.format(ms);
};
const utc = inZone("UTC");

test("every kind has a word, an icon and a tone, also one that is not known", () => {
  assert.deepEqual([events.word("offline"), events.icon("offline"), events.tone("offline")], ["Offline", "offline", "bad"]);
  assert.deepEqual([events.word("new_kind"), events.icon("new_kind"), events.tone("new_kind")], ["new kind", "events", "idle"]);
});

test("lists join newest first, and of one that was repeated the later counts", () => {
  const merged = events.merge([event(2, 20), event(1, 10)], [event(3, 30), event(1, 40, { count: 5 })]);
  assert.deepEqual(merged.map(({ id, count }) => [id, count]), [[1, 5], [3, 1], [2, 1]]);
  assert.deepEqual(events.merge([event(1, 40, { count: 5 })], [event(1, 10)]).map(({ count }) => count), [5]);
  assert.deepEqual(events.merge([event(1, 10)], [event(2, 10)]).map(({ id }) => id), [2, 1]);
});

test("an event fits when nothing of the filter speaks against it", () => {
  const one = event(1, 100);
  assert.equal(events.matches(one, {}), true);
  const fitting = [{ q: "WEB" }, { nodes: ["web-1", "b"] }, { kinds: ["offline"] }, { fromMs: 100 }, { toMs: 101 }];
  for (const filter of fitting) assert.equal(events.matches(one, filter), true, JSON.stringify(filter));
  const others = [{ q: "db" }, { nodes: ["b"] }, { kinds: ["back"] }, { fromMs: 101 }, { toMs: 100 }];
  for (const filter of others) assert.equal(events.matches(one, filter), false, JSON.stringify(filter));
});

test("days in the order of their events", () => {
  const list = [event(4, NOON), event(3, NOON - HOUR), event(2, NOON - DAY), event(1, NOON - 3 * DAY)];
  const days = events.days(list, utc);
  assert.deepEqual(days.map(({ day, events: ofDay }) => [day, ofDay.map(({ id }) => id)]), [
    ["Nov 22, 2026", [4, 3]],
    ["Nov 21, 2026", [2]],
    ["Nov 19, 2026", [1]],
  ]);
});

test("today, yesterday, and days before by their date", () => {
  const midnight = Date.UTC(2026, 10, 23, 0, 10);
  const ages = [0, 9 * 60000, 11 * 60000, 24 * HOUR, 25 * HOUR];
  assert.deepEqual(ages.map((ago) => events.dayName(midnight - ago, midnight, utc)), ["Today", "Today", "Yesterday", "Yesterday", "Nov 21, 2026"]);
});

test("a day of 25 hours is one day", () => {
  const berlin = inZone("Europe/Berlin");
  const evening = Date.UTC(2026, 9, 25, 22, 30); // 23:30, 24.5 hours after midnight
  assert.equal(events.dayName(evening - 24 * HOUR, evening, berlin), "Today");
  assert.equal(events.dayName(evening - 25 * HOUR, evening, berlin), "Yesterday");
});
