// What was left unsaved is there again.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

function storage(more = {}) {
  const kept = new Map();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
    ...more,
  };
}

function edited(sessionStorage, isChanged) {
  const { boardGuard: guard } = load(["board_guard"], { sessionStorage }).mcp;
  const close = guard.open({ id: "mine", isChanged: () => isChanged, revision: () => "3", draft: () => ({ title: "T" }) });
  close();
  return guard;
}

test("a draft that was left is given once, and to its dashboard only", () => {
  const guard = edited(storage(), true);
  assert.equal(guard.left("other"), null);
  assert.deepEqual(guard.left("mine"), { id: "mine", revision: "3", draft: { title: "T" } });
  assert.equal(guard.left("mine"), null);
});

test("what was saved leaves nothing", () => {
  assert.equal(edited(storage(), false).left("mine"), null);
});

test("without storage nothing is kept and nothing fails", () => {
  const blocked = () => {
    throw new Error("blocked");
  };
  assert.equal(edited(storage({ setItem: blocked, getItem: blocked }), true).left("mine"), null);
});
