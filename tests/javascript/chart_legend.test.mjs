// The legend of a chart, as far as it can be told without a page.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { chartLegend } = load(["chart_legend"]).mcp;

test("entries of the first two rows are shown, those of others counted", () => {
  assert.equal(chartLegend.beyond([]), 0);
  assert.equal(chartLegend.beyond([0, 0, 24, 24]), 0);
  assert.equal(chartLegend.beyond([0, 24, 48, 48, 72]), 3);
});
