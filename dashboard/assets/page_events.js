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
    const unfollow = mcp.view.follow((names) => names.includes("tz") && page.list.drawAll(page.list.shown()));
    signal.addEventListener("abort", unfollow);
    mcp.eventsBar.listen(signal, { change, type });
    byId("events-older").addEventListener("click", older, { signal });
    byId("events-new").addEventListener("click", flush, { signal });
    byId("events-again").addEventListener("click", () => load(), { signal });
    for (const each of document.querySelectorAll("[data-clear]")) {
      each.addEventListener("click", () => change(mcp.eventsFilter.EMPTY), { signal });
    }
    addEventListener("scroll", () => isOnTop() && page.waiting.length && flush(), { signal, passive: true });
  }

  function type(text) {
    clearTimeout(page.typing);
    page.typing = setTimeout(() => change({ q: text.trim() }), TYPING_MS);
  }

  function change(changes) {
    clearTimeout(page.typing);
    page.filter = { ...page.filter, ...changes };
    mcp.eventsFilter.write(mcp.view, page.filter);
    mcp.eventsBar.fill(page.filter);
    load();
  }

  // ------------------------------------------------------------------------------------------------------- asking

  async function ask(more) {
    page.asked?.abort();
    const mine = page;
    const asked = new AbortController();
    page.asked = asked;
    try {
      const answer = await fetch(mcp.eventsFilter.address(page.filter, { limit: PAGE, ...more }), { signal: asked.signal });
      const content = await answer.json();
      if (!answer.ok) throw new Error(content.detail || content.error);
      return page === mine ? content : null;
    } catch (error) {
      if (error.name !== "AbortError" && page === mine) fail(error.message);
      return null;
    }
  }

  async function load() {
    byId("events-page").dataset.state = page.list.shown().length ? "reloading" : "loading";
    const answer = await ask({ counts: "true" });
    if (!answer) return;
    page.waiting = [];
    page.counts = answer.kinds;
    page.hasMore = answer.has_more;
    page.list.drawAll(mcp.events.merge([], answer.events));
    show();
  }

  async function older() {
    const button = byId("events-older");
    button.disabled = true;
    const answer = await ask({ before: page.list.oldestId() });
    button.disabled = false;
    if (!answer) return;
    page.hasMore = answer.has_more;
    page.list.add(answer.events);
    show();
  }

  function fail(text) {
    byId("events-problem").textContent = text;
    byId("events-page").dataset.state = "failed";
  }

  // --------------------------------------------------------------------------------------------------------- live

  function take({ kind, events }) {
    // The socket is new, or the leader was away: some may have been missed.
    if (kind === "open") load();
    else news(events);
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
    const known = new Set([...page.list.shown(), ...page.waiting].map(({ id }) => id));
    for (const { id, kind } of events) {
      if (!known.has(id)) page.counts[kind] = (page.counts[kind] || 0) + 1;
    }
    mcp.eventsBar.count(page.counts, page.filter);
  }

  const isOnTop = () => scrollY < NEAR_TOP_PX;

  function flush() {
    const isAway = !isOnTop();
    page.list.put(page.waiting);
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
    const events = page.list.shown();
    const isNothing = !events.length;
    const isFiltered = !mcp.eventsFilter.isEmpty(page.filter);
    byId("events-page").dataset.state = isNothing ? (isFiltered ? "no-match" : "empty") : "shown";
    byId("events-older").hidden = !page.hasMore || events.length >= MOST;
    byId("events-end").hidden = page.hasMore || isNothing;
    byId("events-too-many").hidden = !(page.hasMore && events.length >= MOST);
    const count = page.waiting.length;
    byId("events-new").hidden = !count;
    byId("events-new-text").textContent = `${count} new event${count === 1 ? "" : "s"}`;
    mcp.eventsBar.count(page.counts, page.filter);
  }

  return { open, close };
})());
