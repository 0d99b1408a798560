// One crosshair over all charts of a page: where the pointer is in one, all show the values of that time.
window.mcp = window.mcp || {};

mcp.crosshair = (() => {
  const charts = new Set();
  let atMs = null;
  let source = null;
  let frame = 0;

  function draw() {
    frame = 0;
    for (const chart of charts) chart.point(atMs, chart === source);
  }

  function plan(timeMs, chart) {
    atMs = timeMs;
    source = chart;
    frame ||= requestAnimationFrame(draw);
  }

  return {
    join: (chart) => charts.add(chart),
    leave: (chart) => charts.delete(chart),
    show: plan,
    clear: () => plan(null, null),
    // Shows again in a chart that was drawn anew.
    again: (chart) => chart.point(atMs, chart === source),
  };
})();
