// A chart: figures of the API drawn by Plotly, and what Plotly does not have: a legend with values, marks of events,
// one crosshair over all charts. It draws only while it can be seen, at most once a frame.
window.mcp = window.mcp || {};

mcp.charts = (() => {
  const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false, scrollZoom: false };
  // A point on its own is drawn as wide as one of so many parts of the window.
  const DASHES = 120;
  const SHORTEST_GAP_MS = 2500;
  const NEAR_PX = 24;
  const NOWHERE = "0px";
  const AHEAD = "200px";
  const seen = new IntersectionObserver(
    (entries) => entries.forEach(({ target, isIntersecting }) => target.chart?.see(isIntersecting)),
    { rootMargin: `${AHEAD} ${NOWHERE}` },
  );
  const sized = new ResizeObserver((entries) => entries.forEach(({ target }) => target.chart?.resize()));
  const make = (className, more = {}) => Object.assign(document.createElement("div"), { className }, more);
  const lineOf = (textContent) => Object.assign(document.createElement("span"), { textContent });

  class Chart {
    constructor(element, { id = "", onZoom, onZoomOut, onSeen, onValues } = {}) {
      Object.assign(this, { element, onZoom, onZoomOut, onSeen, onValues });
      this.legendPlace = make("chart-legend", { hidden: true });
      this.plot = make("chart-plot", { id });
      this.over = make("chart-over");
      this.cross = make("chart-cross", { hidden: true });
      this.label = make("chart-label", { hidden: true });
      this.marksLayer = make("chart-marks");
      this.over.append(this.marksLayer, this.cross, this.label);
      this.body = make("chart-body");
      this.body.append(this.plot, this.over);
      element.replaceChildren(this.legendPlace, this.body);
      this.legend = mcp.chartLegend.create(this.legendPlace, (key) => this.toggle(key));
      this.lines = [];
      this.off = new Set();
      this.unit = "";
      this.gapMs = SHORTEST_GAP_MS;
      this.window = null;
      this.events = [];
      this.marks = [];
      this.isSeen = false;
      this.isWired = false;
      this.frame = 0;
      this.isDirty = false;
      this.body.chart = this;
      seen.observe(this.body);
      sized.observe(this.body);
      this.body.addEventListener("pointermove", (event) => this.pointed(event));
      this.body.addEventListener("pointerleave", () => mcp.crosshair.clear());
      mcp.chartTouch.follow(this.body, this.over, (...shares) => this.onZoom?.(...shares.map((at) => this.timeAt(at))));
      mcp.crosshair.join(this);
    }

    // -------------------------------------------------------------------------------------------- what is drawn

    // A whole figure, for this window.
    draw(figure, window_) {
      const { unit = "", gap_ms: gapMs = 0, hidden = 0 } = figure.layout.meta;
      this.lines = figure.data.map((line) => ({ ...line, x: Array.from(line.x), y: Array.from(line.y) }));
      this.unit = unit;
      this.gapMs = Math.max(gapMs, SHORTEST_GAP_MS);
      this.fixed = figure.layout.yaxis?.range || null;
      this.hidden = hidden;
      this.window = window_;
      this.legend.setLines(this.lines, hidden);
      this.plan();
    }

    // New points of some lines, [value or null] by the line's key; false if there is a line that is not drawn.
    append(times, values) {
      let knowsAll = true;
      for (const [key, each] of Object.entries(values)) {
        const line = this.lines.find(({ meta }) => meta.key === key);
        if (!line) {
          knowsAll = false;
          continue;
        }
        const points = mcp.lines.newPoints(line, times, each.slice(-times.length), this.gapMs);
        line.x.push(...points.x);
        line.y.push(...points.y);
        mcp.lines.trim(line, this.window.fromMs);
      }
      this.follow();
      return knowsAll || this.hidden > 0;
    }

    // Takes away what is not before this time: a clock was set back.
    cut(timeMs) {
      for (const line of this.lines) mcp.lines.cut(line, timeMs);
      this.plan();
    }

    setWindow(window_) {
      this.window = window_;
      this.follow();
    }

    // Events of the API, marked on the time axis.
    setMarks(events) {
      this.events = events;
      if (this.isSeen && !this.isDirty) this.paintMarks();
    }

    isEmpty() {
      return this.lines.every(({ y }) => y.every((value) => value === null));
    }

    destroy() {
      mcp.crosshair.leave(this);
      seen.unobserve(this.body);
      sized.unobserve(this.body);
      cancelAnimationFrame(this.frame);
      if (this.isWired) window.Plotly.purge(this.plot);
      this.body.chart = null;
      this.isGone = true;
      this.element.replaceChildren();
    }

    // -------------------------------------------------------------------------------------------- drawing

    see(isSeen) {
      const isNew = isSeen && !this.isSeen;
      this.isSeen = isSeen;
      if (isNew) this.onSeen?.();
      if (isSeen && this.isDirty) this.plan();
      else if (isSeen) this.paintMarks();
    }

    // A legend of other lines may change the place of the plot in the frame in which it is painted.
    resize() {
      const { clientWidth: width, clientHeight: height } = this.body;
      if (this.window && (width !== this.paintedWidth || height !== this.paintedHeight)) this.plan();
    }

    plan() {
      this.isDirty = true;
      if (this.isSeen && !document.hidden) this.frame ||= requestAnimationFrame(() => this.paint());
    }

    // As time goes on: values at once, the plot when it has moved by a pixel.
    follow() {
      const movedPx = ((this.window.toMs - this.paintedMs) / this.window.spanMs) * this.body.clientWidth;
      if (!(Math.abs(movedPx) < 1)) this.plan();
      else if (this.isSeen && !this.isPointed) this.showNewest();
    }

    async paint() {
      const Plotly = await mcp.plotly().finally(() => (this.frame = 0));
      const { clientWidth: width, clientHeight: height } = this.body;
      if (this.isGone || !this.window || !width || !height) return;
      this.isDirty = false;
      Object.assign(this, { paintedMs: this.window.toMs, paintedWidth: width, paintedHeight: height });
      const lines = this.shownLines();
      const { fromMs, toMs } = this.window;
      const layout = mcp.chartLayout.layout({
        ...this,
        extent: mcp.lines.extent(lines, fromMs, toMs),
        width,
        height,
        isUtc: mcp.view.isUtc(),
        isTouched: matchMedia("(pointer: coarse)").matches,
      });
      const traces = lines.flatMap((line) => mcp.lines.apart(mcp.lines.dashed(line, this.window.spanMs / DASHES)));
      Plotly.react(this.plot, traces, { ...layout, datarevision: performance.now() }, CONFIG);
      this.wire();
      this.paintMarks();
      if (this.isPointed) mcp.crosshair.again(this);
      else this.showNewest();
    }

    shownLines() {
      const lines = this.lines.filter(({ meta }) => !this.off.has(meta.key)).map((line) => ({ ...line, hoverinfo: "skip" }));
      const isStacked = lines.some(({ stackgroup }) => stackgroup);
      this.plot.classList.toggle("is-stacked", isStacked);
      if (!isStacked) return lines;
      const area = ({ line }) => ({ stackgroup: undefined, fill: "tozeroy", fillcolor: line.color });
      return mcp.lines.stacked(lines).map((line) => ({ ...line, ...area(line) }));
    }

    wire() {
      if (this.isWired) return;
      this.isWired = true;
      this.body.classList.add("is-drawn");
      this.plot.on("plotly_relayout", (change) => {
        const [from, to] = [change["xaxis.range[0]"], change["xaxis.range[1]"]];
        if (from !== undefined) this.onZoom?.(from, to);
      });
      this.plot.on("plotly_doubleclick", () => this.onZoomOut?.());
    }

    paintMarks() {
      if (!this.isWired) return;
      const area = mcp.chartLayout.area(this.body.clientWidth, this.body.clientHeight);
      Object.assign(this.over.style, {
        left: `${area.left}px`,
        top: `${area.top}px`,
        width: `${area.width}px`,
        height: `${area.height}px`,
      });
      this.marks = mcp.chartMarks.place(this.events, this.window, area.width);
      mcp.chartMarks.draw(this.marksLayer, this.marks);
    }

    toggle(key) {
      if (!this.off.delete(key) && this.off.size < this.lines.length - 1) this.off.add(key);
      this.legend.setShown(key, !this.off.has(key));
      this.plan();
    }

    // -------------------------------------------------------------------------------------------- values

    showNewest() {
      this.showValues(({ y }) => y.findLast((value) => value !== null));
    }

    showValues(valueOf) {
      const values = new Map(this.lines.map((line) => [line.meta.key, valueOf(line)]));
      this.legend.setValues(values, this.unit);
      this.onValues?.([...values.values()], this.unit);
    }

    // A share of the width.
    timeAt(share) {
      return this.window.fromMs + share * this.window.spanMs;
    }

    pointed(event) {
      const box = this.over.getBoundingClientRect();
      const x = event.clientX - box.left;
      const isInside = this.window && x >= 0 && x <= box.width;
      if (!isInside) mcp.crosshair.clear();
      else mcp.crosshair.show(this.timeAt(x / box.width), this);
    }

    // The crosshair is at this time, null for nowhere.
    point(timeMs, isSource) {
      const isInside = timeMs !== null && this.window && timeMs >= this.window.fromMs && timeMs <= this.window.toMs;
      this.cross.hidden = !isInside;
      this.label.hidden = !isInside || !isSource;
      if (!isInside) {
        if (this.isPointed) this.showNewest();
        this.isPointed = false;
        return;
      }
      this.isPointed = true;
      const width = this.over.clientWidth;
      const x = ((timeMs - this.window.fromMs) / this.window.spanMs) * width;
      this.cross.style.transform = `translateX(${x.toFixed(1)}px)`;
      this.showValues((line) => this.valueAt(line, timeMs, width));
      if (isSource) this.showLabel(timeMs, x, width);
    }

    valueAt({ x, y }, timeMs, width) {
      const within = Math.max(this.gapMs, (NEAR_PX / width) * this.window.spanMs);
      const index = mcp.lines.nearest(x, timeMs, within);
      return index < 0 ? null : y[index];
    }

    showLabel(timeMs, x, width) {
      const style = this.window.spanMs > 86400000 ? "full" : "time";
      const happened = mcp.chartMarks.text(mcp.chartMarks.near(this.marks, x));
      const texts = [mcp.view.moment(timeMs, style), ...happened];
      this.label.replaceChildren(...texts.map(lineOf));
      const isRight = x > width / 2;
      this.label.style.left = isRight ? "auto" : `${x + 8}px`;
      this.label.style.right = isRight ? `${width - x + 8}px` : "auto";
    }
  }

  return {
    // A chart inside an element of a given height. Options: id (of Plotly's element), onZoom(fromMs, toMs),
    // onZoomOut(), onSeen() when it comes into sight, onValues([value], unit) when what it says changes.
    make: (element, options) => new Chart(element, options),
  };
})();
