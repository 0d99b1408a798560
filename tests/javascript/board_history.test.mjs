// Steps that can be undone.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { boardHistory: history } = load(["board_history"]).mcp;
const after = (...states) => states.reduce(history.then, history.start(0));

test("steps are undone and done again", () => {
  const back = history.undone(history.undone(after(1, 2)));
  assert.equal(history.now(back), 0);
  assert.ok(!history.canUndo(back));
  assert.equal(history.now(history.undone(back)), 0, "there is nothing before the first");
  assert.equal(history.now(history.redone(history.redone(history.redone(back)))), 2);
});

test("a new step forgets what was undone", () => {
  const other = history.then(history.undone(after(1, 2)), 3);
  assert.ok(!history.canRedo(other));
  assert.equal(history.now(history.undone(other)), 1);
});

test("a step that goes on is one step", () => {
  const typed = history.amended(history.amended(after("a"), "ab"), "abc");
  assert.equal(history.now(typed), "abc");
  assert.equal(history.now(history.undone(typed)), 0);
});

test("only so many steps are kept", () => {
  let long = history.start(0);
  for (let step = 1; step <= 1000; step += 1) long = history.then(long, step);
  assert.equal(long.states.length, history.MOST);
  assert.equal(history.now(long), 1000);
});
