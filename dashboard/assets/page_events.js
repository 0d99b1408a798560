// The page of events: what is asked for stands in the address, and what happens meanwhile comes over the live socket.
window.mcp = window.mcp || {};

Object.assign(mcp.events, (() => {
  const PAGE = 100;
  const MOST = 5000;
  const NEAR_TOP_PX = 120;
  const TYPING_MS = 250;
  const byId = (id) => document.getElementById(id);
  let page = null;

  function open() {
    page = {
      filter: mcp.eventsFilter.read(mcp.view),
      list: mcp.eventsList.make(byId("events-list")),
      waiting: [],
      counts: {},
      asked: null,
      hasMore: false,
      ending: new AbortController(),
    };
    listen(page.ending.signal);
    mcp.eventsBar.fill(page.filter);
    mcp.live.look("events", take);
    load();
  }

  function close() {
    mcp.live.leave("events");
    page?.ending.abort();
    page?.asked?.abort();
    clearTimeout(page?.typing);
    page = null;
  }

  function listen(signal) {
    signal.addEventListener("abort", mcp.view.follow(redraw));
    mcp.eventsBar.listen(signal, { change, type });
    byId("events-older").addEventListener("click", older, { signal });
    byId("events-new").addEventListener("click", flush, { signal });
    byId("events-again").addEventListener("click", () => load(), { signal });
    for (const each of document.querySelectorAll("[data-clear]")) {
      each.addEventListener("click", () => change(mcp.eventsFilter.EMPTY), { signal });
    }
    addEventListener("scroll", () => isOnTop() && page.waiting.length && flush(), { signal, passive: true });
  }

  function redraw(names) {
    if (names.includes("tz")) mcp.eventsList.draw(page.list, page.list.shown);
  }

  function type(text) {
    clearTimeout(page.typing);
    page.typed = text.trim();
    page.typing = setTimeout(() => change({}), TYPING_MS);
  }

  function change(changes) {
    clearTimeout(page.typing);
    // What was typed a moment ago counts, whatever else is chosen since.
    page.filter = { ...page.filter, q: page.typed ?? page.filter.q, ...changes };
    page.typed = null;
    mcp.eventsFilter.write(mcp.view, page.filter);
    mcp.eventsBar.fill(page.filter);
    load();
  }

  // ------------------------------------------------------------------------------------------------------- asking

  // The answer, or null: it failed, or something else is asked meanwhile.
  async function ask(more) {
    const { filter, asked: before } = page;
    const asked = new AbortController();
    before?.abort();
    page.asked = asked;
    try {
      const address = mcp.eventsFilter.address(filter, { limit: PAGE, ...more });
      const answer = await fetch(address, { signal: asked.signal });
      const content = await answer.json();
      if (!answer.ok) throw new Error(content.detail || content.error);
      return asked.signal.aborted ? null : content;
    } catch (error) {
      if (!asked.signal.aborted) fail(error.message);
      return null;
    }
  }

  async function load() {
    byId("events-page").dataset.state = page.list.shown.length ? "reloading" : "loading";
    const answer = await ask({ counts: "true" });
    if (answer) begin(answer);
  }

  function begin(answer) {
    Object.assign(page, { waiting: [], counts: answer.kinds, hasMore: answer.has_more });
    mcp.eventsList.draw(page.list, mcp.events.merge([], answer.events));
    show();
  }

  async function older() {
    const button = byId("events-older");
    button.disabled = true;
    const answer = await ask({ before: mcp.eventsList.oldestId(page.list) });
    button.disabled = false;
    if (answer) goOn(answer);
  }

  function goOn(answer) {
    page.hasMore = answer.has_more;
    mcp.eventsList.add(page.list, answer.events);
    show();
  }

  function fail(text) {
    byId("events-failed").textContent = text;
    byId("events-page").dataset.state = "failed";
  }

  // --------------------------------------------------------------------------------------------------------- live

  function take({ kind, events }) {
    if (kind !== "open") news(events);
    else if (page.list.shown.length) catchUp();
    else load();
  }

  // The socket is new, or the leader was away: some may have been missed, and who reads stays where they are.
  async function catchUp() {
    const answer = await ask({ counts: "true" });
    if (!answer) return;
    const known = new Set(page.list.shown.map(({ id }) => id));
    const missed = answer.events.filter(({ id }) => !known.has(id));
    if (missed.length === answer.events.length) {
      begin(answer);
      return;
    }
    page.counts = answer.kinds;
    page.waiting = mcp.events.merge(page.waiting, missed);
    if (missed.length && isOnTop()) flush();
    else show();
  }

  function news(events) {
    const bounds = mcp.eventsFilter.bounds({ ...page.filter, kinds: [] }, mcp.live.now());
    const fitting = events.filter((event) => mcp.events.matches(event, bounds));
    count(fitting);
    const { kinds } = page.filter;
    const wanted = fitting.filter((event) => !kinds.length || kinds.includes(event.kind));
    if (!wanted.length) return;
    page.waiting = mcp.events.merge(page.waiting, wanted);
    if (isOnTop()) flush();
    else show();
    say(wanted);
  }

  function count(events) {
    const known = new Set([...page.list.shown, ...page.waiting].map(({ id }) => id));
    for (const { id, kind } of events) {
      if (!known.has(id)) page.counts[kind] = (page.counts[kind] || 0) + 1;
    }
    mcp.eventsBar.count(page.counts);
  }

  const isOnTop = () => scrollY < NEAR_TOP_PX;

  function flush() {
    const isAway = !isOnTop();
    mcp.eventsList.put(page.list, page.waiting);
    page.waiting = [];
    show();
    if (isAway) scrollTo({ top: 0 });
  }

  // Not each of hundreds: how many, and the newest.
  function say(events) {
    const [newest] = mcp.events.merge([], events);
    const text = `${mcp.events.word(newest.kind)}: ${newest.node_id || "leader"}. ${newest.detail}`;
    byId("events-said").textContent = events.length > 1 ? `${events.length} new events. ${text}` : text;
  }

  // -------------------------------------------------------------------------------------------------------- showing

  function show() {
    const events = page.list.shown;
    const isNothing = !events.length;
    const isFiltered = !mcp.eventsFilter.isEmpty(page.filter);
    mcp.states.filled("events-page");
    byId("events-page").dataset.state = isNothing ? (isFiltered ? "no-match" : "empty") : "shown";
    byId("events-older").hidden = !page.hasMore || events.length >= MOST;
    byId("events-end").hidden = page.hasMore || isNothing;
    byId("events-too-many").hidden = !(page.hasMore && events.length >= MOST);
    byId("events-new").hidden = !page.waiting.length;
    byId("events-new-text").textContent = `${page.waiting.length} new event${page.waiting.length === 1 ? "" : "s"}`;
    mcp.eventsBar.count(page.counts);
  }

  return { open, close };
})());
