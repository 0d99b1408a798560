// What a chart says while what is asked for is not there.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { words } = load(["chart_wait"]).mcp.chartWait;

test("what failed is said in the words of the answer, and that it goes on", () => {
  assert.equal(words({ status: 503, detail: "the leader is lost" }), "The leader is lost. Trying again.");
  assert.equal(words({ status: 503, detail: "Wait." }), "Wait. Trying again.");
});

test("an answer without words is told by its status, none at all as that", () => {
  assert.equal(words({ status: 500 }), "The dashboard failed with status 500. Trying again.");
  assert.equal(words(new TypeError("Failed to fetch")), "The dashboard does not answer. Trying again.");
});
