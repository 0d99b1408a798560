// Small lines without axes: the shape of the last two minutes.
window.mcp = window.mcp || {};

mcp.spark = (() => {
  // ["area" | "line", path data]; null breaks the line. `top` is the value of the upper edge, at least.
  function paths(values, width, height, top) {
    const highest = Math.max(top, ...values.filter((value) => value !== null));
    const step = width / Math.max(1, values.length - 1);
    const y = (value) => (height - 2 - (value / (highest || 1)) * (height - 4)).toFixed(1);
    let line = "";
    let area = "";
    let start = -1;
    values.forEach((value, index) => {
      const x = (index * step).toFixed(1);
      if (value !== null) {
        line += `${start < 0 ? "M" : "L"}${x} ${y(value)}`;
        area += start < 0 ? `M${x} ${height}L${x} ${y(value)}` : `L${x} ${y(value)}`;
        if (start < 0) start = index;
      }
      const next = values[index + 1];
      if (start >= 0 && value !== null && (next === null || next === undefined)) {
        area += `L${x} ${height}Z`;
        start = -1;
      }
    });
    return [["area", area], ["line", line]];
  }

  // Draws into an element, for places that React does not draw.
  function draw(element, values, top = 0) {
    const [area, line] = paths(values, 120, 32, top).map(([kind, d]) => `<path class="${kind}" d="${d}"/>`);
    const attributes = 'class="spark" viewBox="0 0 120 32" preserveAspectRatio="none" aria-hidden="true"';
    element.innerHTML = `<svg ${attributes}>${area}${line}</svg>`;
  }

  return { paths, draw };
})();
