// How long the node page waits before it asks again, and what it says meanwhile.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { waitMs, words } = load(["node_problem"]).mcp.nodeProblem;

test("each failure in a row doubles the pause, up to half a minute", () => {
  assert.deepEqual([0, 1, 2, 3].map((failures) => waitMs(failures)), [1000, 2000, 4000, 8000]);
  assert.equal(waitMs(6), 30000);
  assert.equal(waitMs(1e6), 30000);
});

test("what the server asks for is heeded, within bounds", () => {
  assert.equal(waitMs(0, "5"), 5000);
  assert.equal(waitMs(3, "1"), 8000, "not sooner than the pause has grown to");
  assert.equal(waitMs(0, "86400"), 30000);
  for (const nonsense of ["", null, undefined, "Wed, 21 Oct 2026 07:28:00 GMT", -3]) assert.equal(waitMs(0, nonsense), 1000);
});

test("it says what is wrong in the server's words, and when it is tried again", () => {
  const refused = { status: 503, detail: "4 queries run and 8 wait" };
  assert.deepEqual(words(refused, 2000), [
    "What this node reports is not known yet",
    "4 queries run and 8 wait. Trying again in 2 s.",
  ]);
  assert.match(words({ status: 503, detail: "is it running there?" }, 1000)[1], /there\? Trying/);
  assert.deepEqual(words({ status: 500 }, 1000)[1], "Trying again in 1 s.");
  assert.equal(words(new TypeError("Failed to fetch"), 1000)[0], "The dashboard does not answer");
});
