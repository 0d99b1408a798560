// What a choice on the page to compare means.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { compareModel } = load(["panel_model", "compare_model"]).mcp;

const FLEET = [
  { node_id: "a", state: "live", labels: { region: "eu", zone: "1" } },
  { node_id: "b", state: "offline", labels: { region: "us" } },
  { node_id: "c", state: "live", labels: { region: "eu" } },
];
const COLUMNS = [
  { name: "cpu.percent", unit: "%", kind: "gauge", nodes: 3 },
  { name: "requests{x}", unit: "{request}", kind: "counter", nodes: 1 },
  { name: "requests{y}", unit: "{request}", kind: "counter", nodes: 2 },
];
const view = (query) => compareModel.read(new URLSearchParams(query));

test("columns with labels can be chosen as a whole and one by one", () => {
  assert.deepEqual(compareModel.columnOptions(COLUMNS), [
    { value: "cpu.percent", label: "cpu.percent", hint: "% · 3 nodes" },
    { value: "requests", label: "requests", hint: "request · counter · all 2 of them · 2 nodes" },
    { value: "requests{x}", label: "requests{x}", hint: "request · counter · 1 node" },
    { value: "requests{y}", label: "requests{y}", hint: "request · counter · 2 nodes" },
  ]);
});

test("labels come before nodes, with how many nodes have them", () => {
  const options = compareModel.nodeOptions(FLEET);
  assert.deepEqual(options.map(({ value }) => value), ["region=eu", "region=us", "zone=1", "a", "b", "c"]);
  assert.equal(options[0].hint, "label · 2 nodes");
  assert.deepEqual([options[3].hint, options[4].hint], ["", "offline"]);
  assert.deepEqual(compareModel.labelNames(FLEET), ["region", "zone"]);
});

test("nodes go by name or by label, as the last choice says; of a label one value at a time", () => {
  assert.deepEqual(compareModel.chooseNodes(["a", "b"]), { node_ids: ["a", "b"], labels: [] });
  const byLabel = compareModel.chooseNodes(["a", "region=eu", "region=us"]);
  assert.deepEqual(byLabel, { node_ids: [], labels: [{ name: "region", value: "us" }] });
  assert.deepEqual(compareModel.chooseNodes(["region=eu", "a"]), { node_ids: ["a"], labels: [] });
  assert.deepEqual(compareModel.chosenNodes(byLabel), ["region=us"]);
  assert.deepEqual(compareModel.chooseNodes([]), { node_ids: [], labels: [] });
});

test("a view is written into an address and read from it", () => {
  const query = "label=region%3Deu&column=cpu.percent&aggregate=p95&by=zone&split=column";
  const written = compareModel.write(view(query));
  assert.deepEqual(written, {
    node: null,
    label: ["region=eu"],
    column: ["cpu.percent"],
    counters: null,
    aggregate: ["p95"],
    by: ["zone"],
    kind: null,
    split: "column",
  });
  assert.equal(view("split=pie").split, "none");
});

test("one panel, one for each column, one for each node", () => {
  const keys = (query) => compareModel.panels(view(query), FLEET).map(({ key }) => key);
  assert.deepEqual(keys(""), []);
  assert.deepEqual(keys("column=a&column=b"), [""]);
  assert.deepEqual(keys("column=a&column=b&split=column"), ["a", "b"]);
  assert.deepEqual(keys("column=a&split=node"), ["a", "b", "c"]);
  assert.deepEqual(keys("column=a&split=node&label=region%3Deu"), ["a", "c"]);
  assert.deepEqual(keys("column=a&split=node&node=b"), ["b"]);
  assert.deepEqual(keys("column=a&split=node&aggregate=sum"), [""], "an aggregate has no nodes");
  const [panel] = compareModel.panels(view("column=a&split=node&label=region%3Deu"), FLEET);
  assert.deepEqual([panel.panel.node_ids, panel.panel.labels, panel.title], [["a"], [], "a"]);
});

test("of many nodes some get a chart, and the others are counted", () => {
  const many = Array.from({ length: 40 }, (_, index) => ({ node_id: `n${index}`, state: "live", labels: {} }));
  assert.equal(compareModel.panels(view("column=a&split=node"), many).length, compareModel.MOST_PANELS);
  assert.equal(compareModel.leftOut(view("column=a&split=node"), many), 16);
  assert.equal(compareModel.leftOut(view("column=a"), many), 0);
});

test("examples are made of what there is", () => {
  const titles = compareModel.examples(COLUMNS, FLEET).map(({ title }) => title);
  assert.deepEqual(titles, ["CPU of all nodes, p95", "Requests by region", "CPU node by node"]);
  assert.deepEqual(compareModel.examples([], []), []);
  const [, requests] = compareModel.examples(COLUMNS, []);
  assert.deepEqual([requests.title, requests.query], ["Requests", "column=requests&aggregate=sum"]);
});

test("a file has a row for each point that is there", () => {
  const rows = compareModel.rows([{ title: "CPU", unit: "%", name: "a", x: [0, 1000, 2000], y: [1, null, 3] }]);
  assert.deepEqual(rows, [
    ["time", "chart", "line", "unit", "value"],
    ["1970-01-01T00:00:00.000Z", "CPU", "a", "%", 1],
    ["1970-01-01T00:00:02.000Z", "CPU", "a", "%", 3],
  ]);
});
