// How every chart is laid out: margins, axes, ticks. Plain functions; all charts of one width have the same plot area,
// so that one crosshair goes through all of them.
window.mcp = window.mcp || {};

mcp.chartLayout = (() => {
  const MARGIN = { l: 58, r: 10, t: 8, b: 34 };
  const GREY = "rgba(134,142,150,1)";
  const GRID = "rgba(134,142,150,0.2)";
  const TICK_PX = 64;
  const VALUE_PX = 38;

  // Where the plot area is inside a chart of this size, in pixels.
  const area = (width, height) => ({
    left: MARGIN.l,
    top: MARGIN.t,
    width: Math.max(1, width - MARGIN.l - MARGIN.r),
    height: Math.max(1, height - MARGIN.t - MARGIN.b),
  });

  // `extent` [low, high] of what is drawn, or null; `fixed` a range that is given.
  function valueAxis(extent, fixed, unit, height) {
    const most = Math.max(2, Math.floor(area(0, height).height / VALUE_PX));
    const [low, high] = fixed || [Math.min(0, extent?.[0] ?? 0), Math.max(0, (extent?.[1] ?? 0) * 1.04)];
    const { values, range } = mcp.ticks.ofValues(low, high || 1, most, unit === "By" ? 1024 : 10);
    const texts = values.map((value) => mcp.format.tick(value, unit));
    return { range: fixed || range, tickmode: "array", tickvals: values, ticktext: texts, fixedrange: true };
  }

  function timeAxis({ fromMs, toMs }, width, isUtc) {
    const most = Math.max(2, Math.floor(area(width, 0).width / TICK_PX));
    const ticks = mcp.ticks.ofTimes(fromMs, toMs, most, isUtc);
    return {
      type: "linear",
      range: [fromMs, toMs],
      tickmode: "array",
      tickvals: ticks.map(({ at }) => at),
      ticktext: ticks.map(({ text, date }) => (date ? `${text}<br>${date}` : text)),
    };
  }

  function layout({ window: shown, extent, fixed, unit, width, height, isUtc, isTouched }) {
    return {
      width,
      height,
      margin: MARGIN,
      xaxis: { ...timeAxis(shown, width, isUtc), ...X_AXIS },
      yaxis: { ...valueAxis(extent, fixed, unit, height), ...Y_AXIS },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: "Inter, system-ui, sans-serif", size: 11, color: GREY },
      hovermode: false,
      showlegend: false,
      // A finger scrolls the page.
      dragmode: isTouched ? false : "zoom",
      selectionrevision: 1,
    };
  }

  const X_AXIS = { showgrid: false, zeroline: false, showline: true, linecolor: GRID, ticks: "outside", ticklen: 4, tickcolor: GRID };
  const Y_AXIS = { gridcolor: GRID, zeroline: false, automargin: false };

  return { area, layout };
})();
