// What is asked for: in the address, and of the JSON API.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { eventsFilter } = load(["events", "events_filter"]).mcp;

function viewOf(query) {
  const params = new URLSearchParams(query);
  const written = {};
  return {
    get: (name) => params.get(name),
    getAll: (name) => params.getAll(name),
    set: (changes) => Object.assign(written, changes),
    written,
  };
}

test("what the address says is read, and what makes no sense left out", () => {
  assert.deepEqual(eventsFilter.read(viewOf("")), eventsFilter.EMPTY);
  const filter = eventsFilter.read(viewOf("q=+web+&node=a&node=b&kind=offline&kind=nonsense&range=7d"));
  assert.deepEqual(filter, { q: "web", nodes: ["a", "b"], kinds: ["offline"], range: "7d", from: null, to: null });
  for (const query of ["range=5y", "from=5", "from=5&to=5", "from=x&to=9", "from=-1&to=9"]) {
    assert.deepEqual(eventsFilter.read(viewOf(query)), eventsFilter.EMPTY, query);
  }
});

test("two times win over a range", () => {
  const filter = eventsFilter.read(viewOf("range=7d&from=1000&to=2000"));
  assert.deepEqual([filter.range, filter.from, filter.to], ["", 1000, 2000]);
});

test("what is not filtered is taken out of the address", () => {
  const view = viewOf("");
  eventsFilter.write(view, eventsFilter.EMPTY);
  assert.deepEqual(view.written, { q: null, node: [], kind: [], range: null, from: null, to: null });
  eventsFilter.write(view, { ...eventsFilter.EMPTY, q: "x", from: 1, to: 2 });
  assert.deepEqual([view.written.q, view.written.from, view.written.to], ["x", 1, 2]);
});

test("the question to the API", () => {
  assert.equal(eventsFilter.address(eventsFilter.EMPTY), "/api/events?");
  const filter = { q: "a b", nodes: ["n1", "n2"], kinds: ["gap"], range: "24h", from: null, to: null };
  assert.equal(
    eventsFilter.address(filter, { limit: 100 }),
    "/api/events?q=a+b&node=n1&node=n2&kind=gap&range=24h&limit=100",
  );
  const fixed = { ...eventsFilter.EMPTY, from: 1500, to: 2000 };
  assert.equal(eventsFilter.address(fixed), "/api/events?start=1.5&end=2");
});

test("a range ends now, two times stay where they are", () => {
  const hour = eventsFilter.bounds({ ...eventsFilter.EMPTY, range: "1h" }, 10_000_000);
  assert.deepEqual([hour.fromMs, hour.toMs], [6_400_000, Infinity]);
  const fixed = eventsFilter.bounds({ ...eventsFilter.EMPTY, from: 5, to: 9 }, 10_000_000);
  assert.deepEqual([fixed.fromMs, fixed.toMs], [5, 9]);
  assert.equal(eventsFilter.isEmpty(eventsFilter.EMPTY), true);
  assert.equal(eventsFilter.isEmpty(fixed), false);
});
