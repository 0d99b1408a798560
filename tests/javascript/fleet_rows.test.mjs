import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { fleetRows } = load(["fleet_rows"], { atob }).mcp;
const NOTHING = 255;

const facts = (id, labels = {}) => ({ id, host: `${id}.example`, os: "Linux", agent: "1", labels, losses: [0, 0, 0] });
const line = (...last) => [...Array(60 - last.length).fill(NOTHING), ...last];
const base64 = (...lines) => Buffer.from(lines.flat()).toString("base64");
const totals = (cpu) => ({ nodes: 2, live: 2, cpu });

function full(changes = {}) {
  return {
    kind: "full",
    is_known: true,
    moments: 7,
    totals: totals(1),
    faults: { texts: [] },
    history: [totals(1)],
    nodes: [[0, facts("a", { region: "eu" })], [1, facts("b")]],
    cells: { state: [[0, 0], [0, 2]], cpu: [[0, 0], [10, null]] },
    sparks: base64(line(8, 9), line(3, NOTHING)),
    ...changes,
  };
}

const delta = (changes) => ({ kind: "delta", moments: 7, totals: totals(2), faults: {}, gone: [], nodes: [], cells: {}, ...changes });

function opened(changes) {
  const fleet = fleetRows.make();
  fleet.take(full(changes));
  return fleet;
}

test("the opening makes a row of each node", () => {
  const fleet = opened();
  assert.deepEqual(fleet.rows.map(({ id, state, cpu }) => [id, state, cpu]), [["a", "live", 10], ["b", "offline", null]]);
  assert.equal(fleet.rows[0].text, "a a.example region=eu");
  assert.deepEqual(fleetRows.points(fleet.rows[0]).slice(-3), [null, 8, 9]);
  assert.deepEqual([...fleet.rows[1].spark.slice(-2)], [3, NOTHING]);
});

test("gaps lead to the cells that changed, and rows stay the same objects", () => {
  const fleet = opened({
    nodes: ["a", "b", "c", "d"].map((id, number) => [number, facts(id)]),
    cells: { state: [[0, 0, 0, 0], [0, 0, 0, 0]], cpu: [[0, 0, 0, 0], [1, 2, 3, 4]] },
    sparks: base64(line(), line(), line(), line()),
  });
  const [, b] = fleet.rows;
  const news = fleet.take(delta({ cells: { cpu: [[1, 1], [20, 40]] } }));
  assert.deepEqual(fleet.rows.map(({ cpu }) => cpu), [1, 20, 3, 40]);
  assert.equal(fleet.rows[1], b);
  assert.deepEqual([...news.changed], ["cpu"]);
});

test("a node that joins is added, one that is told again is renewed", () => {
  const fleet = opened();
  const cells = { state: [[2], [0]], cpu: [[2], [5]] };
  const news = fleet.take(delta({ nodes: [[1, facts("b", { region: "us" })], [2, facts("c")]], cells }));
  assert.deepEqual(news.added.map(({ id }) => id), ["c"]);
  assert.deepEqual(news.renewed.map(({ id }) => id), ["b", "c"]);
  assert.deepEqual(fleet.rows[1].labels, { region: "us" });
});

test("each moment moves the lines on by what is shown, those of nodes that are gone by nothing", () => {
  const fleet = opened();
  const news = fleet.take(delta({ moments: 9, cells: { cpu: [[0], [12]] } }));
  assert.ok(news.changed.has("spark"));
  assert.deepEqual([...fleet.rows[0].spark.slice(-4)], [8, 9, 12, 12]);
  assert.deepEqual([...fleet.rows[1].spark.slice(-3)], [NOTHING, NOTHING, NOTHING]);
  assert.deepEqual(fleet.history.map(({ cpu }) => cpu), [1, 2, 2]);
});

test("between moments neither lines nor history move", () => {
  const fleet = opened();
  assert.ok(!fleet.take(delta({})).changed.has("spark"));
  assert.equal(fleet.history.length, 1);
  assert.equal(fleet.totals.cpu, 2);
});

test("a page that was long away has two minutes, not more", () => {
  const fleet = opened();
  fleet.take(delta({ moments: 500 }));
  assert.equal(fleet.history.length, 60);
  assert.deepEqual([...fleet.rows[0].spark], Array(60).fill(10));
});

test("another opening begins anew", () => {
  const fleet = opened();
  const news = fleet.take(full({ nodes: [[0, facts("z")]], cells: { state: [[0], [1]] }, sparks: base64(line(1)) }));
  assert.ok(news.isAnew);
  assert.deepEqual(fleet.rows.map(({ id, state }) => [id, state]), [["z", "stale"]]);
});

test("nodes that are gone leave, and with them the counts of states change", () => {
  const fleet = opened();
  const [a, b] = fleet.rows;
  const news = fleet.take(delta({ gone: [0, 7] }));
  assert.deepEqual(fleet.rows, [b]);
  assert.deepEqual(news.removed, [a]);
  assert.deepEqual([...news.changed], ["state"]);
});

test("one that joins takes the number of one that is gone, and nothing else of it", () => {
  const fleet = opened();
  const [a, b] = fleet.rows;
  const cells = { state: [[0], [0]], cpu: [[0, 0], [70, 71]] };
  const news = fleet.take(delta({ gone: [0], nodes: [[0, facts("a")]], cells, moments: 8 }));
  assert.deepEqual([news.removed, news.added], [[a], [fleet.rows[1]]]);
  assert.deepEqual(fleet.rows.map(({ id, cpu }) => [id, cpu]), [["b", 71], ["a", 70]]);
  assert.equal(fleet.rows[0], b);
  assert.notEqual(fleet.rows[1], a);
  assert.deepEqual([...fleet.rows[1].spark.slice(-2)], [NOTHING, 70]);
});

test("an opening may leave numbers out; its lines are in the order of its nodes", () => {
  const cells = { state: [[1, 2], [0, 0]], cpu: [[1, 2], [1, 2]] };
  const fleet = opened({ nodes: [[1, facts("b")], [4, facts("e")]], cells, sparks: base64(line(5), line(6)) });
  assert.deepEqual(fleet.rows.map(({ id, cpu, spark }) => [id, cpu, spark.at(-1)]), [["b", 1, 5], ["e", 2, 6]]);
});
