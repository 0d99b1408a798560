// Events as people read them: the word, icon and colour of each kind, rows of a list, and which belong together.
window.mcp = window.mcp || {};

mcp.events = (() => {
  const HOUR_MS = 3600000;
  // kind: [word, icon of icons.css, tone]
  const KINDS = {
    joined: ["Joined", "joined", "good"],
    stale: ["Stale", "stale", "warn"],
    offline: ["Offline", "offline", "bad"],
    back: ["Back", "live", "good"],
    restarted: ["Restarted", "restart", "accent"],
    left: ["Left", "left", "idle"],
    gap: ["Gap", "gap", "warn"],
    rejected: ["Rejected", "rejected", "warn"],
    clock_step: ["Clock step", "step", "warn"],
    leader_started: ["Leader started", "rocket", "accent"],
    disk_refused: ["Disk refused", "disk-off", "bad"],
    disk_recovered: ["Disk recovered", "disk", "good"],
  };
  const about = (kind) => KINDS[kind] || [kind.replaceAll("_", " "), "events", "idle"];
  const word = (kind) => about(kind)[0];
  const icon = (kind) => about(kind)[1];
  const tone = (kind) => about(kind)[2];

  // ------------------------------------------------------------------------------------------------------ pure lists

  // Newest first; of two with the same id (one was repeated meanwhile) the later.
  function merge(events, news) {
    const byId = new Map();
    for (const event of [...events, ...news]) {
      const known = byId.get(event.id);
      if (!known || event.time_ms >= known.time_ms) byId.set(event.id, event);
    }
    return [...byId.values()].sort((one, other) => other.time_ms - one.time_ms || other.id - one.id);
  }

  // `filter`: {q, nodes: [id], kinds: [kind], fromMs, toMs}; what is empty or missing lets everything through.
  function matches(event, filter) {
    const { q, nodes, kinds, fromMs, toMs } = { q: "", nodes: [], kinds: [], fromMs: 0, toMs: Infinity, ...filter };
    const isOneOf = (list, value) => !list.length || list.includes(value);
    const isTime = event.time_ms >= fromMs && event.time_ms < toMs;
    const isNamed = event.node_id.toLowerCase().includes(q.toLowerCase());
    return isTime && isNamed && isOneOf(nodes, event.node_id) && isOneOf(kinds, event.kind);
  }

  // [{day, events}] in the order of the events; `dayOf(ms)` names a day.
  function days(events, dayOf) {
    const groups = [];
    for (const event of events) {
      const day = dayOf(event.time_ms);
      if (groups.at(-1)?.day !== day) groups.push({ day, events: [] });
      groups.at(-1).events.push(event);
    }
    return groups;
  }

  // "Today", "Yesterday", or the day itself.
  function dayName(ms, nowMs, dayOf) {
    const [day, today] = [dayOf(ms), dayOf(nowMs)];
    if (day === today) return "Today";
    // Not 24 hours before: a day may have 23 or 25.
    let backMs = HOUR_MS;
    while (dayOf(nowMs - backMs) === today) backMs += HOUR_MS;
    return day === dayOf(nowMs - backMs) ? "Yesterday" : day;
  }

  // ------------------------------------------------------------------------------------------------------------ rows

  function made(tag, className, ...children) {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...children);
    return element;
  }

  function symbol(kind) {
    const mark = made("span", `event-mark tone-${tone(kind)}`, made("span", `icon icon-${icon(kind)}`));
    mark.setAttribute("aria-hidden", "true");
    return mark;
  }

  function link(href, text) {
    const element = made("a", "event-node", text);
    element.href = href;
    return element;
  }

  function whose(event) {
    if (!event.node_id) return link("/system", "Leader");
    return link(`/node/${encodeURIComponent(event.node_id)}`, event.node_id);
  }

  // One row as a list item.
  function row(event) {
    const time = made("time", "event-time", mcp.view.time(event.time_ms));
    time.dateTime = new Date(event.time_ms).toISOString();
    time.title = mcp.view.moment(event.time_ms, "full");
    const head = made("span", "event-head", made("span", `event-word tone-${tone(event.kind)}`, word(event.kind)));
    if (event.kind !== "leader_started") head.append(whose(event));
    const detail = made("span", "event-detail", event.detail);
    const item = made("li", "event", time, symbol(event.kind), head, detail);
    item.dataset.id = event.id;
    item.dataset.kind = event.kind;
    return item;
  }

  return { KINDS, word, icon, tone, merge, matches, days, dayName, row };
})();
