import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { fleetQuery } = load(["fleet_query"]).mcp;

function row(id, { state = "live", cpu = 10, ...labels } = {}) {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return { id, state, cpu, labels, text: [id, ...pairs].join(" ").toLowerCase() };
}

const ROWS = [
  row("web-1", { region: "eu", tier: "gold", cpu: 20 }),
  row("web-2", { region: "us", cpu: 90 }),
  row("web-10", { region: "eu", state: "offline", cpu: 99 }),
  row("db-1", { state: "stale" }),
];

const found = (choice) => {
  const filter = fleetQuery.filterOf(choice);
  return ROWS.filter((each) => fleetQuery.passes(each, filter)).map(({ id }) => id);
};

test("nothing asked for is everything", () => {
  assert.equal(found({}).length, 4);
  assert.equal(found({ q: "  " }).length, 4);
});

test("how many are found is said as soon as not all are asked for", () => {
  const text = (shown, all, choice) => fleetQuery.countText(shown, all, fleetQuery.filterOf(choice));
  assert.equal(text(1234, 1234, {}), "1,234 nodes");
  assert.equal(text(1, 1, {}), "1 node");
  assert.equal(text(2, 307, { q: "web-" }), "2 of 307 nodes");
  assert.equal(text(307, 307, { states: ["live"] }), "307 of 307 nodes");
  assert.equal(text(0, 1, { labels: ["region=eu"] }), "0 of 1 node");
});

test("each word must be there, in the name, the host or a label", () => {
  assert.deepEqual(found({ q: "WEB region=eu" }), ["web-1", "web-10"]);
  assert.deepEqual(found({ q: "nobody" }), []);
});

test("any of the states", () => {
  assert.deepEqual(found({ states: ["stale", "offline"] }), ["web-10", "db-1"]);
});

test("any value of one label, all of different labels", () => {
  assert.deepEqual(found({ labels: ["region=eu", "region=us"] }), ["web-1", "web-2", "web-10"]);
  assert.deepEqual(found({ labels: ["region=eu", "tier=gold"] }), ["web-1"]);
});

test("a label's value may hold an equals sign", () => {
  const filter = fleetQuery.filterOf({ labels: ["expr=a=b"] });
  assert.ok(fleetQuery.passes(row("x", { expr: "a=b" }), filter));
});

test("groups tell how many, how many are not live, and CPU of those that are", () => {
  const [eu, us, none] = fleetQuery.groupsOf(ROWS, "region");
  assert.deepEqual(eu, { value: "eu", count: 2, down: 1, left: 0, cpu: 20, worst: "web-1", worstCpu: 20 });
  assert.deepEqual([us.value, us.cpu, us.worst], ["us", 90, "web-2"]);
  assert.deepEqual([none.value, none.count, none.cpu], ["", 1, null], "those without the label come last");
});

test("a node that said goodbye is told apart from those that are missed", () => {
  const [group] = fleetQuery.groupsOf([row("a"), row("b", { state: "left" }), row("c", { state: "stale" })], "region");
  assert.deepEqual([group.count, group.down, group.left], [3, 1, 1]);
});

test("labels and their values, counted, numbers in names by size", () => {
  assert.deepEqual(fleetQuery.labelsOf(ROWS), [["region", [["eu", 2], ["us", 1]]], ["tier", [["gold", 1]]]]);
  assert.deepEqual(["web-10", "web-2"].sort(fleetQuery.byName), ["web-2", "web-10"]);
});

test("nodes by state", () => {
  assert.deepEqual(fleetQuery.countStates(ROWS), { live: 2, stale: 1, offline: 1, left: 0 });
});
