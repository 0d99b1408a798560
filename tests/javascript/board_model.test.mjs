// Dashboards as plain data.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { boardModel: model } = load(["board_model"]).mcp;
const panel = (x, y, width, height, more = {}) => model.panelOf({ columns: ["cpu.percent"], x, y, width, height, ...more });
const places = (panels) => panels.map(({ x, y, width, height }) => [x, y, width, height]);
const keysOf = (panels) => panels.map(({ key }) => key);

test("panels settle: none over another, none with room above it", () => {
  const settled = model.settled([panel(0, 9, 12, 2), panel(0, 3, 6, 2), panel(3, 4, 6, 2)]);
  assert.deepEqual(places(settled), [[0, 0, 6, 2], [3, 2, 6, 2], [0, 4, 12, 2]]);
  assert.deepEqual(model.settled(settled), settled);
});

test("a new panel goes where there is room first, in the size of its kind", () => {
  const one = model.added([], { kind: "LINES", columns: ["a"], width: 0 });
  const two = model.added(one, { kind: "LINES", columns: ["a"], width: 0 });
  const three = model.added(two, { kind: "FIGURE", columns: ["a"], width: 0 });
  assert.deepEqual(places(three), [[0, 0, 6, 4], [6, 0, 6, 4], [0, 4, 3, 2]]);
  assert.equal(new Set(keysOf(three)).size, 3);
});

test("a copy stands below its panel and pushes what was there down", () => {
  const panels = [panel(0, 0, 6, 4, { title: "A" }), panel(0, 4, 6, 4)];
  const all = model.duplicated(panels, panels[0].key);
  assert.deepEqual(all.map(({ title, y }) => [title, y]), [["A", 0], ["A (copy)", 4], ["", 8]]);
});

test("the title of a copy is cut between code points, and as long as a title may be", () => {
  const title = "🖥".repeat(120);
  const cut = `${"🖥".repeat(113)} (copy)`;
  assert.equal(model.copyTitle(title), cut);
  const one = panel(0, 0, 6, 4, { title });
  assert.equal(model.duplicated([one], one.key)[1].title, cut);
  assert.equal(model.cutTitle("🖥".repeat(121)), title);
});

test("steps to the side stop at the edge and take the place of what is there", () => {
  const panels = [panel(0, 0, 6, 2), panel(6, 0, 6, 2)];
  const [{ key }, { key: other }] = panels;
  const right = model.stepped(panels, key, { x: 1 });
  assert.deepEqual(right.map((each) => [each.key, each.x, each.y]), [[key, 1, 0], [other, 6, 2]]);
  assert.deepEqual(places(model.stepped(panels, other, { x: 1 })), places(panels));
  assert.equal(model.stepped(panels, other, { x: -1 }).find((each) => each.key === other).y, 0);
});

test("steps up and down change places with the next one there", () => {
  const panels = [panel(0, 0, 6, 2), panel(0, 2, 6, 4)];
  const down = model.stepped(panels, panels[0].key, { y: 1 });
  assert.deepEqual(keysOf(down), [panels[1].key, panels[0].key]);
  assert.deepEqual(keysOf(model.stepped(down, panels[0].key, { y: -1 })), keysOf(panels));
  assert.deepEqual(keysOf(model.stepped(panels, panels[0].key, { y: -1 })), keysOf(panels));
  assert.deepEqual(keysOf(model.stepped(panels, panels[1].key, { y: 1 })), keysOf(panels));
});

test("a size stays within the grid", () => {
  const panels = [panel(6, 0, 6, 24)];
  const [{ key }] = panels;
  assert.deepEqual(places(model.stepped(panels, key, { width: 1 })), [[6, 0, 6, 24]]);
  assert.deepEqual(places(model.stepped(panels, key, { height: 1 })), [[6, 0, 6, 24]]);
  const small = panel(0, 0, 1, 1);
  assert.deepEqual(places(model.stepped([small], small.key, { width: -1 })), [[0, 0, 1, 1]]);
  assert.deepEqual(places(model.stepped([small], small.key, { height: -1 })), [[0, 0, 1, 1]]);
});

test("what was dragged settles", () => {
  const panels = [panel(0, 0, 6, 4), panel(6, 0, 6, 4)];
  const dragged = { [panels[1].key]: { x: 0, y: 8, width: 12, height: 2 } };
  assert.deepEqual(places(model.placed(panels, dragged)), [[0, 0, 6, 4], [0, 4, 12, 2]]);
});

test("a draft comes from the API and goes back without what is usual", () => {
  const kept = { id: "a", revision: "3", title: "A", panels: [{ width: 6, height: 4, columns: ["c"], counters: "PER_SECOND", node_ids: [] }] };
  const draft = model.draftOf(kept);
  assert.deepEqual(model.plain(draft), { title: "A", description: "", range: "", panels: [{ width: 6, height: 4, columns: ["c"] }] });
  assert.ok(model.isSame(draft, model.draftOf(kept)));
  assert.ok(!model.isSame(draft, { ...draft, title: "B" }));
  draft.panels[0].columns.push("d");
  assert.deepEqual(kept.panels[0].columns, ["c"], "a draft shares nothing with what it came from");
});

test("place and title do not decide how a panel is drawn, everything else does", () => {
  const one = panel(0, 0, 6, 4);
  assert.equal(model.contentOf(one), model.contentOf({ ...one, x: 3, y: 5, width: 2, height: 9, title: "T" }));
  assert.notEqual(model.contentOf(one), model.contentOf({ ...one, kind: "STACK" }));
});

test("a file holds a dashboard, or it is said why not", () => {
  const file = JSON.stringify({ id: "x", revision: "9", is_shipped: true, title: "T", panels: [], range: "1h" });
  assert.deepEqual(model.fromFile(file), { title: "T", panels: [], range: "1h" });
  assert.throws(() => model.fromFile("{"), /holds no JSON .* “Export” made/);
  for (const text of ["[]", "null", "3", '{"panels": []}', '{"title": "T", "panels": 3}']) {
    assert.throws(() => model.fromFile(text), /holds no dashboard/, text);
  }
});

test("a file is named after its dashboard", () => {
  assert.equal(model.fileName("Mémoire & CPU!"), "memoire-cpu.json");
  assert.equal(model.fileName("監視"), "dashboard.json");
  assert.equal(model.copyTitle("x".repeat(120)).length, 120);
});

test("panels of a newer version are known again by what they draw, those of the same title first", () => {
  const shown = [panel(0, 0, 6, 4, { title: "A" }), panel(6, 0, 6, 4, { title: "B" }), panel(0, 4, 6, 4, { columns: ["x"] })];
  const newer = [panel(0, 0, 3, 2, { title: "B" }), panel(3, 0, 6, 4, { title: "C" }), panel(0, 4, 6, 4, { columns: ["y"] })];
  const known = model.recognised(newer, shown);
  assert.deepEqual(keysOf(known), [shown[1].key, shown[0].key, newer[2].key]);
  assert.deepEqual(known.map(({ title, width }) => [title, width]), [["B", 3], ["C", 6], ["", 6]]);
  const twins = model.recognised([panel(0, 0, 6, 4), panel(0, 4, 6, 4)], [panel(0, 0, 6, 4)]);
  assert.notEqual(...keysOf(twins));
});
