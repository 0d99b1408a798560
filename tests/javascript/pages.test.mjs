// Which page is open, and what it does when the address changes under it.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

// The fleet page, open at `path`; `go(path)` is what a link does, and `write(path)` what a page does to its address.
function opened(path, more = {}) {
  const location = new URL(path, "http://dashboard.example/");
  const [done, heard, listeners] = [[], new Map(), new Set()];
  const note = (name) => () => done.push(`${name} ${location.pathname}${location.search}`);
  const view = { carry() {}, follow: (listener) => listeners.add(listener) };
  const errors = { clear() {}, show: note("error") };
  const mcp = { view, errors, states: { renew() {} }, fleet: { open: note("open"), close: note("close"), ...more(note) } };
  const addEventListener = (name, listener) => heard.set(name, listener);
  const context = { callback_context: { outputs_list: { id: "fleet-page" } } };
  const document = { querySelector: () => ({}) };
  const window = load(["pages"], { location, mcp, document, addEventListener, dash_clientside: context });
  window.dash_clientside.pages.show("fleet");
  const write = (to) => {
    location.href = new URL(to, location).href;
    for (const listener of listeners) listener();
  };
  const go = (to, name = "_dashprivate_pushstate") => {
    location.href = new URL(to, location).href;
    heard.get(name)();
  };
  return { done, write, go, show: () => window.dash_clientside.pages.show("fleet") };
}

const plain = () => ({});
const rereading = (note) => ({ reread: note("reread") });

test("a link to the address that Dash knows, from one that the page wrote, opens the page anew", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const page = opened("/", plain);
  page.write("/?q=sql");
  page.go("/");
  assert.deepEqual(page.done, ["open /", "close /", "open /"]);
});

test("a page that can reads its address again instead, for Back as for a link", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  for (const event of ["_dashprivate_pushstate", "popstate"]) {
    const page = opened("/", rereading);
    page.write("/?q=sql");
    page.go("/", event);
    assert.deepEqual(page.done, ["open /", "reread /"]);
  }
});

test("the page that Dash makes anew is opened once", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const page = opened("/", rereading);
  page.go("/?by=region");
  page.show();
  assert.deepEqual(page.done, ["open /", "close /?by=region", "open /?by=region"]);
  page.write("/?q=sql");
  page.go("/?by=region");
  assert.equal(page.done.at(-1), "reread /?by=region");
});

test("a link to what is shown, or into the page, changes nothing", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const page = opened("/", rereading);
  page.go("/");
  page.go("/#main", "popstate");
  assert.deepEqual(page.done, ["open /"]);
});
