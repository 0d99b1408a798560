// The charts of the node page: which are loaded for the window that is looked at. Those in sight are asked for at once
// and in one request, the others when they come into sight. What comes live is appended to all that are loaded.
window.mcp = window.mcp || {};

mcp.nodeCharts = (() => {
  const MOST_RECENT = 60;
  const AGAIN_MS = 10000;
  const RETRY_MS = 2000;
  const MARGIN_MS = 5000;
  const POINTS = { least: 300, most: 1000 };
  const baseOf = (column) => column.split("{")[0];

  class NodeCharts {
    // `path` of the API; `onProblem(error)` for what does not heal by itself.
    constructor(path, cards, onProblem) {
      Object.assign(this, { path, cards, onProblem });
      this.entries = new Map();
      this.byColumn = new Map();
      this.version = 0;
      this.window = null;
      this.recent = [];
      this.call = null;
      this.waiting = new Set();
      this.loadedVersion = 0;
      for (const [key, card] of cards) this.add(key, card);
    }

    add(key, { spec, box, now, empty }) {
      const chart = mcp.charts.make(box, {
        id: `chart-${key}`,
        onZoom: mcp.time.zoomTo,
        onZoomOut: mcp.time.zoomOut,
        onSeen: () => this.want(key),
        onValues: (values, unit) => showNow(now, values, unit),
      });
      this.entries.set(key, { chart, spec, empty, version: -1, drawnVersion: -1, loadedMs: 0, isOld: true });
      for (const column of spec.is_live ? spec.columns : []) {
        this.byColumn.set(column, [...(this.byColumn.get(column) || []), key]);
      }
    }

    // -------------------------------------------------------------------------------------------- whole windows

    // From now on this window; `onDrawn` when what is in sight is drawn.
    show(window_, onDrawn) {
      if (!mcp.chartWait.goesOn(this.window, window_)) for (const entry of this.entries.values()) entry.isOld = true;
      this.version += 1;
      this.window = window_;
      this.onDrawn = onDrawn;
      this.call?.abort();
      this.call = new AbortController();
      this.waiting.clear();
      clearTimeout(this.retry);
      this.wantAll();
    }

    wantAll() {
      for (const [key, { chart }] of this.entries) if (chart.isSeen) this.want(key);
    }

    want(key) {
      const { version, isOld, chart } = this.entries.get(key);
      if (!this.window || version === this.version) return;
      if (isOld) mcp.chartWait.begin(chart.element);
      if (!this.waiting.size) queueMicrotask(() => this.load());
      this.waiting.add(key);
    }

    async load() {
      const keys = [...this.waiting];
      const { version, call } = this;
      this.waiting.clear();
      if (!keys.length || !call) return;
      for (const key of keys) this.entries.get(key).version = version;
      try {
        const answer = await mcp.nodeCharts.get(`${this.path}/charts?${this.query(keys)}`, call.signal);
        if (version === this.version) this.draw(answer.charts);
      } catch (error) {
        if (error.name !== "AbortError" && version === this.version) this.failed(error, keys);
      }
    }

    // An overloaded leader answers later, a lost one when it is back.
    failed(error, keys) {
      for (const key of keys) this.refused(this.entries.get(key), error);
      this.onProblem(error);
      if (error.status === 404 || !this.window) return;
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.wantAll(), RETRY_MS);
    }

    refused(entry, error) {
      Object.assign(entry, { version: -1, isOld: true });
      this.markEmpty(entry, false);
      mcp.chartWait.fail(entry.chart.element, error);
    }

    query(keys) {
      const { fromMs, toMs } = this.window;
      const width = this.entries.get(keys[0]).chart.body.clientWidth || POINTS.most;
      const params = new URLSearchParams(keys.map((key) => ["chart", key]));
      params.set("start", ((fromMs - MARGIN_MS) / 1000).toFixed(3));
      params.set("end", ((toMs + MARGIN_MS) / 1000).toFixed(3));
      params.set("max_points", String(Math.min(Math.max(Math.round(width), POINTS.least), POINTS.most)));
      return params;
    }

    draw(figures) {
      for (const [key, figure] of Object.entries(figures)) {
        const entry = this.entries.get(key);
        entry.chart.draw(figure, this.window);
        Object.assign(entry, { drawnVersion: this.version, loadedMs: Date.now(), isOld: false });
        mcp.chartWait.end(entry.chart.element);
        this.showEmpty(entry);
      }
      // What came while these were asked for.
      if (this.window.isLive) for (const message of this.recent) this.extend(message, Object.keys(figures));
      if (this.loadedVersion === this.version) return;
      this.loadedVersion = this.version;
      this.onDrawn?.();
    }

    showEmpty(entry) {
      this.markEmpty(entry, entry.chart.isEmpty());
    }

    markEmpty({ chart, empty }, isEmpty) {
      empty.hidden = !isEmpty;
      chart.element.classList.toggle("is-empty", isEmpty);
    }

    // -------------------------------------------------------------------------------------------- what comes

    // New points, as the live topic has them; `window_` is where they are shown.
    append(message, window_) {
      this.recent = [...this.recent.slice(1 - MOST_RECENT), message];
      this.glide(window_);
      this.extend(message, null);
    }

    glide(window_) {
      this.window = window_;
      for (const { chart, drawnVersion } of this.entries.values()) {
        if (drawnVersion === this.version) chart.setWindow(window_);
      }
    }

    extend({ t, columns }, only) {
      const values = new Map();
      for (const [column, each] of Object.entries(columns)) {
        for (const key of this.byColumn.get(baseOf(column)) || []) {
          if (!values.has(key)) values.set(key, {});
          values.get(key)[column] = each;
        }
      }
      for (const [key, lines] of values) {
        if (!only || only.includes(key)) this.extendOne(this.entries.get(key), key, t, lines);
      }
    }

    extendOne(entry, key, times, lines) {
      if (entry.drawnVersion !== this.version) return;
      const knowsAll = entry.chart.append(times, lines);
      if (!entry.empty.hidden) this.showEmpty(entry);
      // A line that is new: its name and colour come with the whole chart.
      if (!knowsAll) this.reload(key);
    }

    reload(key) {
      const entry = this.entries.get(key);
      if (Date.now() - entry.loadedMs < AGAIN_MS) return;
      entry.loadedMs = Date.now();
      entry.version = -1;
      if (entry.chart.isSeen) this.want(key);
    }

    // Charts that nothing is appended to.
    reloadOthers() {
      for (const [key, { spec, chart }] of this.entries) if (!spec.is_live && chart.isSeen) this.reload(key);
    }

    knows(column) {
      return this.byColumn.has(baseOf(column));
    }

    // The node's clock was set back: what it said of later times would keep its new points away.
    cut(timeMs) {
      this.recent = [];
      for (const { chart } of this.entries.values()) chart.cut(timeMs);
    }

    setMarks(events) {
      for (const { chart } of this.entries.values()) chart.setMarks(events);
    }

    close() {
      clearTimeout(this.retry);
      this.call?.abort();
      for (const { chart } of this.entries.values()) chart.destroy();
      this.entries.clear();
      this.window = null;
    }
  }

  // The value of a chart that has one line, large.
  function showNow(place, values, unit) {
    const [value, name] = values.length === 1 ? mcp.format.withUnit(values[0] ?? null, unit) : ["", ""];
    const text = `${value} ${name}`;
    if (place.dataset.text === text) return;
    place.dataset.text = text;
    place.replaceChildren(value, Object.assign(document.createElement("span"), { className: "unit", textContent: name }));
  }

  async function refusal(path, answer) {
    const { detail = "" } = await answer.json().catch(() => ({}));
    return Object.assign(new Error(path), { status: answer.status, detail, retryAfterS: answer.headers.get("Retry-After") });
  }

  return {
    make: (path, cards, onProblem) => new NodeCharts(path, cards, onProblem),
    // JSON of the API; an error with its status, detail and retryAfterS if it is refused.
    async get(path, signal) {
      const answer = await fetch(path, { signal });
      if (!answer.ok) throw await refusal(path, answer);
      return answer.json();
    },
  };
})();
