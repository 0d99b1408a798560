// How every chart is laid out: margins, axes, ticks. Plain functions; all charts of one width have the same plot area,
// so that one crosshair goes through all of them.
window.mcp = window.mcp || {};

mcp.chartLayout = (() => {
  const MARGIN = { l: 58, r: 10, t: 8, b: 34 };
  const GREY = "rgba(134,142,150,1)";
  const GRID = "rgba(134,142,150,0.2)";
  const TICK_PX = 64;
  const VALUE_PX = 38;
  const CHARACTER_PX = 6.5; // of a label, as wide as they get
  const NARROW = /[ .,/]/;
  const NARROW_PX = 3.5;
  const GAP_PX = 4; // between a label and its axis

  // Where the plot area is inside a chart of this size, in pixels.
  const area = (width, height) => ({
    left: MARGIN.l,
    top: MARGIN.t,
    width: Math.max(1, width - MARGIN.l - MARGIN.r),
    height: Math.max(1, height - MARGIN.t - MARGIN.b),
  });

  // Bytes, and what is counted: there is no half of one.
  const isBytes = (unit) => unit === "By" || unit === "By/s";
  const baseOf = (unit) => ({ By: 1024, s: 60 })[unit] || 10;
  const isWhole = (unit) => isBytes(unit) || /^\{[^}]*\}$/.test(unit);

  // `extent` [low, high] of what is drawn, or null; `fixed` a range that is given.
  function valueAxis(extent, fixed, unit, height) {
    const most = Math.max(2, Math.floor(area(0, height).height / VALUE_PX));
    const [low, high] = fixed || [Math.min(0, extent?.[0] ?? 0), Math.max(0, (extent?.[1] ?? 0) * 1.04)];
    const top = high || (isBytes(unit) ? 4 : 1);
    const { values, range } = mcp.ticks.ofValues(low, top, most, baseOf(unit), isWhole(unit));
    const texts = valueTexts(values, unit);
    return { range: fixed || range, tickmode: "array", tickvals: values, ticktext: texts, fixedrange: true };
  }

  // With the unit, or the numbers alone where it is too long a word to stand beside them; the legend says it anyway.
  function valueTexts(values, unit) {
    const texts = values.map((value) => mcp.format.tick(value, unit));
    const isShort = texts.every((text) => widthPx(text) <= MARGIN.l - GAP_PX);
    return isShort ? texts : values.map((value) => mcp.format.tick(value, ""));
  }

  const widthOf = (character) => (NARROW.test(character) ? NARROW_PX : CHARACTER_PX);
  const widthPx = (text) => [...text].reduce((px, character) => px + widthOf(character), 0);

  function timeAxis({ fromMs, toMs }, width, isUtc) {
    const plot = area(width, 0).width;
    const most = Math.max(2, Math.floor(plot / TICK_PX));
    const ticks = mcp.ticks.ofTimes(fromMs, toMs, most, isUtc);
    const roomAt = (at) => plot * ((toMs - at) / (toMs - fromMs)) + MARGIN.r;
    return {
      type: "linear",
      range: [fromMs, toMs],
      tickmode: "array",
      tickvals: ticks.map(({ at }) => at),
      ticktext: ticks.map((tick) => label(tick, roomAt(tick.at))),
    };
  }

  // What a tick says; nothing where the chart's edge would cut it off.
  function label({ text, date }, room) {
    const characters = Math.max(text.length, date.length);
    if ((characters / 2) * CHARACTER_PX > room) return "";
    return date ? `${text}<br>${date}` : text;
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

  // Labels have their room. Left to itself, Plotly measures each of them in each frame to find that out, and remembers
  // what it measured by the place, which in a live chart is always another.
  const AS_GIVEN = { tickangle: 0, ticklabeloverflow: "allow" };
  const TICKS = { ticks: "outside", ticklen: 4, tickcolor: GRID };
  const X_AXIS = { showgrid: false, zeroline: false, showline: true, linecolor: GRID, ...TICKS, ...AS_GIVEN };
  const Y_AXIS = { gridcolor: GRID, zeroline: false, automargin: false, ...AS_GIVEN };

  return { area, layout };
})();
