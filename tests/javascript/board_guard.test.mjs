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

// A page on which dashboards are edited one after the other; `more` goes into its window.
function page(sessionStorage = storage(), more = {}) {
  const { boardGuard: guard } = load(["board_guard"], { sessionStorage, ...more }).mcp;
  const begin = (id, isChanged = true) =>
    guard.open({ id, isChanged: () => isChanged, revision: () => "3", draft: () => ({ title: `T of ${id}` }) });
  return { guard, begin, edit: (...given) => begin(...given)() };
}

const draftOf = (id) => ({ id, revision: "3", draft: { title: `T of ${id}` } });

test("a draft that was left is given once, and to its dashboard only", () => {
  const { guard, edit } = page();
  edit("mine");
  assert.equal(guard.left("other"), null);
  assert.deepEqual(guard.left("mine"), draftOf("mine"));
  assert.equal(guard.left("mine"), null);
});

test("each dashboard has its own draft, the newest of them", () => {
  const { guard, edit } = page();
  const ids = [..."abcdefghij"];
  for (const id of [...ids, "c", "k"]) edit(id);
  assert.deepEqual([...ids, "k"].filter((id) => guard.left(id)), ["c", "e", "f", "g", "h", "i", "j", "k"]);
});

test("what was saved leaves nothing, not even what was left before", () => {
  const { guard, edit } = page();
  edit("mine");
  edit("mine", false);
  assert.equal(guard.left("mine"), null);
});

test("a document that goes, for instance to be loaded again, keeps what is not saved", () => {
  const heard = {};
  const sessionStorage = storage();
  const addEventListener = (name, handler) => Object.assign(heard, { [name]: handler });
  const { begin } = page(sessionStorage, { addEventListener });
  begin("mine");
  heard.pagehide();
  assert.deepEqual(page(sessionStorage).guard.left("mine"), draftOf("mine"));
});

test("a storage that is full keeps the newest", () => {
  const kept = storage();
  const setItem = (name, value) => {
    if (value.length > 130) throw new Error("full");
    kept.setItem(name, value);
  };
  const { guard, edit } = page({ ...kept, setItem });
  for (const id of ["a", "b", "c"]) edit(id);
  assert.deepEqual(["a", "b", "c"].map((id) => guard.left(id) !== null), [false, true, true]);
});

test("without storage nothing is kept and nothing fails", () => {
  const blocked = () => {
    throw new Error("blocked");
  };
  const { guard, edit } = page(storage({ setItem: blocked, getItem: blocked }));
  edit("mine");
  assert.equal(guard.left("mine"), null);
});
