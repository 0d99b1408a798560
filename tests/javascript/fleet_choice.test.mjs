import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

// A browser whose address is `query` and whose storage holds `kept`.
function browser(query = "", kept = null) {
  const params = new URLSearchParams(query);
  const storage = new Map(kept ? [["mcp-fleet", kept]] : []);
  const view = {
    get: (name) => params.get(name),
    getAll: (name) => params.getAll(name),
    set(changes) {
      for (const [name, value] of Object.entries(changes)) {
        params.delete(name);
        for (const each of [value].flat()) if (each !== null) params.append(name, each);
      }
    },
  };
  const localStorage = { getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => storage.set(key, value) };
  const { fleetChoice } = load(["fleet_choice"], { mcp: { view }, localStorage }).mcp;
  return { ...fleetChoice, query: () => params.toString(), kept: () => storage.get("mcp-fleet") };
}

test("without anything chosen: the table, all nodes, by name", () => {
  const { q, states, view, sort, columns } = browser().read();
  assert.deepEqual({ q, states, view, sort, columns }, { q: "", states: [], view: "table", sort: "id", columns: [] });
});

test("the address carries all of it", () => {
  const query = "q=web&state=stale&state=left&label=region%3Deu&by=region&view=heat&colour=disk&column=cpu&sort=-cpu";
  const here = browser(query);
  const choice = here.read();
  assert.deepEqual([choice.states, choice.labels, choice.columns], [["stale", "left"], ["region=eu"], ["cpu"]]);
  here.write(choice);
  assert.equal(here.query(), query);
});

test("what is as usual is not in the address, and other parameters stay", () => {
  const here = browser("tz=utc&view=heat");
  here.write({ ...here.read(), view: "table" });
  assert.equal(here.query(), "tz=utc");
});

test("how one likes the table is remembered, what one searched for is not", () => {
  const before = browser();
  before.remember({ q: "web", states: ["stale"], view: "heat" });
  before.remember({ columns: ["cpu", "disk"], sort: "-cpu" });
  const after = browser("", before.kept()).read();
  assert.deepEqual([after.view, after.columns, after.sort], ["heat", ["cpu", "disk"], "-cpu"]);
  assert.deepEqual([after.q, after.states], ["", []]);
});

test("a link shows what it was made of, whatever is remembered here", () => {
  const kept = JSON.stringify({ view: "heat", columns: ["cpu"], sort: "-cpu", by: "region", colour: "disk" });
  const choice = browser("q=web", kept).read();
  assert.deepEqual([choice.q, choice.view, choice.columns, choice.sort], ["web", "table", [], "id"]);
});

test("to open a link, and to search, forgets nothing of what one likes", () => {
  const kept = JSON.stringify({ columns: ["cpu", "host"] });
  const here = browser("label=region%3Deu", kept);
  here.write(here.read());
  here.remember({ q: "web", labels: [] });
  assert.equal(here.kept(), kept);
  here.remember({ view: "heat" });
  assert.deepEqual(JSON.parse(here.kept()), { columns: ["cpu", "host"], view: "heat" });
});

test("a link of ours says what its reader likes, so that it shows the same to others", () => {
  const kept = JSON.stringify({ columns: ["cpu", "host"], view: "table" });
  const address = browser("", kept).address({ labels: ["region=eu"] });
  assert.equal(address, "/?label=region%3Deu&column=cpu&column=host");
  const there = browser(address.slice(2)).read();
  assert.deepEqual([there.labels, there.columns], [["region=eu"], ["cpu", "host"]]);
  assert.equal(browser().address({ labels: ["a=b c"] }), "/?label=a%3Db+c");
});

test("nonsense in the address or the storage is passed over", () => {
  assert.equal(browser("view=pie&colour=red").read().view, "table");
  assert.equal(browser("", "{not json").read().view, "table");
  assert.deepEqual(browser("", JSON.stringify({ columns: "cpu", view: 7 })).read().columns, []);
});

test("sort order as a text and back", () => {
  const { sortOf, sortText } = browser();
  assert.deepEqual(sortOf("-cpu"), { colId: "cpu", sort: "desc" });
  assert.equal(sortText(sortOf("-cpu")), "-cpu");
  assert.equal(sortText(sortOf("id")), "id");
});
