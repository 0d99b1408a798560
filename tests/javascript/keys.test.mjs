// What keys mean.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { keys } = load(["keys"]).mcp;
const pressed = (key, more = {}) =>
  keys.meaning({ key, isTyping: false, isChord: false, now: 10_000, since: -Infinity, ownKeys: new Map(), ...more });

test("a slash searches, a question mark tells the keys", () => {
  assert.deepEqual(pressed("/"), ["search"]);
  assert.deepEqual(pressed("?"), ["help"]);
  assert.equal(pressed("x"), null);
});

test("g and a letter goes to a page, if the letter comes soon", () => {
  assert.deepEqual(pressed("g"), ["wait"]);
  assert.deepEqual(pressed("s", { since: 9000 }), ["go", "/system"]);
  assert.deepEqual(pressed("f", { since: 9000 }), ["go", "/"]);
  assert.equal(pressed("s", { since: 8000 }), null);
  assert.equal(pressed("x", { since: 9000 }), null);
});

test("who types means letters, and Escape ends it", () => {
  assert.equal(pressed("/", { isTyping: true }), null);
  assert.equal(pressed("s", { isTyping: true, since: 9000 }), null);
  assert.deepEqual(pressed("Escape", { isTyping: true }), ["leave"]);
  assert.equal(pressed("Escape"), null);
});

test("with Ctrl, Alt or Meta a key is the browser's", () => {
  assert.equal(pressed("/", { isChord: true }), null);
  assert.equal(pressed("s", { isChord: true, since: 9000 }), null);
});

test("a page's own keys do not take those of the frame", () => {
  const ownKeys = new Map([["p", () => {}], ["?", () => {}]]);
  assert.deepEqual(pressed("p", { ownKeys }), ["own", "p"]);
  assert.deepEqual(pressed("?", { ownKeys }), ["help"]);
});

test("a page gives its key back", () => {
  const giveBack = keys.on("p", () => {});
  assert.equal(giveBack(), true);
  assert.equal(giveBack(), false);
});
