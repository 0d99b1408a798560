// Loading the library that draws.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

// A page that notes the scripts it is given, and never runs them.
function page() {
  const scripts = [];
  const document = {
    createElement: () => ({ remove() { this.isGone = true; } }),
    head: { append: (script) => scripts.push(script) },
  };
  return { window: load(["plotly"], { document }), scripts };
}

test("it is loaded once", async () => {
  const { window, scripts } = page();
  const [first, second] = [window.mcp.plotly(), window.mcp.plotly()];
  window.Plotly = { react: () => {} };
  scripts[0].onload();
  assert.equal(await first, window.Plotly);
  assert.equal(await second, window.Plotly);
  assert.equal(scripts.length, 1);
});

test("half of it counts as nothing, and is asked for anew", async () => {
  const { window, scripts } = page();
  const half = window.mcp.plotly();
  scripts[0].onload();
  await assert.rejects(half, /did not load/);
  assert.ok(scripts[0].isGone);
  const whole = window.mcp.plotly();
  assert.equal(scripts[1].src, `${scripts[0].src}&again=1`);
  window.Plotly = {};
  scripts[1].onload();
  assert.equal(await whole, window.Plotly);
});

test("without a network it fails, and the next call tries again", async () => {
  const { window, scripts } = page();
  const failing = window.mcp.plotly();
  scripts[0].onerror();
  await assert.rejects(failing, /did not load/);
  window.mcp.plotly();
  assert.equal(scripts.length, 2);
});
