// Work that is done once at a time.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { singleFlight } = load(["single_flight"]).mcp;

test("what is asked for while it is under way is not begun again", async () => {
  const begun = [];
  let land;
  const work = singleFlight((name) => {
    begun.push(name);
    return new Promise((resolve) => {
      land = resolve;
    });
  });
  const both = [work("first"), work("second")];
  land("done");
  assert.deepEqual(await Promise.all(both), ["done", "done"]);
  const later = work("third");
  land("again");
  assert.equal(await later, "again");
  assert.deepEqual(begun, ["first", "third"]);
});

test("work that failed can be tried again, also if it fails at once", async () => {
  let count = 0;
  const work = singleFlight(() => {
    count += 1;
    throw new Error(`failure ${count}`);
  });
  await assert.rejects(work(), /failure 1/);
  await assert.rejects(work(), /failure 2/);
});
