// A chart's lines: {x: [ms], y: [value or null]}, in order of time.
window.mcp = window.mcp || {};

mcp.lines = (() => {
  // Points come in the order they were sampled. The index from which a node's clock was set back, the last if several;
  // -1 if it was not. `before` is the time of the point before the first.
  function setBack(times, before) {
    return times.findLastIndex((time, index) => time < (index ? times[index - 1] : before));
  }

  // Takes away what is not before `timeMs`.
  function cut(line, timeMs) {
    const first = line.x.findIndex((time) => time >= timeMs);
    if (first < 0) return;
    line.x.length = first;
    line.y.length = first;
  }

  // What the line does not have yet, with a null where there was silence.
  function newPoints(line, times, values, gapMs) {
    let last = line.x.length ? line.x[line.x.length - 1] : 0;
    const points = { x: [], y: [] };
    times.forEach((time, index) => {
      if (time <= last) return;
      if (last && time - last > gapMs) {
        points.x.push(last + 1);
        points.y.push(null);
      }
      points.x.push(time);
      points.y.push(values[index]);
      last = time;
    });
    return points;
  }

  // Takes away what is before `timeMs`, but for one point: the line comes from outside of what is seen.
  function trim(line, timeMs) {
    const first = line.x.findIndex((time) => time >= timeMs);
    if (first < 2) return;
    line.x.splice(0, first - 1);
    line.y.splice(0, first - 1);
  }

  // The index of the point nearest to `timeMs`, -1 if there is none within `withinMs`.
  function nearest(times, timeMs, withinMs) {
    let low = 0;
    let high = times.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] < timeMs) low = middle + 1;
      else high = middle;
    }
    const isBefore = low > 0 && timeMs - times[low - 1] < times[low] - timeMs;
    const index = isBefore ? low - 1 : low;
    return Math.abs(times[index] - timeMs) <= withinMs ? index : -1;
  }

  // [lowest, highest] of all lines from `fromMs` to `toMs`, null if there is nothing.
  function extent(lines, fromMs, toMs) {
    let low = Infinity;
    let high = -Infinity;
    for (const { x, y } of lines) {
      for (let index = 0; index < x.length; index += 1) {
        if (y[index] === null || x[index] < fromMs || x[index] > toMs) continue;
        low = Math.min(low, y[index]);
        high = Math.max(high, y[index]);
      }
    }
    return high === -Infinity ? null : [low, high];
  }

  // The lines on top of each other, the topmost first: each area hides what it covers of the one before. Plotly's own
  // stacks know no gaps.
  function stacked(lines) {
    const sums = new Map();
    const on = ({ x, y }) => y.map((value, index) => {
      if (value === null) return null;
      const sum = (sums.get(x[index]) || 0) + value;
      sums.set(x[index], sum);
      return sum;
    });
    return lines.map((line) => ({ ...line, y: on(line) })).reverse();
  }

  // A point without neighbours makes no line: it becomes a dash of `widthMs` that ends at the point, because the newest
  // stands at the edge of what is seen.
  function dashed(line, widthMs) {
    const { x, y } = line;
    if (x.length > 1 && !y.includes(null)) return line;
    const drawn = { x: [], y: [] };
    for (let index = 0; index < x.length; index += 1) {
      const isAlone = y[index] !== null && (y[index - 1] ?? null) === null && (y[index + 1] ?? null) === null;
      drawn.x.push(...(isAlone ? [x[index] - widthMs] : []), x[index]);
      drawn.y.push(...(isAlone ? [y[index]] : []), y[index]);
    }
    return { ...line, ...drawn };
  }

  // Plotly fills right through a silence. What is filled and has one is drawn as two: an area that falls to zero at
  // both ends of each silence, and its line without area.
  function apart(line) {
    if (!line.fill || !line.y.includes(null)) return [line];
    return [{ ...line, ...grounded(line), mode: "none" }, { ...line, fill: "none" }];
  }

  function grounded({ x, y }) {
    const area = { x: [], y: [] };
    const put = (time, value) => area.y.push(value) && area.x.push(time);
    for (let index = 0; index < x.length; index += 1) {
      if (y[index] === null) continue;
      if (y[index - 1] === null) put(x[index], 0);
      put(x[index], y[index]);
      if (y[index + 1] === null) put(x[index], 0);
    }
    return area;
  }

  return { setBack, cut, newPoints, trim, nearest, extent, stacked, dashed, apart };
})();
