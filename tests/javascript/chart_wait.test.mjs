// What a chart says while what is asked for is not there.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { words, goesOn } = load(["chart_wait"]).mcp.chartWait;

test("what failed is said in the words of the answer, and that it goes on", () => {
  assert.equal(words({ status: 503, detail: "the leader is lost" }), "The leader is lost. Trying again.");
  assert.equal(words({ status: 503, detail: "Wait." }), "Wait. Trying again.");
});

test("an answer without words is told by its status, none at all as that", () => {
  assert.equal(words({ status: 500 }), "The dashboard failed with status 500. Trying again.");
  assert.equal(words(new TypeError("Failed to fetch")), "The dashboard does not answer. Trying again.");
});

test("a window that follows goes on; another span, a zoom, or the first one does not", () => {
  const live = { isFollowing: true, spanMs: 300_000 };
  const zoomed = { isFollowing: false, spanMs: 300_000 };
  assert.equal(goesOn(live, { ...live, toMs: 5 }), true);
  assert.equal(goesOn(zoomed, zoomed), true);
  const others = [[null, live], [live, { ...live, spanMs: 9 }], [live, zoomed], [zoomed, { ...zoomed }]];
  for (const [before, after] of others) assert.equal(goesOn(before, after), false);
});
