// The lines of a chart by name, each with its value: the newest, or that at the crosshair. It is two rows high; where
// there are more, a button tells how many lines they hold, and lays all of them over the chart.
window.mcp = window.mcp || {};

mcp.chartLegend = (() => {
  const SHOWN_PX = 48; // as in charts.css
  const make = (tag, className, more = {}) => Object.assign(document.createElement(tag), { className }, more);

  // How many of the entries that begin there are below the rows that are shown.
  const beyond = (tops) => tops.filter((top) => top >= SHOWN_PX).length;

  class Legend {
    constructor(element, onToggle) {
      this.element = element;
      this.onToggle = onToggle;
      this.entries = new Map();
      this.off = new Set();
      this.keys = "";
      this.count = 0; // of entries below the rows that are shown
      this.isOpen = false;
      this.frame = 0;
      this.list = make("div", "legend-entries");
      this.rows = make("div", "legend-rows");
      this.more = make("button", "legend-more", { type: "button", hidden: true });
      this.rows.append(this.list);
      element.setAttribute("role", "group");
      element.setAttribute("aria-label", "Lines");
      element.append(this.rows, this.more);
      this.listen();
    }

    listen() {
      this.more.addEventListener("click", () => this.open(!this.isOpen));
      this.rows.addEventListener("scroll", () => this.markEnd(), { passive: true });
      this.element.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !this.isOpen) return;
        event.stopPropagation();
        this.open(false);
        this.more.focus();
      });
      new ResizeObserver(() => this.plan()).observe(this.list);
    }

    // One entry a line; a single one needs none.
    setLines(lines, hidden) {
      const wanted = JSON.stringify([lines.map(({ meta, name, line }) => [meta.key, name, line.color]), hidden]);
      if (wanted === this.keys) return;
      this.keys = wanted;
      this.entries.clear();
      const drawn = lines.length > 1 ? lines.map((line) => this.add(line)) : [];
      if (hidden) drawn.push(make("span", "legend-rest", { textContent: `${hidden} not drawn` }));
      this.list.replaceChildren(...drawn);
      this.element.hidden = !drawn.length;
      this.plan();
    }

    add({ name, line, meta: { key } }) {
      const entry = make("button", "legend-entry", { type: "button", title: name });
      const swatch = make("span", "legend-swatch");
      const value = make("span", "legend-value");
      swatch.style.borderTopColor = line.color;
      swatch.style.borderTopStyle = { dash: "dashed", dot: "dotted" }[line.dash] || "solid";
      entry.setAttribute("aria-pressed", String(!this.off.has(key)));
      entry.addEventListener("click", () => this.onToggle(key));
      entry.append(swatch, make("span", "legend-name", { textContent: name }), value);
      this.entries.set(key, { entry, value });
      return entry;
    }

    setValues(values, unit) {
      for (const [key, { value }] of this.entries) value.textContent = mcp.format.text(values.get(key) ?? null, unit);
    }

    setShown(key, isShown) {
      this.off[isShown ? "delete" : "add"](key);
      this.entries.get(key)?.entry.setAttribute("aria-pressed", String(isShown));
    }

    // -------------------------------------------------------------------------------------------- more than two rows

    // Not at once: what is measured changes the size that is observed.
    plan() {
      this.frame ||= requestAnimationFrame(() => {
        this.frame = 0;
        this.measure();
      });
    }

    measure() {
      // Laid over the chart its rows are wider, and others.
      if (!this.isOpen) this.count = beyond([...this.list.children].map(({ offsetTop }) => offsetTop));
      this.open(this.isOpen);
      this.markEnd();
    }

    open(isWanted) {
      this.isOpen = isWanted && this.count > 0;
      const text = this.isOpen ? "Show fewer" : `+${this.count} more`;
      this.element.classList.toggle("is-cut", this.count > 0);
      this.element.classList.toggle("is-open", this.isOpen);
      this.more.hidden = !this.count;
      this.more.setAttribute("aria-expanded", String(this.isOpen));
      if (this.more.textContent !== text) this.more.textContent = text;
    }

    markEnd() {
      const { scrollTop, clientHeight, scrollHeight } = this.rows;
      this.element.classList.toggle("is-ended", scrollTop + clientHeight >= scrollHeight - 1);
    }
  }

  return {
    beyond,
    // Into `element`; `onToggle(key)` when somebody clicks a name.
    create: (element, onToggle) => new Legend(element, onToggle),
  };
})();
