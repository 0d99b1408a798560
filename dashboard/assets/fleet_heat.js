// The heat view: one cell a node on a canvas, for fleets too large for a table. Only what looks different is drawn.
window.mcp = window.mcp || {};

mcp.fleetHeat = (() => {
  const byId = (id) => document.getElementById(id);
  const KEYS = ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End"];
  let view = null;

  // `open(row)` is called for a cell that was chosen. Gives {show(groups, colour), update(), destroy()}.
  function make(element, open) {
    const canvas = element.querySelector("canvas");
    view = { element, canvas, open, context: canvas.getContext("2d"), groups: [], colour: "cpu", keys: [], cursor: -1 };
    listen(view);
    return { show, update, destroy };
  }

  function listen({ canvas, element }) {
    const events = { pointermove: hover, pointerleave: leave, click, keydown, focus, blur: leave };
    for (const [name, listener] of Object.entries(events)) canvas.addEventListener(name, listener);
    view.scheme = new MutationObserver(() => redraw());
    view.scheme.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    view.size = new ResizeObserver(() => redraw());
    view.size.observe(element);
  }

  function destroy() {
    view?.scheme.disconnect();
    view?.size.disconnect();
    byId("fleet-tip").hidden = true;
    view = null;
  }

  function show(groups, colour) {
    Object.assign(view, { groups, colour });
    redraw();
  }

  function redraw() {
    const width = view?.element.clientWidth || 0;
    if (!width) return;
    const room = Math.max(280, innerHeight - view.canvas.getBoundingClientRect().top - scrollY - 84);
    const before = view.placed?.cells[view.cursor]?.row;
    view.placed = mcp.heatLayout.arrange(view.groups, width, room);
    view.cursor = view.placed.cells.findIndex(({ row }) => row === before);
    size(width, view.placed.height);
    view.palette = mcp.heatPaint.colours(view.element);
    mcp.heatLegend.show(byId("fleet-legend"), view.colour);
    view.keys = [];
    update();
  }

  // Sharp on any screen; setting its size empties the canvas.
  function size(width, height) {
    const { canvas, context } = view;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    canvas.style.height = `${height}px`;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  }

  function drawHeadings() {
    const { context, palette, placed, element } = view;
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (const { y, title, group } of placed.headings) {
      context.clearRect(0, y, element.clientWidth, 26);
      context.font = "600 13px Inter, system-ui, sans-serif";
      context.fillStyle = palette.text;
      context.fillText(title, 0, y + 15);
      const after = context.measureText(title).width + 10;
      context.font = "400 12.5px Inter, system-ui, sans-serif";
      context.fillStyle = palette.muted;
      context.fillText(group.note, after, y + 15);
    }
  }

  // Draws the cells that look different than they did; `notes` are new ones about the groups, in their order.
  function update(notes = []) {
    if (!view?.placed) return;
    notes.forEach((note, index) => Object.assign(view.groups[index], { note }));
    drawHeadings();
    const { context, palette, colour, placed, keys } = view;
    placed.cells.forEach((cell, index) => {
      const key = mcp.heatPaint.keyOf(cell.row, colour, placed.side);
      if (keys[index] === key) return;
      keys[index] = key;
      mcp.heatPaint.paint(context, cell, placed.side, colour, palette);
    });
    if (document.activeElement === view.canvas) drawCursor();
    if (!byId("fleet-tip").hidden) tell(view.cursor);
  }

  function drawCursor() {
    const cell = view.placed?.cells[view.cursor];
    if (!cell) return;
    mcp.heatPaint.outline(view.context, cell, view.placed.side, view.palette);
  }

  function moveTo(index) {
    const left = view.placed.cells[view.cursor];
    if (left) mcp.heatPaint.paint(view.context, left, view.placed.side, view.colour, view.palette);
    view.cursor = index;
    tell(index);
  }

  function hover(event) {
    const index = mcp.heatLayout.at(view.placed, event.offsetX, event.offsetY);
    view.canvas.style.cursor = index < 0 ? "default" : "pointer";
    moveTo(index);
  }

  function leave() {
    moveTo(-1);
  }

  function click(event) {
    const cell = view.placed.cells[mcp.heatLayout.at(view.placed, event.offsetX, event.offsetY)];
    if (cell) view.open(cell.row);
  }

  function focus() {
    if (!view.canvas.matches(":focus-visible")) return;
    moveTo(Math.max(0, view.cursor));
    drawCursor();
  }

  function keydown(event) {
    const cell = view.placed.cells[view.cursor];
    if (event.key === "Enter" && cell) view.open(cell.row);
    if (event.key === "Escape") view.canvas.blur();
    if (!KEYS.includes(event.key)) return;
    event.preventDefault();
    moveTo(mcp.heatLayout.step(view.placed, view.cursor, event.key));
    drawCursor();
    say(view.placed.cells[view.cursor]);
  }

  function say(cell) {
    if (cell) byId("fleet-heat-said").textContent = mcp.fleetTip.sentence(cell.row);
  }

  function tell(index) {
    const cell = view.placed.cells[index];
    mcp.fleetTip.show(byId("fleet-tip"), cell?.row, cell && boxOf(cell));
  }

  function boxOf({ x, y }) {
    const { left, top } = view.canvas.getBoundingClientRect();
    return { left: left + x, top: top + y, side: view.placed.side };
  }

  return { make };
})();
