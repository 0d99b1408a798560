// How the leader is, as texts.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { vitals, format } = load(["format", "vitals"]).mcp;
const message = (lastStep, value) => ({ last_step: lastStep, step: { commit_ms: value } });
const FIGURES = {
  snapshots_per_s: 12.3, values_per_s: 540, bytes_per_s: 4200, commit_ms: 3.2, loop_delay_ms: 1.5, lag_ms: 900,
  lag_p95_ms: 4300, cpu_percent: 2.5, resident_bytes: 2 ** 27, disk_free_bytes: 2 ** 40,
};
const LEADER = {
  faults: [], warnings: [], disk_refuses: false, figures: FIGURES, disk_full_in_s: null, start: 1000, version: "1.0",
  address: "host:1", storage: "parquet", metrics_dir: "/data", received_snapshots: 4321, ring_bytes: 2 ** 29,
  ring_limit_bytes: 2 ** 30, cache_bytes: 0, cache_limit_bytes: 0, journal_bytes: 5, unflushed_snapshots: 1234,
  sample_file_bytes: 1, rollup_file_bytes: 2, running_queries: 1, waiting_queries: 2, refused_queries: 3, watchers: 4,
  coalesced_samples: 5, dashboard: { browsers: 1, topics: 2, dropped: 3, resident_bytes: 2 ** 20 },
};

test("a step is replaced until the next one begins", () => {
  assert.deepEqual(vitals.put({ commit_ms: [1, 2] }, 10, message(10, 3)), { commit_ms: [1, 3] });
  assert.deepEqual(vitals.put({ commit_ms: [1, 2] }, 10, message(11, 3)), { commit_ms: [1, 2, 3] });
});

test("what was missed is a hole, and an hour is all there is", () => {
  assert.deepEqual(vitals.put({ commit_ms: [1] }, 10, message(13, 3)), { commit_ms: [1, null, null, 3] });
  const far = vitals.put({ commit_ms: [1] }, 10, message(1e9, 3)).commit_ms;
  assert.equal(far.length, vitals.STEPS);
  assert.equal(far[0], null);
});

test("a clock set back begins anew, and so does a page without history", () => {
  assert.deepEqual(vitals.put({ commit_ms: [1, 2] }, 10, message(5, 3)), { commit_ms: [3] });
  assert.deepEqual(vitals.put({}, 0, message(5, 3)), { commit_ms: [3] });
});

test("a young history stands at the right end, a longer one is drawn as it is", () => {
  const values = vitals.padded([1, 2]);
  assert.equal(values.length, 30);
  assert.deepEqual(values.slice(-3), [null, 1, 2]);
  assert.equal(vitals.padded(Array(200).fill(1)).length, 200);
});

test("of a leader that is lost the verdict is of before", () => {
  const { state, title } = vitals.verdict(LEADER, false);
  assert.deepEqual([state, title], ["unknown", "The leader was well when it was last heard"]);
  const warned = vitals.verdict({ ...LEADER, warnings: ["a"] }, false);
  assert.deepEqual([warned.title, warned.texts], ["One thing needed a look when it was last heard", ["a"]]);
});

test("the verdict counts what needs a look, and a disk that refuses is bad", () => {
  assert.deepEqual(vitals.verdict(LEADER), { state: "well", icon: "live", title: "The leader is well", texts: [] });
  assert.equal(vitals.verdict({ ...LEADER, warnings: ["a"] }).title, "One thing needs a look");
  const bad = vitals.verdict({ ...LEADER, faults: ["a"], warnings: ["b"], disk_refuses: true });
  assert.deepEqual([bad.state, bad.title, bad.texts], ["bad", "2 things need a look", ["a", "b"]]);
});

test("when the disk is full is told roughly, or that it is not filling up", () => {
  assert.equal(vitals.fills(null), "not filling up");
  assert.equal(vitals.fills(5 * 3600 + 1200), "full in about 5 hours at this rate");
  assert.equal(vitals.fills(12 * 86400), "full in about 12 days at this rate");
  assert.equal(vitals.fills(10), "full in about a minute at this rate");
});

test("cards have values with their units, and dashes where nobody knows", () => {
  const cards = vitals.cards(LEADER, format);
  assert.deepEqual(cards.snapshots.value, ["12.3", "/s"]);
  assert.equal(cards.snapshots.note, "4,321 since the start");
  assert.deepEqual(cards.resident.value, ["128", "MiB"]);
  assert.match(cards.lag.note, /95 % are below 4\.3 s/);
  const unknown = vitals.cards({ ...LEADER, figures: { ...FIGURES, snapshots_per_s: null } }, format);
  assert.deepEqual([unknown.snapshots.value[0], unknown.snapshots.note], ["–", ""]);
});

test("rows say how much there is of what limit", () => {
  const rows = vitals.rows(LEADER, 4_600_000, format);
  assert.deepEqual(rows["bar-ring"], ["512 MiB", "of 1.0 GiB", 50]);
  assert.equal(rows["bar-cache"][2], 0);
  assert.deepEqual(rows.uptime, ["1 h"]);
  assert.equal(rows.journal[1], "1,234 snapshots in no file yet");
  assert.deepEqual(rows.queries, ["1", "2 wait"]);
});

test("losses are told in a sentence", () => {
  const note = (lost, nodes) => vitals.lossNote({ total: { lost }, nodes });
  assert.equal(note(0, 0), "No snapshot was lost.");
  assert.equal(note(1, 1), "One snapshot of one node is not stored. The worst:");
  assert.equal(note(1006, 12), "1,006 snapshots of 12 nodes are not stored. The worst:");
});
