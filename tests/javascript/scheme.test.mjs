// Dark or light: by the address, by what was set, by the system.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const KEY = "mantine-color-scheme-value";

function opened({ address = "/", stored = {}, isSystemDark = false, isBlocked = false } = {}) {
  const heard = [];
  const system = { matches: isSystemDark, addEventListener: (_name, listener) => heard.push(listener) };
  const blocked = () => {
    throw new Error("blocked");
  };
  const localStorage = {
    getItem: isBlocked ? blocked : (key) => stored[key] ?? null,
    setItem: isBlocked ? blocked : (key, value) => Object.assign(stored, { [key]: value }),
  };
  class MutationObserver {
    observe() {}
  }
  const location = new URL(address, "http://dashboard.example");
  const window = load(["early/scheme"], { location, localStorage, MutationObserver, matchMedia: () => system });
  const shown = () => window.document.documentElement.dataset.mantineColorScheme;
  const turn = (isDark) => {
    system.matches = isDark;
    for (const tell of heard) tell();
  };
  return { scheme: window.mcp.scheme, shown, stored, turn };
}

test("a page is as the system is, and follows it", () => {
  const page = opened();
  assert.deepEqual([page.scheme.get(), page.shown()], ["auto", "light"]);
  page.turn(true);
  assert.equal(page.shown(), "dark");
});

test("what was set counts, now and at the next visit", () => {
  const page = opened({ isSystemDark: true });
  page.scheme.set("light");
  assert.deepEqual([page.shown(), page.stored[KEY]], ["light", "light"]);
  page.turn(true);
  assert.equal(page.shown(), "light");
  assert.equal(opened({ stored: page.stored, isSystemDark: true }).shown(), "light");
  page.scheme.set("auto");
  assert.equal(page.shown(), "dark");
});

test("a link's scheme counts for this visit and is not kept", () => {
  const page = opened({ address: "/?scheme=dark", stored: { [KEY]: "light" } });
  assert.deepEqual([page.shown(), page.stored[KEY]], ["dark", "light"]);
  assert.equal(opened({ address: "/?scheme=pink" }).shown(), "light");
});

test("blocked storage is no obstacle", () => {
  const page = opened({ isBlocked: true });
  page.scheme.set("dark");
  assert.equal(page.shown(), "dark");
});
