// What happened to the nodes that panels draw, marked in their charts.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { panelMarks: marks } = load(["events", "panel_marks"], { mcp: { live: {} } }).mcp;
const lineOf = (node_id) => ({ meta: { key: `${node_id} cpu.percent`, node_id } });
const event = (id, node_id, more = {}) => ({ id, time_ms: id, node_id, kind: "back", count: 1, detail: "Back.", ...more });
const names = (count) => Array.from({ length: count }, (_, number) => `node-${number}`);
const WINDOW = { fromMs: 1000, toMs: 61000, isFollowing: true };

test("a panel marks the nodes it names, or else those of its lines", () => {
  assert.deepEqual(marks.nodesOf({ node_ids: ["a", "b"] }, [lineOf("a")]), ["a", "b"]);
  assert.deepEqual(marks.nodesOf({ node_ids: [], aggregate: "NONE" }, [lineOf("a"), lineOf("b"), lineOf("a")]), ["a", "b"]);
});

test("a fleet that is summed up has no marks, a sum of few named nodes has", () => {
  const ofGroup = { meta: { key: "eu cpu.percent", node_id: "" } };
  assert.deepEqual(marks.nodesOf({ aggregate: "SUM" }, [ofGroup]), []);
  assert.deepEqual(marks.nodesOf({ aggregate: "SUM", node_ids: names(300) }, [ofGroup]), []);
  assert.deepEqual(marks.nodesOf({ aggregate: "SUM", node_ids: ["a"] }, [ofGroup]), ["a"]);
});

test("of hundreds of nodes only those that are drawn are asked about, and at most a hundred in all", () => {
  assert.equal(marks.nodesOf({ node_ids: names(300), aggregate: "NONE" }, names(40).map(lineOf)).length, 24);
  assert.equal(marks.union([names(80), names(200)]).length, 100);
});

test("sentences name their node where there are several", () => {
  const events = [event(1, "a"), event(2, "b", { detail: "" }), event(3, "c")];
  assert.deepEqual(marks.eventsOf(["a"], events).map(({ detail }) => detail), ["Back."]);
  assert.deepEqual(marks.eventsOf(["a", "b"], events).map(({ detail }) => detail), ["a: Back.", ""]);
});

test("what is asked for has an end only where time does not go on", () => {
  assert.equal(marks.address(["a", "b"], WINDOW), "/api/events?node=a&node=b&start=1&limit=500");
  assert.match(marks.address(["a"], { ...WINDOW, isFollowing: false }), /start=1&end=61&limit/);
});

// ---------------------------------------------------------------------------------------------------------- a page

const settled = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

// A page with one panel that draws nodes, an API that gives `answers` one after the other, and the live topic.
function page(context, answers) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const [asked, topics] = [[], new Map()];
  const live = { look: (topic, take) => topics.set(topic, take), leave: (topic) => topics.delete(topic) };
  const fetch = async (path) => {
    asked.push(path);
    const events = answers.shift();
    return { ok: Boolean(events), json: async () => ({ events }) };
  };
  const panel = { ids: ["a"], shown: [], nodes: () => panel.ids, setMarks: (events) => (panel.shown = events.map(({ id }) => id)) };
  const made = load(["events", "panel_marks"], { mcp: { live }, fetch }).mcp.panelMarks.open(() => [panel]);
  const pass = () => {
    context.mock.timers.tick(200);
    return settled();
  };
  return { asked, topics, panel, made, pass, take: (message) => topics.get("events")(message) };
}

test("all panels are asked about at once, and again when others are drawn", async (context) => {
  const { asked, panel, made, pass } = page(context, [[event(1, "a")], [event(2, "b"), event(1, "a")]]);
  made.load(WINDOW);
  for (let answer = 0; answer < 5; answer += 1) made.renew();
  await pass();
  assert.deepEqual([asked.length, panel.shown], [1, [1]]);
  made.renew();
  await pass();
  assert.equal(asked.length, 1, "nothing else is drawn");
  panel.ids = ["a", "b"];
  made.renew();
  await pass();
  assert.deepEqual([asked.length, panel.shown], [2, [2, 1]]);
});

test("what comes live is marked if it is of a node that is drawn, also while the rest is asked for", async (context) => {
  const { panel, made, pass, take } = page(context, [[event(1, "a")]]);
  made.load(WINDOW);
  const asking = pass();
  take({ kind: "append", events: [event(5, "a"), event(6, "somebody")] });
  await asking;
  assert.deepEqual(panel.shown, [5, 1]);
});

test("a leader that was away is asked again, and one that does not answer takes no mark away", async (context) => {
  const { asked, panel, made, pass, take } = page(context, [[event(1, "a")], null, [event(9, "a")]]);
  made.load(WINDOW);
  await pass();
  take({ kind: "open" });
  await pass();
  assert.deepEqual([asked.length, panel.shown], [2, [1]]);
  take({ kind: "open" });
  await pass();
  assert.deepEqual(panel.shown, [9]);
});

test("a page that is left asks for nothing", async (context) => {
  const { asked, topics, made, pass } = page(context, []);
  made.load(WINDOW);
  made.close();
  await pass();
  assert.deepEqual([asked.length, topics.size], [0, 0]);
});
