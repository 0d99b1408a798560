// The window of time that is looked at, from state to state.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const model = load(["time_model"]).mcp.timeModel;
const NOW = 1_767_225_600_000;
const HOUR = 3_600_000;
const ends = (state, now = NOW) => {
  const { fromMs, toMs } = model.window(state, now);
  return [fromMs - NOW, toMs - NOW];
};

test("a live window ends now, and moves on with it", () => {
  const state = model.start("15m");
  assert.deepEqual(ends(state), [-900_000, 0]);
  assert.deepEqual(ends(state, NOW + 1000), [-899_000, 1000]);
  assert.equal(model.window(state, NOW).isLive, true);
});

test("a long range ends now but is not live: it is asked for again", () => {
  const state = model.start("2y");
  assert.deepEqual([model.window(state, NOW).isLive, model.window(state, NOW).isFollowing], [false, true]);
  assert.equal(model.refreshMs(state), 900_000);
  assert.equal(model.refreshMs(model.start("6h")), 43_200);
  assert.equal(model.refreshMs(model.start("5m")), 75_000);
});

test("an unknown range is the usual one, and setting one changes nothing", () => {
  assert.equal(model.start("fortnight").range, "5m");
  assert.equal(model.start("constructor").range, "5m");
  const state = model.start("1h");
  assert.equal(model.setRange(state, "3h"), state);
});

test("zooms are a stack: each step back is where one was before, the last is live", () => {
  let state = model.zoom(model.start("1h"), NOW - HOUR / 2, NOW - HOUR / 4);
  state = model.zoom(state, NOW - 1_700_000, NOW - 1_600_000);
  assert.deepEqual(ends(state), [-1_700_000, -1_600_000]);
  state = model.zoomOut(state);
  assert.deepEqual(ends(state), [-HOUR / 2, -HOUR / 4]);
  assert.equal(model.refreshMs(state), 0);
  state = model.zoomOut(state);
  assert.deepEqual(ends(state), [-HOUR, 0]);
  assert.equal(model.zoomOut(state), state);
});

test("a zoom is never shorter than two seconds, and nonsense is none", () => {
  const state = model.start();
  assert.deepEqual(ends(model.zoom(state, NOW - 1100, NOW - 1000)), [-2050, -50]);
  assert.equal(model.zoom(state, NOW, NOW - 1), state);
  assert.equal(model.zoom(state, NaN, NOW), state);
});

test("more zooms than anybody makes are forgotten from the oldest on", () => {
  let state = model.start("2y");
  for (let step = 1; step < 80; step += 1) state = model.zoom(state, NOW - HOUR * (100 - step), NOW);
  assert.equal(state.stack.length, 50);
});

test("a pause holds the window, resuming goes on with the range", () => {
  const paused = model.pause(model.start("5m"), NOW);
  assert.deepEqual(ends(paused, NOW + 60_000), [-300_000, 0]);
  assert.deepEqual([model.window(paused, NOW).isPaused, model.window(paused, NOW).isLive], [true, false]);
  assert.equal(model.refreshMs(paused), 0);
  assert.equal(model.pause(paused, NOW + 1), paused);
  assert.deepEqual(ends(model.resume(paused), NOW + 60_000), [-240_000, 60_000]);
});

test("zooming out of a zoom into a pause leads back to what was paused", () => {
  const paused = model.pause(model.start("5m"), NOW);
  const state = model.zoomOut(model.zoom(paused, NOW - 60_000, NOW - 30_000));
  assert.deepEqual(ends(state, NOW + 99_000), [-300_000, 0]);
});

test("the address says all of it, and gives it back", () => {
  const live = model.start("1h");
  assert.deepEqual(model.write(live), { range: "1h", from: null, to: null });
  assert.deepEqual(model.write(model.start("5m")), { range: null, from: null, to: null });
  const zoomed = model.zoom(live, NOW - 60_000, NOW);
  const written = model.write(zoomed);
  assert.deepEqual(written, { range: "1h", from: NOW - 60_000, to: NOW });
  const texts = Object.fromEntries(Object.entries(written).map(([name, value]) => [name, String(value)]));
  assert.deepEqual(model.read(texts, NOW), zoomed);
  assert.deepEqual(model.write(model.pause(model.start("5m"), NOW)), { range: "5m", from: NOW - 300_000, to: NOW });
});

test("nonsense in an address is left out", () => {
  for (const asked of [{}, { from: "x", to: "y" }, { from: "5", to: null }, { from: "9", to: "3" }, { from: "-9", to: "3" }]) {
    assert.deepEqual(model.read({ range: null, ...asked }, NOW), model.start("5m"));
  }
});

test("earlier and later go by half a window, and not into the future", () => {
  const state = model.move(model.start("1h"), -1, NOW);
  assert.deepEqual(ends(state), [-1.5 * HOUR, -HOUR / 2]);
  assert.deepEqual(ends(model.move(state, 1, NOW)), [-HOUR, 0]);
  const last = model.setFixed(state, NOW - HOUR, NOW - 60_000);
  assert.deepEqual(ends(model.move(last, 1, NOW)), [60_000 - HOUR, 0]);
  assert.equal(model.move(model.start("1h"), 1, NOW).stack.length, 0);
});

test("one goes earlier inside a zoom: zooming out leads to the zoom before, then to live", () => {
  let state = model.zoom(model.start("1h"), NOW - HOUR / 2, NOW - HOUR / 4);
  state = model.move(model.zoom(state, NOW - 1_700_000, NOW - 1_600_000), -1, NOW);
  assert.deepEqual(ends(state), [-1_750_000, -1_650_000]);
  state = model.zoomOut(state);
  assert.deepEqual(ends(state), [-HOUR / 2, -HOUR / 4]);
  assert.equal(model.zoomOut(state).stack.length, 0);
});

test("times of an address that no node can have told of are brought to those it can", () => {
  const read = (from, to) => model.read({ range: null, from, to }, NOW);
  assert.deepEqual(read("1", "100000"), model.start("5m"));
  assert.deepEqual(ends(read("1", "9e18")), [-731 * 24 * HOUR, 0]);
  assert.deepEqual(ends(read(String(NOW - HOUR), "9e18")), [-HOUR, 0]);
  assert.deepEqual(read("8e18", "9e18"), model.start("5m"));
});

test("one goes earlier until there is nothing before", () => {
  let state = model.setFixed(model.start(), Date.UTC(2000, 0, 1), Date.UTC(2000, 0, 2));
  for (let step = 0; step < 4; step += 1) state = model.move(state, -1, NOW);
  assert.ok(model.window(state, NOW).fromMs >= Date.UTC(2000, 0, 1) - 1000);
});
