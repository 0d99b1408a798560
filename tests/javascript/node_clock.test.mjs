// Where the live window of a node ends whose clock is wrong.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { mcp } = load(["format", "node_clock"]);
const { shiftMs, note, text } = mcp.nodeClock;
const NOW = 1_000_000_000;
const following = { isFollowing: true, isPaused: false, toMs: NOW };
const paused = { isFollowing: false, isPaused: true, toMs: NOW };
const fixed = { isFollowing: false, isPaused: false, toMs: NOW };

test("a clock that is right enough moves nothing, however old the newest sample is", () => {
  for (const offsetMs of [0, 4999, -4999]) {
    assert.equal(shiftMs(following, NOW - 60_000, offsetMs), 0);
    assert.equal(shiftMs(paused, NOW - 60_000, offsetMs), 0);
  }
  assert.equal(shiftMs(following, 0, 0), 0, "nothing has come yet");
});

test("the window of a slow clock ends at that clock's now", () => {
  assert.equal(shiftMs(following, NOW - 900_400, -900_000), -900_000);
  assert.equal(shiftMs(following, 0, -900_000), -900_000, "nothing has come yet");
  assert.equal(shiftMs(following, NOW - 899_000, -900_000), -899_000, "no sample is cut off");
});

test("a slow clock that was set right is followed at once", () => {
  assert.equal(shiftMs(following, NOW - 500, -900_000), -500);
});

test("the window of a fast clock ends at its newest sample", () => {
  assert.equal(shiftMs(following, NOW + 3_600_000, 3_600_000), 3_600_000);
  assert.equal(shiftMs(following, NOW + 200, 0), 200);
});

test("a pause stays where the window was, and what was fixed stays what was asked for", () => {
  assert.equal(shiftMs(paused, NOW - 900_000, -900_000), -900_000);
  assert.equal(shiftMs(paused, NOW + 3_600_000, 3_600_000), 3_600_000);
  assert.equal(shiftMs(fixed, NOW - 900_000, -900_000), 0);
});

test("the offset is told in words where it matters", () => {
  assert.equal(text(-20), "-20 ms");
  assert.equal(text(-900_000), "-900.0 s");
  assert.equal(note(-20, mcp.format.duration), "");
  assert.match(note(-900_000, mcp.format.duration), /^Its clock is 15 min behind the leader's/);
  assert.match(note(900_000, mcp.format.duration), /15 min ahead of/);
});
