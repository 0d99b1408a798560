// The node page: fetches the window once, then appends what the live socket brings.
window.mcp = window.mcp || {};

mcp.node = (() => {
  const REFETCH_MS = 10000;
  const LONGEST_UNTHINNED_MS = 900000;
  const PLOT = { displayModeBar: false, responsive: true, doubleClick: "autosize" };
  const byId = (id) => document.getElementById(id);
  let node = "";
  let rangeS = 300;
  let isFollowing = true;
  let charts = new Map(); // key -> {element, lines: Map(key -> trace index), unit, gapMs, hidden}
  let waiting = []; // appended while the window is being fetched
  let fetching = null;
  let fetchedMs = 0;
  let seenMs = 0;
  let cameMs = 0; // the newest point's time since the topic opened
  let clock = 0;
  let first = 0;

  let library = null;
  function plotly() {
    library ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = "/assets/vendor/plotly-basic.min.js?v=4.1.1";
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => reject(new Error("plotly did not load"));
      document.head.append(script);
    });
    return library;
  }

  // ------------------------------------------------------------------------------------------------ the whole window

  async function load() {
    clearTimeout(first);
    fetching?.abort();
    const call = (fetching = new AbortController());
    waiting = [];
    fetchedMs = Date.now();
    const end = mcp.live.now() / 1000 + 5;
    const query = `start=${(end - rangeS - 5).toFixed(3)}&end=${end.toFixed(3)}&max_points=1000`;
    try {
      const [Plotly, facts, window_] = await Promise.all([
        plotly(),
        get(`/api/nodes/${encodeURIComponent(node)}`, call.signal),
        get(`/api/nodes/${encodeURIComponent(node)}/charts?${query}`, call.signal),
      ]);
      if (call !== fetching) return;
      showFacts(facts);
      for (const [key, figure] of Object.entries(window_.charts)) draw(Plotly, key, figure);
      fetching = null;
      for (const message of waiting.splice(0)) append(message);
      byId("node-page").dataset.loaded = String(rangeS);
    } catch (error) {
      if (error.name === "AbortError" || call !== fetching) return;
      fetching = null;
      if (error.status === 404) showMissing();
      // Anything else heals with the leader: its return opens the topic again, and that fetches again.
    }
  }

  async function get(path, signal) {
    const answer = await fetch(path, { signal });
    if (!answer.ok) throw Object.assign(new Error(path), { status: answer.status });
    return answer.json();
  }

  function showMissing() {
    mcp.live.leave(`node/${node}`);
    byId("node-content").hidden = true;
    byId("node-missing").hidden = false;
  }

  function draw(Plotly, key, figure) {
    const element = byId(`chart-${key}`);
    if (!element) return;
    const { unit, gap_ms: gapMs, hidden } = figure.layout.meta;
    figure.layout.xaxis.range = isFollowing ? range() : element.layout?.xaxis.range;
    Plotly.react(element, figure.data, figure.layout, PLOT);
    const lines = new Map(figure.data.map((line, index) => [line.meta.key, index]));
    charts.set(key, { element, lines, unit, gapMs: Math.max(gapMs, 2500), hidden });
    if (!element.dataset.wired) {
      element.dataset.wired = "yes";
      element.on("plotly_relayout", zoomed);
    }
    showNow(key);
  }

  // ------------------------------------------------------------------------------------------------ what comes

  function take(message) {
    if (message.kind === "open") {
      cameMs = 0;
      load();
    } else if (fetching) waiting.push(message);
    else append(message);
  }

  function append(message) {
    if (message.state) showState(message.state);
    if (message.losses) showLosses(message.losses);
    if (!message.t) return;
    const back = mcp.lines.setBack(message.t, cameMs);
    cameMs = message.t.at(-1);
    if (back >= 0) goBackTo(message.t[back]);
    seenMs = Math.max(seenMs, cameMs);
    showSampleFacts(message.facts);
    const times = message.t.slice(Math.max(0, back));
    for (const [key, lines] of Object.entries(message.charts)) extend(key, times, lines);
    for (const key of charts.keys()) showNow(key);
    // What is appended is not thinned: now and then the window is fetched anew.
    if (Date.now() - fetchedMs > Math.min((rangeS * 1000) / 4, LONGEST_UNTHINNED_MS) && isFollowing) load();
  }

  // The node's clock was set back: what it said of later times would keep its new points away.
  function goBackTo(timeMs) {
    seenMs = timeMs;
    for (const { element } of charts.values()) for (const line of element.data) mcp.lines.cut(line, timeMs);
  }

  // `lines` may begin before `times`.
  function extend(key, times, lines) {
    const chart = charts.get(key);
    if (!chart) return;
    const x = [];
    const y = [];
    const indices = [];
    for (const [name, values] of Object.entries(lines)) {
      const index = chart.lines.get(name);
      if (index === undefined) {
        if (!chart.hidden && Date.now() - fetchedMs > REFETCH_MS) load();
        continue;
      }
      const points = mcp.lines.newPoints(chart.element.data[index], times, values.slice(-times.length), chart.gapMs);
      if (!points.x.length) continue;
      x.push(points.x);
      y.push(points.y);
      indices.push(index);
    }
    if (!indices.length) return;
    trim(chart.element);
    if (isFollowing) chart.element.layout.xaxis.range = range();
    window.Plotly.extendTraces(chart.element, { x, y }, indices);
  }

  function trim(element) {
    const oldest = mcp.live.now() - rangeS * 1050;
    for (const line of element.data) {
      const old = line.x.findIndex((time) => time >= oldest);
      if (old > 0 && isFollowing) {
        line.x.splice(0, old);
        line.y.splice(0, old);
      }
    }
  }

  function range() {
    const end = Math.max(seenMs, mcp.live.now());
    return [end - rangeS * 1000, end];
  }

  // ------------------------------------------------------------------------------------------------ zoom

  function zoomed(event) {
    if (event["xaxis.autorange"]) follow();
    else if (event["xaxis.range[0]"] !== undefined) hold([event["xaxis.range[0]"], event["xaxis.range[1]"]]);
  }

  function hold(chosen) {
    if (!isFollowing) return;
    isFollowing = false;
    byId("node-follow").hidden = false;
    for (const { element } of charts.values()) window.Plotly.relayout(element, { "xaxis.range": chosen });
  }

  function follow() {
    isFollowing = true;
    byId("node-follow").hidden = true;
    load();
  }

  // ------------------------------------------------------------------------------------------------ words

  function showNow(key) {
    const { element, lines, unit } = charts.get(key);
    const lasts = element.data.map((line) => line.y.findLast((value) => value !== null));
    const newest = lasts.filter((value) => value !== undefined);
    const [value, name] = mcp.format.withUnit(newest.length ? newest.reduce((a, b) => a + b) : null, unit);
    const place = byId(`now-${key}`);
    const unitText = newest.length > 1 ? `${name} in all` : name;
    place.replaceChildren(value, Object.assign(document.createElement("span"), { className: "unit", textContent: unitText }));
    const isEmpty = !lines.size || element.data.every((line) => line.y.every((y) => y === null));
    byId(`empty-${key}`).hidden = !isEmpty;
    byId(`empty-${key}`).textContent = "Nothing reported in this time";
    element.classList.toggle("is-empty", isEmpty);
  }

  function showFacts(facts) {
    const labels = Object.entries(facts.labels).map(([name, value]) => `${name}=${value}`);
    const agent = facts.agent_version && `agent ${facts.agent_version}`;
    const identity = [facts.hostname !== node && facts.hostname, facts.os, facts.architecture, facts.runtime, agent];
    byId("node-subtitle").textContent = [...identity, ...labels].filter(Boolean).join(" · ");
    showState(facts.state);
    seenMs = Math.max(seenMs, facts.last_seen_ms);
    const offset = facts.clock_offset_ms;
    text("offset", Math.abs(offset) < 1000 ? `${offset} ms` : `${(offset / 1000).toFixed(1)} s`);
    showLosses(facts);
    showSeen();
  }

  function showLosses(losses) {
    text("lost", losses.lost.toLocaleString("en"));
    byId("fact-lost").classList.toggle("warns", losses.lost > 0);
    for (const key of ["stored", "gaps", "dropped", "rejected", "duplicates", "late"]) {
      byId(`loss-${key}`).textContent = losses[key].toLocaleString("en");
      byId(`loss-${key}`).classList.toggle("warns", losses[key] > 0 && ["gaps", "dropped", "rejected"].includes(key));
    }
  }

  function showState(state) {
    const badge = byId("node-state");
    badge.dataset.state = state;
    badge.replaceChildren(Object.assign(document.createElement("span"), { className: `icon icon-${state}` }));
    badge.append(state.charAt(0).toUpperCase() + state.slice(1));
  }

  function showSampleFacts(facts) {
    const { duration, gibibytes } = mcp.format;
    const loads = [facts.load_1m, facts.load_5m, facts.load_15m].filter((value) => value !== undefined);
    if (facts.uptime_s !== undefined) text("uptime", duration(facts.uptime_s));
    if (loads.length) text("load", loads.map((value) => value.toFixed(2)).join(" / "));
    if (facts.connections !== undefined) text("connections", facts.connections.toLocaleString("en"));
    if (facts.memory_used_bytes !== undefined) {
      text("memory", `${gibibytes(facts.memory_used_bytes)} of ${gibibytes(facts.memory_total_bytes)}`);
    }
    showSeen();
  }

  const text = (key, value) => (byId(`fact-${key}`).textContent = value);
  const showSeen = () => byId("fact-seen") && text("seen", mcp.format.ago(seenMs, mcp.live.now()));

  // ------------------------------------------------------------------------------------------------ coming and going

  function open(name) {
    close();
    node = name;
    isFollowing = true;
    seenMs = 0;
    cameMs = 0;
    byId("node-follow").onclick = follow;
    mcp.live.look(`node/${node}`, take);
    // The topic's opening starts the fetch; a network that lets no socket through shall not leave the page blank.
    first = setTimeout(load, 700);
    clock = setInterval(showSeen, 1000);
  }

  function close() {
    clearTimeout(first);
    clearInterval(clock);
    fetching?.abort();
    fetching = null;
    if (node) mcp.live.leave(`node/${node}`);
    for (const { element } of charts.values()) window.Plotly.purge(element);
    charts = new Map();
    node = "";
  }

  function setRange(seconds) {
    const isNew = rangeS !== Number(seconds);
    rangeS = Number(seconds);
    if (node && isNew) follow();
  }

  return { open, close, setRange };
})();
