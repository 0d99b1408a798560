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

  return { setBack, cut, newPoints };
})();
