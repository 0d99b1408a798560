// The points of a chart's lines.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { lines } = load(["lines"]).mcp;

test("points a line has are not drawn twice, and silence breaks it", () => {
  const points = lines.newPoints({ x: [1000, 2000], y: [1, 2] }, [2000, 3000, 9000], [2, 3, 9], 2500);
  assert.deepEqual(points, { x: [3000, 3001, 9000], y: [3, null, 9] });
});

test("a clock set back is noticed, within points and since those before", () => {
  assert.equal(lines.setBack([5000, 6000], 4000), -1);
  assert.equal(lines.setBack([5000, 5000], 5000), -1);
  assert.equal(lines.setBack([5000, 6000], 90_000), 0);
  assert.equal(lines.setBack([90_000, 5000, 6000], 4000), 1);
});

test("a line that was cut takes points again", () => {
  const line = { x: [1000, 2000, 90_000], y: [1, 2, 90] };
  lines.cut(line, 3000);
  assert.deepEqual(line, { x: [1000, 2000], y: [1, 2] });
  assert.deepEqual(lines.newPoints(line, [3000], [3], 2500), { x: [3000], y: [3] });
  lines.cut(line, 3000);
  assert.deepEqual(line, { x: [1000, 2000], y: [1, 2] });
});
