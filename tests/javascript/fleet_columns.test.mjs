// Which columns the table of nodes has.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { fleetColumns } = load(["fleet_columns"]).mcp;
const ALL = ["state", "spark", "cpu", "memory", "disk", "host"];
const columns = fleetColumns.make(ALL, ["state", "spark", "cpu", "memory", "disk"]);
const [DESK, PHONE] = [1200, 358];

test("until somebody chooses, the usual ones; on a phone those that tell whether a node is well", () => {
  assert.deepEqual(columns.shown([], DESK), ["state", "spark", "cpu", "memory", "disk"]);
  assert.deepEqual(columns.shown([], PHONE), ["state", "cpu", "memory"]);
});

test("what somebody chose is shown wherever they are, in the order of the table", () => {
  for (const width of [DESK, PHONE]) assert.deepEqual(columns.shown(["host", "cpu"], width), ["cpu", "host"]);
});

test("a column that there is not is left out", () => {
  assert.deepEqual(columns.known(["bogus"]), []);
  assert.deepEqual(columns.known(["bogus", "host", "cpu"]), ["cpu", "host"]);
});

test("a column more or less is of what is shown; the usual ones again are no choice", () => {
  const more = columns.toggled([], "host", PHONE);
  assert.deepEqual(more, ["state", "cpu", "memory", "host"]);
  assert.deepEqual(columns.toggled(more, "host", PHONE), []);
  assert.deepEqual(columns.toggled(["host", "disk"], "cpu", DESK), ["cpu", "disk", "host"]);
});
