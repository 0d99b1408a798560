// How a cell of the heat view looks: its colour by a value, its state by a mark of its own, and when it has changed.
window.mcp = window.mcp || {};

mcp.heatPaint = (() => {
  // The lower edges of the steps of colour, in percent; the last two are those at which the table's bars change, too.
  const STEPS = [0, 15, 30, 45, 60, 75, 90];
  const TEXT_SIDE = 30;
  const NAME_SIDE = 72;

  // A step of the scale, or the state for nodes that are not live, or "none" where there is no value.
  function toneOf(row, colour) {
    if (row.state !== "live") return row.state;
    if (colour === "state") return "live";
    const value = row[colour];
    if (value === null || value === undefined) return "none";
    return STEPS.findLastIndex((edge) => value >= edge);
  }

  const textOf = (row, colour, side) =>
    side < TEXT_SIDE || row.state !== "live" || colour === "state" || row[colour] === null ? "" : String(row[colour]);

  // Two cells with the same key look the same.
  const keyOf = (row, colour, side) => `${toneOf(row, colour)} ${textOf(row, colour, side)}`;

  // The colours of the scheme, read once a scheme.
  function colours(element) {
    const style = getComputedStyle(element);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    const steps = STEPS.map((_, step) => ({ fill: read(`heat-${step}`), ink: read(`heat-ink-${step}`) }));
    const states = Object.fromEntries(
      ["live", "stale", "offline", "left"].map((state) => [state, { fill: read(`heat-${state}`), ink: read(`heat-ink-${state}`) }]),
    );
    const none = { fill: read("heat-none"), ink: read("muted") };
    return { ...steps, ...states, none, text: read("text"), muted: read("muted"), page: read("surface") };
  }

  const CIRCLE = Array.from({ length: 33 }, (_, step) => {
    const turn = (step / 32) * 2 * Math.PI;
    return [0.5 + 0.32 * Math.sin(turn), 0.5 - 0.32 * Math.cos(turn)];
  });

  // Shapes, so that no state is told by colour alone: a tick, a clock, a cross, an arrow out.
  const MARKS = {
    live: [[[0.3, 0.52], [0.44, 0.66], [0.7, 0.36]]],
    stale: [CIRCLE, [[0.5, 0.32], [0.5, 0.52], [0.62, 0.6]]],
    offline: [[[0.32, 0.32], [0.68, 0.68]], [[0.68, 0.32], [0.32, 0.68]]],
    left: [[[0.28, 0.5], [0.7, 0.5]], [[0.56, 0.34], [0.72, 0.5], [0.56, 0.66]]],
  };

  const cornerOf = (side) => Math.min(6, side / 5);

  // The cell the keyboard is on: a line of the text's colour at its edge, and one of the page's within, so that the
  // first stands out from whatever the cell is coloured. Both are inside the cell: to paint that takes them away.
  function outline(context, { x, y }, side, palette) {
    const width = side < TEXT_SIDE ? 2 : 3;
    for (const [colour, line, inset] of [[palette.text, width, 0], [palette.page, width - 1, width]]) {
      const edge = inset + line / 2;
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.beginPath();
      context.roundRect(x + edge, y + edge, side - 2 * edge, side - 2 * edge, Math.max(0, cornerOf(side) - edge));
      context.stroke();
    }
  }

  function paint(context, { x, y, row }, side, colour, palette) {
    const tone = toneOf(row, colour);
    const { fill, ink } = palette[tone];
    context.clearRect(x - 1, y - 1, side + 2, side + 2);
    context.fillStyle = fill;
    context.beginPath();
    context.roundRect(x, y, side, side, cornerOf(side));
    context.fill();
    const isNamed = side >= NAME_SIDE;
    const middle = { x: x + side / 2, y: y + side * (isNamed ? 0.4 : 0.5) };
    if (MARKS[tone]) mark(context, MARKS[tone], middle, side < TEXT_SIDE ? side : side * 0.62, ink);
    else label(context, textOf(row, colour, side), middle, side, ink);
    if (isNamed) caption(context, row.id, x, y, side, ink);
  }

  // As much of the name as there is room for.
  function caption(context, id, x, y, side, ink) {
    context.fillStyle = ink;
    context.font = `500 ${Math.max(11, Math.round(side * 0.1))}px Inter, system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    const fits = (length) => context.measureText(id.slice(0, length)).width <= side - 10;
    let length = id.length;
    while (length > 1 && !fits(length)) length -= 1;
    context.fillText(length < id.length ? `${id.slice(0, length - 1)}…` : id, x + side / 2, y + side * 0.9);
  }

  function mark(context, strokes, middle, side, ink) {
    context.strokeStyle = ink;
    context.lineWidth = Math.min(5, Math.max(1.5, side / 14));
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    for (const points of strokes) {
      points.forEach(([dx, dy], index) => context[index ? "lineTo" : "moveTo"](middle.x + (dx - 0.5) * side, middle.y + (dy - 0.5) * side));
    }
    context.stroke();
  }

  function label(context, text, middle, side, ink) {
    if (!text) return;
    context.fillStyle = ink;
    context.font = `600 ${Math.round(Math.min(side * 0.36, Math.max(20, side * 0.24)))}px Inter, system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(text, middle.x, middle.y + 1);
  }

  return { STEPS, toneOf, keyOf, colours, paint, outline };
})();
