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

test("what is older than the window goes, but for one point to come from", () => {
  const line = { x: [1000, 2000, 3000, 4000], y: [1, 2, 3, 4] };
  lines.trim(line, 3500);
  assert.deepEqual(line, { x: [3000, 4000], y: [3, 4] });
  lines.trim(line, 9000);
  assert.deepEqual(line, { x: [3000, 4000], y: [3, 4] });
});

test("the nearest point is found, if it is near enough", () => {
  const times = [1000, 2000, 5000];
  assert.deepEqual([0, 1400, 1600, 4000, 9000].map((at) => lines.nearest(times, at, 1000)), [0, 0, 1, 2, -1]);
  assert.equal(lines.nearest([], 5, 1000), -1);
});

test("what is drawn reaches from its lowest to its highest value inside the window", () => {
  const drawn = [{ x: [1, 2, 3], y: [9, 2, null] }, { x: [2, 3], y: [5, 4] }];
  assert.deepEqual(lines.extent(drawn, 2, 3), [2, 5]);
  assert.equal(lines.extent(drawn, 8, 9), null);
});

test("lines on top of each other add up, and a gap stays a gap", () => {
  const drawn = lines.stacked([
    { name: "low", x: [1, 2, 3], y: [1, null, 3] },
    { name: "high", x: [1, 2, 3], y: [10, 20, 30] },
  ]);
  assert.deepEqual(drawn.map(({ name, y }) => [name, y]), [["high", [11, 20, 33]], ["low", [1, null, 3]]]);
});

test("no area is drawn over a silence, and the line beside it does not fall to zero", () => {
  const line = { name: "cpu", fill: "tozeroy", x: [1, 2, 3, 9, 10], y: [5, 6, null, 7, 8] };
  const [area, stroke] = lines.apart(line);
  assert.deepEqual([area.mode, area.x, area.y], ["none", [1, 2, 2, 9, 9, 10], [5, 6, 0, 0, 7, 8]]);
  assert.deepEqual([stroke.fill, stroke.x, stroke.y], ["none", line.x, line.y]);
});

test("several nulls are one silence, and none is added at the ends", () => {
  const [area] = lines.apart({ fill: "tozeroy", x: [1, 2, 3, 4, 5, 6], y: [null, 5, null, null, 6, null] });
  assert.deepEqual([area.x, area.y], [[2, 2, 2, 5, 5, 5], [0, 5, 0, 0, 6, 0]]);
});

test("what has no silence or no area is drawn as it is", () => {
  for (const line of [{ fill: "tozeroy", x: [1], y: [5] }, { x: [1, 2], y: [5, null] }]) {
    assert.deepEqual(lines.apart(line), [line]);
  }
});

test("a point without neighbours is drawn as a dash, in a silence, at an end, and alone in all", () => {
  const dashed = (x, y) => lines.dashed({ x, y }, 4);
  assert.deepEqual(dashed([10], [1]), { x: [6, 10], y: [1, 1] });
  assert.deepEqual(dashed([10, 11, 20, 21, 30, 31], [1, null, 2, null, 3, 3]), {
    x: [6, 10, 11, 16, 20, 21, 30, 31],
    y: [1, 1, null, 2, 2, null, 3, 3],
  });
  const whole = { x: [10, 20], y: [0, 1] };
  assert.equal(lines.dashed(whole, 4), whole);
});
