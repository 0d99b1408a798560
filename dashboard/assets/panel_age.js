// What is old of a figure: its value, when nothing newer came, and the end of its small line, where it is empty.
window.mcp = window.mcp || {};

mcp.panelAge = (() => {
  const MINUTE_MS = 60000;
  const MOST_POINTS = 80;

  // Whether a value of this time, the beginning of its step where there are steps, is not of `nowMs` any more. A line
  // whose points are far apart is old when one of them is missing.
  function isOld(timeMs, nowMs, { stepMs = 0, gapMs = 0 } = {}) {
    return nowMs - timeMs - stepMs > Math.max(MINUTE_MS, 2 * stepMs, gapMs);
  }

  // A line over all of a window, as values of equal stretches of it: the mean of the points there, on the way between
  // points that are at most `gapMs` apart, else null.
  function spread({ x, y }, { fromMs, toMs }, gapMs) {
    const width = (toMs - fromMs) / MOST_POINTS;
    const at = (time) => Math.floor((time - fromMs) / width);
    const sums = Array.from({ length: MOST_POINTS }, () => [0, 0]);
    const isInside = ([time, value]) => value !== null && time >= fromMs && time < toMs;
    const points = x.map((time, index) => [time, y[index]]).filter(isInside);
    for (const [time, value] of points) {
      const sum = sums[at(time)];
      sum[0] += value;
      sum[1] += 1;
    }
    const values = sums.map(([sum, count]) => (count ? sum / count : null));
    points.slice(1).forEach(([time], index) => {
      const [before] = points[index];
      if (time - before <= gapMs) join(values, at(before), at(time));
    });
    return values;
  }

  function join(values, first, last) {
    for (let index = first + 1; index < last; index += 1) {
      values[index] = values[first] + ((values[last] - values[first]) * (index - first)) / (last - first);
    }
  }

  return { isOld, spread };
})();
