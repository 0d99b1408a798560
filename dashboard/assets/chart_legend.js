// The lines of a chart by name, each with its value: the newest, or that at the crosshair.
window.mcp = window.mcp || {};

mcp.chartLegend = (() => {
  const make = (tag, className) => Object.assign(document.createElement(tag), { className });

  // Into `element`; `onToggle(key)` when somebody clicks a name.
  function create(element, onToggle) {
    const entries = new Map();
    let keys = "";

    function add(line) {
      const entry = make("button", "legend-entry");
      const swatch = make("span", "legend-swatch");
      const value = make("span", "legend-value");
      swatch.style.borderTopColor = line.line.color;
      swatch.style.borderTopStyle = { dash: "dashed", dot: "dotted" }[line.line.dash] || "solid";
      entry.type = "button";
      entry.title = line.name;
      entry.onclick = () => onToggle(line.meta.key);
      entry.append(swatch, Object.assign(make("span", "legend-name"), { textContent: line.name }), value);
      entries.set(line.meta.key, { entry, value });
      return entry;
    }

    return {
      // One entry a line; a single one needs none.
      setLines(lines, hidden) {
        const wanted = JSON.stringify([lines.map(({ meta, name, line }) => [meta.key, name, line.color]), hidden]);
        if (wanted === keys) return;
        keys = wanted;
        entries.clear();
        const drawn = lines.length > 1 ? lines.map(add) : [];
        if (hidden) drawn.push(Object.assign(make("span", "legend-more"), { textContent: `and ${hidden} more` }));
        element.replaceChildren(...drawn);
        element.hidden = !drawn.length;
      },
      setValues(values, unit) {
        for (const [key, { value }] of entries) value.textContent = mcp.format.text(values.get(key) ?? null, unit);
      },
      setShown(key, isShown) {
        entries.get(key)?.entry.setAttribute("aria-pressed", String(isShown));
      },
    };
  }

  return { create };
})();
