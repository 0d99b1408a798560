import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { csv, fleetCsv } = load(["csv", "fleet_csv"]).mcp;
const NOW = Date.UTC(2026, 0, 1);

const row = (changes) => ({ id: "a", state: "live", cpu: 12, received: 1.5, sent: 20, seen: 0, labels: {}, host: "h", ...changes });
const lines = (columns, ...rows) => csv.text(fleetCsv.table(columns, rows, NOW)).split("\r\n");

test("a line of names with their units, then one a node", () => {
  const [head, first, end] = lines(["id", "cpu", "network"], row());
  assert.equal(head, "node,cpu_percent,network_received_bytes_per_second,network_sent_bytes_per_second");
  assert.equal(first, "a,12,1500,20000");
  assert.equal(end, "");
});

test("what is not known is empty, not zero", () => {
  assert.equal(lines(["id", "cpu", "network"], row({ cpu: null, received: null, sent: null }))[1], "a,,,");
});

test("times are told in full, now is now", () => {
  assert.equal(lines(["seen"], row())[1], "2026-01-01T00:00:00.000Z");
  assert.equal(lines(["seen"], row({ seen: 1_700_000_000 }))[1], "2023-11-14T22:13:20.000Z");
});

test("commas, quotes and line breaks are quoted", () => {
  assert.equal(lines(["host"], row({ host: 'a,"b"\nc' }))[1], '"a,""b""\nc"');
  assert.equal(lines(["labels"], row({ labels: { region: "eu", tier: "a,b" } }))[1], '"region=eu tier=a,b"');
});

test("a text that a spreadsheet would run is no formula any more, and numbers stay numbers", () => {
  assert.equal(lines(["host"], row({ host: "=cmd()" }))[1], "'=cmd()");
  assert.equal(lines(["cpu"], row({ cpu: -1 }))[1], "-1");
});

test("a column that has nothing to say in a file is left out", () => {
  assert.deepEqual(lines(["id", "spark", "cpu"], row()), ["node,cpu_percent", "a,12", ""]);
});
