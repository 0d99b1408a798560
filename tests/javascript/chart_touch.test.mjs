// A finger on a chart: scrolling, resting, selecting.
import assert from "node:assert/strict";
import test, { mock } from "node:test";

import { load } from "./load.mjs";

const { finger } = load(["chart_touch"]).mcp.chartTouch;

// A finger, what was told of it, and the time to let pass.
function pressed() {
  mock.timers.enable({ apis: ["setTimeout"] });
  const told = { selected: [], done: [] };
  const press = finger({
    onSelect: (...places) => told.selected.push(places),
    onDone: (...places) => told.done.push(places),
  });
  press.down(100, 50);
  return { press, told };
}

test.afterEach(() => mock.timers.reset());

test("a finger that moves at once scrolls, however long it stays", () => {
  const { press, told } = pressed();
  assert.equal(press.move(100, 61), false);
  mock.timers.tick(5000);
  assert.equal(press.move(180, 61), false);
  assert.equal(press.up(180), false);
  assert.deepEqual(told, { selected: [], done: [] });
});

test("one that rests selects, to either side", () => {
  const { press, told } = pressed();
  press.move(104, 53);
  mock.timers.tick(350);
  assert.equal(press.move(160, 300), true);
  assert.equal(press.move(40, 300), true);
  assert.equal(press.up(40), true);
  assert.deepEqual(told.selected, [[100, 100], [100, 160], [40, 100], [null, null]]);
  assert.deepEqual(told.done, [[40, 100]]);
});

test("one that hardly moves has only shown the values there", () => {
  const { press, told } = pressed();
  mock.timers.tick(350);
  press.move(110, 50);
  assert.equal(press.up(110), true);
  assert.deepEqual(told.done, []);
  assert.deepEqual(told.selected.at(-1), [null, null]);
});

test("a second finger, or the system, ends it", () => {
  const { press, told } = pressed();
  mock.timers.tick(350);
  press.forget();
  assert.equal(press.move(160, 50), false);
  assert.equal(press.up(160), false);
  assert.deepEqual(told.done, []);
  assert.deepEqual(told.selected, [[100, 100], [null, null]]);
});
