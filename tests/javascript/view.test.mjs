// The view in the address.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

// A page at this address; `replaceState` moves it on.
function page(search, kept = {}) {
  const location = new URL(`http://dashboard.example/node/a${search}`);
  const history = {
    state: null,
    replaceState(_state, _title, path) {
      location.href = new URL(path, location).href;
    },
  };
  const store = new Map(Object.entries(kept));
  const sessionStorage = { getItem: (key) => store.get(key) ?? null, setItem: (key, value) => store.set(key, value) };
  const loaded = load(["kept", "view"], { location, history, sessionStorage });
  return { view: loaded.mcp.view, location, store, document: loaded.document };
}

test("what is set is in the address, and the rest stays", () => {
  const { view, location } = page("?range=1h&node=a&node=b#top");
  view.set({ column: ["x{y,z}", "w"], range: null });
  assert.equal(location.search, "?node=a&node=b&column=x%7By%2Cz%7D&column=w");
  assert.equal(location.hash, "#top");
  assert.deepEqual(view.getAll("column"), ["x{y,z}", "w"]);
  assert.equal(view.get("range"), null);
});

test("an address without anything has no question mark", () => {
  const { view, location } = page("?q=x");
  view.set({ q: null });
  assert.equal(location.href, "http://dashboard.example/node/a");
});

test("who follows hears what was set", () => {
  const { view } = page("");
  const heard = [];
  const end = view.follow((names) => heard.push(names));
  view.set({ q: "x", by: null });
  end();
  view.set({ q: "y" });
  assert.deepEqual(heard, [["q", "by"]]);
});

test("the zone goes along to the next page, unless that says one", () => {
  const { view, store } = page("?tz=utc");
  view.set({ tz: "utc" });
  const next = page("", Object.fromEntries(store));
  next.view.carry();
  assert.equal(next.view.isUtc(), true);
  view.set({ tz: null });
  const last = page("", Object.fromEntries(store));
  last.view.carry();
  assert.equal(last.view.isUtc(), false);
});

test("a link says the scheme, too", () => {
  const { view, document } = page("?range=1h");
  document.documentElement.dataset.mantineColorScheme = "dark";
  assert.equal(view.link(), "http://dashboard.example/node/a?range=1h&scheme=dark");
});

test("times are told in UTC if the address says so, with hours to 24", () => {
  const at = Date.UTC(2026, 2, 1, 23, 5, 9);
  assert.match(page("?tz=utc").view.time(at), /^23:05:09/);
  assert.match(page("?tz=utc").view.time(at, "short"), /^23:05/);
  assert.equal(page("?tz=utc").view.zone(), "UTC");
  assert.match(page("?tz=utc").view.moment(at, "full"), /23:05:09 UTC$/);
  assert.doesNotMatch(page("").view.moment(at, "full"), /UTC/);
});

test("blocked storage carries nothing, and breaks nothing", () => {
  const refuse = () => {
    throw new Error("blocked");
  };
  const loaded = load(["kept", "view"], { sessionStorage: { getItem: refuse, setItem: refuse } });
  loaded.mcp.view.set({ tz: "utc" });
  loaded.mcp.view.carry();
  assert.equal(loaded.mcp.kept.get("x"), null);
});

test("a day of another year is told with its year", () => {
  const { view } = page("?tz=utc");
  const now = new Date();
  assert.ok(!view.time(now, "day").includes(String(now.getUTCFullYear())));
  assert.match(view.time(Date.UTC(2019, 10, 22), "day"), /2019/);
});
