// The node page: finds out what the node reports, shows the window of the time control, and appends what comes live.
window.mcp = window.mcp || {};

mcp.node = (() => {
  const PLAN_AGAIN_MS = 10000;
  const SILENT_MS = 1500;
  const OTHERS_EVERY_MS = 10000;
  const MOST_EVENTS = 500;
  const FALLBACK_MS = 1500;
  const MOVED_MS = 1000;
  const SLOW_MS = 3000;
  const BEFORE_LAST = 0.9; // of a window that shows the last sample
  const byId = (id) => document.getElementById(id);
  let node = "";
  let charts = null;
  let plan = "";
  let plannedMs = 0;
  let unknown = new Set();
  let events = new Map();
  let newestMs = 0; // of the node's samples, by its clock
  let cameMs = 0; // when they came
  let othersMs = 0;
  let clock = 0;
  let next = 0; // the timer of the next load
  let failures = 0; // in a row
  let slow = 0; // the timer after which waiting is worth a word
  let opening = null;

  const path = () => `/api/nodes/${encodeURIComponent(node)}`;

  // ------------------------------------------------------------------------------------------------ whole windows

  // Everything from the beginning: who the node is, what it reports, its charts.
  async function load() {
    clearTimeout(next);
    opening?.abort();
    const call = (opening = new AbortController());
    slow ||= setTimeout(() => say(mcp.nodeProblem.waiting()), SLOW_MS);
    mcp.plotly();
    try {
      await Promise.all([loadFacts(call), build(call)]);
      if (call === opening) succeeded();
    } catch (error) {
      if (call === opening) loadAgain(error);
    }
  }

  async function loadFacts(call) {
    const found = await mcp.nodeCharts.get(path(), call.signal);
    if (call === opening) takeFacts(found);
  }

  // Its clock says where a live window ends.
  function takeFacts(found) {
    const before = around(mcp.time.window()).toMs;
    mcp.nodeFacts.show(found, node);
    const moved = Math.abs(around(mcp.time.window()).toMs - before);
    if (moved >= MOVED_MS) show(mcp.time.window());
    else showLast(around(mcp.time.window()));
  }

  function succeeded() {
    clearTimeout(slow);
    slow = failures = 0;
    mcp.nodeProblem.hide();
  }

  // Over a page that shows something nothing is said: the banner tells what is of before.
  function say(words) {
    if (!charts || "blank" in byId("node-page").dataset) mcp.nodeProblem.show(words);
  }

  // An overloaded leader answers later, a lost one when it is back. A hidden page loads when it is looked at again.
  function loadAgain(error) {
    failed(error);
    if (error.name === "AbortError" || error.status === 404) return;
    const pauseMs = mcp.nodeProblem.waitMs(failures, error.retryAfterS);
    failures += 1;
    say(mcp.nodeProblem.words(error, pauseMs));
    clearTimeout(next);
    next = setTimeout(() => document.hidden || load(), pauseMs);
  }

  async function build(call) {
    const found = await mcp.nodeCharts.get(`${path()}/plan`, call.signal);
    if (call !== opening) return;
    plannedMs = Date.now();
    const text = JSON.stringify(found);
    if (text !== plan) {
      plan = text;
      charts?.close();
      charts = mcp.nodeCharts.make(path(), mcp.nodeSections.build(found), failed);
    }
    show(mcp.time.window());
  }

  function show(window_, reason) {
    if (reason === "zone") mcp.nodeFacts.renew();
    if (!charts) return;
    const shown = around(window_);
    showLast(shown);
    const loaded = String(Math.round(shown.spanMs / 1000));
    delete byId("node-page").dataset.loaded;
    charts.show(shown, () => (byId("node-page").dataset.loaded = loaded));
    loadEvents(shown).catch(failed);
  }

  // What happened in the window; those that came live meanwhile stay.
  async function loadEvents({ fromMs, toMs }) {
    const call = opening;
    const query = `node=${encodeURIComponent(node)}&start=${fromMs / 1000}&end=${toMs / 1000}&limit=${MOST_EVENTS}`;
    const answer = await mcp.nodeCharts.get(`/api/events?${query}`, call?.signal);
    if (call === opening) mark(answer.events);
  }

  function mark(more) {
    for (const event of more) events.set(event.id, event);
    if (events.size > 2 * MOST_EVENTS) events = new Map([...events].slice(-MOST_EVENTS));
    charts?.setMarks([...events.values()]);
  }

  // Anything else than "not found" heals: whoever asked asks again.
  function failed(error) {
    if (error.name === "AbortError" || error.status !== 404) return;
    mcp.live.leave(`node/${node}`);
    byId("node-content").hidden = true;
    byId("node-missing").hidden = false;
  }

  // A live window ends at the node's now, which its clock says.
  function around(window_) {
    const by = mcp.nodeClock.shiftMs(window_, newestMs, mcp.nodeFacts.offsetMs());
    return { ...window_, fromMs: window_.fromMs + by, toMs: window_.toMs + by };
  }

  // A window that begins after the newest sample is empty: a button leads to where there is something.
  function showLast({ fromMs, spanMs }) {
    const lastMs = mcp.nodeFacts.lastMs();
    byId("node-last").hidden = !lastMs || lastMs >= fromMs;
    if (byId("node-last").hidden) return;
    byId("node-last-time").textContent = mcp.view.moment(lastMs, "full");
    byId("node-last-go").onclick = () => mcp.time.setFixed(lastMs - spanMs * BEFORE_LAST, lastMs + spanMs * (1 - BEFORE_LAST));
  }

  // ------------------------------------------------------------------------------------------------ what comes

  function take(message) {
    if (!byId("node-page")) return; // it came while another page took its place
    if (message.kind === "open") {
      newestMs = 0;
      load();
      return;
    }
    if (message.node) takeFacts(message.node);
    if (message.events) hear(message.events);
    if (message.t) append(message);
  }

  // A clock that was set tells no other facts, and all facts tell it.
  function hear(news) {
    mark(news);
    if (opening && news.some(({ kind }) => kind === "clock_step")) loadFacts(opening).catch(failed);
  }

  function append(message) {
    const back = mcp.lines.setBack(message.t, newestMs);
    newestMs = message.t.at(-1);
    cameMs = Date.now();
    mcp.nodeFacts.showSample(message.facts, newestMs);
    if (!charts) return;
    if (back >= 0) charts.cut(message.t[back]);
    const window_ = mcp.time.window();
    const t = message.t.slice(Math.max(0, back));
    if (window_.isLive) charts.append({ t, columns: message.columns }, around(window_));
    if (Object.keys(message.columns).some(isNews)) replan(message.columns);
  }

  const isNews = (column) => charts && !charts.knows(column) && !unknown.has(column);

  // The node reports something it did not report before: perhaps there is a new chart.
  function replan(columns) {
    if (Date.now() - plannedMs < PLAN_AGAIN_MS) return;
    plannedMs = Date.now();
    const asked = Object.keys(columns).filter(isNews);
    for (const column of asked) unknown.add(column);
    build(opening).catch((error) => {
      for (const column of asked) unknown.delete(column);
      failed(error);
    });
  }

  // Time goes on, whatever comes.
  function tick() {
    if (document.hidden) return;
    mcp.nodeFacts.showSeen();
    const window_ = mcp.time.window();
    showLast(around(window_));
    if (!window_.isLive || !charts) return;
    if (Date.now() - cameMs > SILENT_MS) charts.glide(around(window_));
    if (Date.now() - othersMs < OTHERS_EVERY_MS) return;
    othersMs = Date.now();
    charts.reloadOthers();
  }

  // ------------------------------------------------------------------------------------------------ coming and going

  function open(name) {
    close();
    node = name;
    mcp.time.open(show);
    mcp.live.look(`node/${node}`, take);
    // The topic's opening loads; a network that lets no socket through shall not leave the page blank.
    next = setTimeout(load, FALLBACK_MS);
    clock = setInterval(tick, 1000);
  }

  function close() {
    clearTimeout(next);
    clearTimeout(slow);
    clearInterval(clock);
    opening?.abort();
    if (node) mcp.live.leave(`node/${node}`);
    mcp.time.close();
    mcp.nodeFacts.forget();
    mcp.nodeProblem.hide();
    charts?.close();
    charts = opening = null;
    plan = node = "";
    newestMs = cameMs = failures = slow = 0;
    unknown = new Set();
    events = new Map();
  }

  return { open, close };
})();
