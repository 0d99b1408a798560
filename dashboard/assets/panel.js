// A panel on a page: fetches its window, draws it, and follows what is new.
//   mcp.panel.make(element, panel, {onZoom, onZoomOut, onAnswer}) ->
//     {load(window), drawn(), nodes(), setMarks(events), destroy()}
// `panel` is as in panel_model.js, `window` as mcp.time.window() gives it. `onAnswer` hears each answer of /api/panel.
// A panel that is out of sight asks for nothing until it is seen.
window.mcp = window.mcp || {};

mcp.panel = (() => {
  const AGAIN_MS = [1000, 2000, 4000, 8000];
  const EMPTY_MS = 10000;
  const AGES_MS = 5000;
  const NEW_LINE_MS = [5000, 10000, 30000, 120000];
  // Scripts come in the order of their names: this one before panel_views.js.
  const build = (...args) => mcp.panelViews.make(...args);
  const notice = (...args) => mcp.panelViews.notice(...args);

  const AHEAD = "300px 0px";
  const panels = new WeakMap();
  const seen = new IntersectionObserver(
    (entries) => entries.forEach(({ target, isIntersecting }) => panels.get(target)?.see(isIntersecting)),
    { rootMargin: AHEAD },
  );

  // Those that wait for the leader are not kept waiting when it is back.
  const failing = new Set();
  new MutationObserver(() => {
    if (document.documentElement.dataset.link === "live") for (const panel of failing) panel.load();
  }).observe(document.documentElement, { attributeFilter: ["data-link"] });

  class Panel {
    constructor(element, panel, handlers) {
      this.panel = panel;
      this.handlers = handlers;
      this.body = build("div", "panel-body");
      this.cover = build("div", "panel-cover");
      this.foot = build("p", "panel-foot");
      this.element = element;
      element.classList.add("panel");
      element.replaceChildren(this.body, this.cover, this.foot);
      this.charts = [];
      this.titles = [];
      this.marks = [];
      this.lines = new Map(); // key -> {x, y} as in the figures, and gapMs
      this.waiting = [];
      this.failures = 0;
      this.news = 0;
      this.timer = 0;
      this.clock = 0;
      this.isSeen = false;
      this.isDue = false;
      this.isOld = false; // what is drawn is of another time than what is asked for
      this.show("loading");
      panels.set(element, this);
      seen.observe(element);
    }

    see(isSeen) {
      this.isSeen = isSeen;
      if (isSeen && this.isDue) this.load();
      if (!isSeen && this.element.dataset.state === "loading" && !this.call) this.show("waiting");
    }

    show(state, ...children) {
      this.element.dataset.state = state;
      this.cover.replaceChildren(...children);
      this.element.setAttribute("aria-busy", String(state === "loading"));
    }

    // ---------------------------------------------------------------------------------------------- the whole window

    load(window_ = this.window) {
      if (!mcp.chartWait.goesOn(this.window, window_)) this.isOld = true;
      this.window = window_;
      this.isDue = !this.isSeen;
      if (this.isDue) return null;
      this.stop();
      this.call?.abort();
      if (this.panel.kind === "TEXT") {
        mcp.panelViews.text(this.body, this.panel.text || "");
        this.show("ready");
        return null;
      }
      if (this.element.dataset.state === "waiting") this.show("loading");
      if (this.isOld) for (const { element } of this.charts) mcp.chartWait.begin(element);
      this.call = new AbortController();
      this.waiting = [];
      return this.ask(this.call);
    }

    async ask(call) {
      let [status, content] = [0, {}];
      try {
        const address = mcp.panelModel.address(this.panel, this.window, this.element.clientWidth);
        const answer = await fetch(address, { signal: call.signal });
        [content, status] = [await answer.json(), answer.status];
      } catch (error) {
        // No answer, or half of one; anything else is a defect.
        if (!["AbortError", "TypeError", "SyntaxError"].includes(error.name)) throw error;
      }
      if (call !== this.call) return;
      this.call = null;
      for (const { element } of this.charts) mcp.chartWait.end(element);
      if (status === 200) this.take(content);
      else this.fail(status, content.detail || content.error || "");
    }

    take(answer) {
      this.failures = 0;
      this.isOld = false;
      failing.delete(this);
      this.answer = answer;
      this.heardMs = answer.now_ms;
      this.foot.textContent = mcp.panelModel.note(answer);
      this.draw();
      this.handlers.onAnswer?.(answer);
      this.follow(this.window.isLive ? answer.topic : null);
      const waiting = this.waiting;
      this.waiting = [];
      for (const message of waiting) this.append(message);
      if (!answer.topic && this.window.isLive) this.later(EMPTY_MS);
    }

    draw() {
      const { answer } = this;
      const before = this.lines.size;
      const named = (line, gapMs) => [line.meta.key, Object.assign(line, { gapMs })];
      const ofChart = ({ data, layout }) => data.map((line) => named(line, layout.meta.gap_ms));
      this.lines = new Map(answer.charts.flatMap(ofChart));
      if (this.lines.size !== before) this.news = 0;
      if (!answer.lines) {
        this.empty();
        return;
      }
      this.show("ready");
      if (answer.kind === "table") mcp.panelViews.table(this.body, answer.values, this.when());
      else if (answer.kind === "figure") this.drawFigures();
      else this.drawCharts(answer.charts);
    }

    // Charts stay, without lines: somebody who zoomed into a silence zooms out of it by a double click.
    empty() {
      if (!this.charts.length) this.clear();
      for (const chart of this.charts) chart.draw({ data: [], layout: { meta: { unit: chart.unit } } }, this.window);
      this.show("empty", notice("search", ...mcp.panelModel.emptyWords(this.answer)));
    }

    drawCharts(figures) {
      if (this.charts.length !== figures.length) {
        this.clear();
        const { onZoom, onZoomOut } = this.handlers;
        const places = figures.map(() => build("div", "panel-chart chart-box"));
        this.titles = figures.map(() => build("h3", "panel-chart-title"));
        const boxes = places.map((place, index) => [...(places.length > 1 ? [this.titles[index]] : []), place]);
        this.body.replaceChildren(...boxes.flat());
        this.charts = places.map((place) => mcp.charts.make(place, { onZoom, onZoomOut }));
        this.setMarks(this.marks);
      }
      this.titles.forEach((title, index) => title.replaceChildren(figures[index].layout.meta.title));
      this.charts.forEach((chart, index) => chart.draw(figures[index], this.window));
    }

    clear() {
      for (const chart of this.charts) chart.destroy();
      this.charts = [];
      this.body.replaceChildren();
    }

    fail(status, detail) {
      const [title, text] = mcp.panelModel.errorWords(status, detail);
      const isFinal = status === 400 || status === 404;
      if (isFinal) this.clear();
      this.show(this.charts.length ? "stale" : "error", notice("warning", title, text, isFinal ? null : () => this.load()));
      failing[isFinal ? "delete" : "add"](this);
      if (!isFinal) this.later(AGAIN_MS[Math.min(this.failures, AGAIN_MS.length - 1)]);
      this.failures += 1;
    }

    // Not while nobody looks: the next look asks anyway.
    later(ms) {
      this.stop();
      this.timer = setTimeout(() => (document.hidden ? this.later(ms) : this.load()), ms);
    }

    stop() {
      clearTimeout(this.timer);
      this.timer = 0;
    }

    // ---------------------------------------------------------------------------------------------- what is new

    follow(topic) {
      if (topic === this.topic) return;
      this.leave?.();
      this.topic = topic;
      this.leave = topic ? mcp.panelFeed.look(topic, (message) => this.hear(message)) : null;
      clearInterval(this.clock);
      if (topic && this.answer.kind === "figure") this.clock = setInterval(() => this.age(), AGES_MS);
    }

    hear(message) {
      if (this.call) this.waiting.push(message);
      else this.append(message);
    }

    append(message) {
      if (message.kind === "open" && message.since_ms > this.heardMs) {
        this.load();
        return;
      }
      this.heardMs = Math.max(this.heardMs, message.now_ms || 0);
      if (message.kind === "values") this.replace(message);
      else if (message.parts.length) this.extend(mcp.panelModel.joined(message.parts));
    }

    replace({ values, lines, hidden }) {
      const before = Boolean(this.answer.lines);
      Object.assign(this.answer, { values, lines, hidden });
      this.foot.textContent = mcp.panelModel.note(this.answer);
      if (before || lines) this.draw();
    }

    extend(parts) {
      this.window = this.moved();
      this.notice(mcp.panelModel.hasNew(parts, this.lines, this.answer));
      mcp.panelModel.renew(this.answer.values, parts);
      if (this.answer.kind === "figure") this.extendFigures(parts);
      for (const chart of this.charts) {
        for (const [times, lines] of parts) chart.append(times, lines);
        chart.setWindow(this.window);
      }
    }

    // A line that is not drawn yet, of a node that has come back for instance, is there after the next load.
    notice(isNew) {
      if (!isNew || this.timer) return;
      this.later(NEW_LINE_MS[Math.min(this.news, NEW_LINE_MS.length - 1)]);
      this.news += 1;
    }

    extendFigures(parts) {
      for (const [times, lines] of parts) {
        for (const [key, values] of Object.entries(lines)) {
          const line = this.lines.get(key);
          if (!line) continue;
          const points = mcp.lines.newPoints(line, times, values, Infinity);
          line.x.push(...points.x);
          line.y.push(...points.y);
          const old = Math.max(0, line.x.findIndex((time) => time >= this.window.fromMs));
          line.x.splice(0, old);
          line.y.splice(0, old);
        }
      }
      this.drawFigures();
    }

    drawFigures() {
      mcp.panelViews.figures(this.body, this.answer.values, this.lines, this.when());
    }

    when() {
      return { window: this.moved(), nowMs: mcp.live.now(), stepMs: this.answer.step_ms };
    }

    // Values grow old although nothing comes.
    age() {
      if (this.answer.lines && this.isSeen && !document.hidden) this.drawFigures();
    }

    // A live window ends now.
    moved() {
      const toMs = mcp.live.now();
      return this.window.isLive ? { ...this.window, fromMs: toMs - this.window.spanMs, toMs } : this.window;
    }

    // What is to be seen, as [{name, unit, x, y}]: of a chart its points, of a table one value a line.
    drawn() {
      const ofChart = ({ lines, unit }) => lines.map(({ name, x, y }) => ({ name, unit, x, y }));
      const ofValue = ({ name, unit, time_ms: at, value }) => ({ name, unit, x: [at], y: [value] });
      return this.charts.length ? this.charts.flatMap(ofChart) : (this.answer?.values || []).map(ofValue);
    }

    // The nodes of which its charts mark what happened.
    nodes() {
      return this.charts.length ? mcp.panelMarks.nodesOf(this.panel, [...this.lines.values()]) : [];
    }

    setMarks(events) {
      this.marks = events;
      for (const chart of this.charts) chart.setMarks(events);
    }

    destroy() {
      seen.unobserve(this.element);
      failing.delete(this);
      this.stop();
      this.call?.abort();
      this.call = null;
      this.follow(null);
      this.clear();
    }
  }

  return { make: (element, panel, handlers = {}) => new Panel(element, panel, handlers) };
})();
