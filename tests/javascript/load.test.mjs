// What loads scripts for the other tests.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

test("each load has a window of its own, and leaves that of Node.js alone", () => {
  const [one, other] = [load(["lines"]), load(["format"])];
  assert.deepEqual([Object.keys(one.mcp), Object.keys(other.mcp)], [["lines"], ["format"]]);
  assert.equal(globalThis.mcp, undefined);
});

test("scripts use what a test puts in place of the browser", () => {
  const live = { now: () => 90_000, follow: (listener) => listener("open"), look: () => {} };
  const window = load(["format", "panel_model"], { mcp: { live }, document: { hidden: true } });
  assert.equal(window.mcp.live.now(), 90_000);
  assert.equal(window.document.hidden, true);
  assert.equal(window.document.getElementById("link"), null);
  assert.ok(window.mcp.panelModel, "a script beside what the test gave");
});
