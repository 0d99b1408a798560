// What the node page says in words: who the node is, how it is now, what was lost of it.
window.mcp = window.mcp || {};

mcp.nodeFacts = (() => {
  const BAD = ["gaps", "dropped", "rejected"];
  const LOSSES = ["stored", ...BAD, "duplicates", "late"];
  const byId = (id) => document.getElementById(id);
  const make = (tag, className, textContent) => Object.assign(document.createElement(tag), { className, textContent });
  let known = null; // the facts that are shown
  let seenMs = 0; // when the newest sample was taken, by the leader's clock

  function text(key, value) {
    const place = byId(`fact-${key}`);
    if (place && place.textContent !== value) Object.assign(place, { textContent: value, title: value });
  }

  function show(facts, node) {
    known = { facts, node };
    mcp.states.filled("node-page");
    const identity = [facts.hostname !== node && facts.hostname, facts.os, facts.architecture];
    byId("node-subtitle").textContent = identity.filter(Boolean).join(" · ");
    showLabels(Object.entries(facts.labels).map(([name, value]) => `${name}=${value}`));
    showState(facts.state);
    seenMs = Math.max(seenMs, facts.last_seen_ms);
    showOffset(facts.clock_offset_ms);
    text("first", facts.first_seen_ms ? mcp.view.time(facts.first_seen_ms, "date") : mcp.format.NOTHING);
    byId("fact-first").title = facts.first_seen_ms ? mcp.view.moment(facts.first_seen_ms, "full") : "";
    text("address", facts.address.replace(/^ipv[46]:/, "") || mcp.format.NOTHING);
    text("agent", [facts.agent_version, facts.runtime].filter(Boolean).join(" · ") || mcp.format.NOTHING);
    if (facts.boot_ms) text("host", mcp.format.duration((mcp.live.now() - facts.boot_ms) / 1000));
    showLosses(facts);
    showSeen();
  }

  // Each leads to the nodes that have it. Drawn anew only when they change, lest a link loses the focus.
  function showLabels(labels) {
    const place = byId("fact-labels");
    const said = labels.join("\n");
    if (place.dataset.said === said) return;
    place.dataset.said = said;
    place.replaceChildren(...(labels.length ? labels.map(labelLink) : [mcp.format.NOTHING]));
  }

  const labelLink = (label) =>
    mcp.dom.make("a", { className: "chip", href: mcp.fleetChoice.address({ labels: [label] }), title: `Nodes with ${label}` }, label);

  function showOffset(ms) {
    text("offset", mcp.nodeClock.text(ms));
    byId("fact-offset").title = mcp.nodeClock.note(ms, mcp.format.duration);
    byId("fact-offset").classList.toggle("warns", mcp.nodeClock.isWrong(ms));
  }

  function showLosses(losses) {
    text("lost", losses.lost.toLocaleString("en"));
    byId("fact-lost").classList.toggle("warns", losses.lost > 0);
    for (const key of LOSSES) {
      byId(`loss-${key}`).textContent = losses[key].toLocaleString("en");
      byId(`loss-${key}`).classList.toggle("warns", losses[key] > 0 && BAD.includes(key));
    }
  }

  function showState(state) {
    const badge = byId("node-state");
    badge.dataset.state = byId("node-page").dataset.state = state;
    badge.replaceChildren(make("span", `icon icon-${state}`, ""), state.charAt(0).toUpperCase() + state.slice(1));
  }

  // The newest sample, taken at `timeMs` by the node's clock.
  function showSample(facts, timeMs) {
    const { duration, gibibytes } = mcp.format;
    const load = [facts.load_1m, facts.load_5m, facts.load_15m].filter((value) => value !== undefined);
    if (facts.uptime_s !== undefined) text("uptime", duration(facts.uptime_s));
    if (facts.host_uptime_s !== undefined) text("host", duration(facts.host_uptime_s));
    if (facts.cpus !== undefined) text("cpus", String(facts.cpus));
    if (load.length) text("load", load.map((value) => value.toFixed(2)).join(" / "));
    if (facts.connections !== undefined) text("connections", facts.connections.toLocaleString("en"));
    if (facts.memory_used_bytes !== undefined) {
      text("memory", `${gibibytes(facts.memory_used_bytes)} of ${gibibytes(facts.memory_total_bytes)}`);
    }
    seenMs = timeMs - offsetMs();
    showSeen();
  }

  // Until somebody has said it, it is not known, which is not never.
  const showSeen = () => text("seen", known || seenMs ? mcp.format.ago(seenMs, mcp.live.now()) : mcp.format.NOTHING);
  const offsetMs = () => known?.facts.clock_offset_ms ?? 0;

  return {
    show,
    showSample,
    showSeen,
    // The node's clock minus the leader's.
    offsetMs,
    // When the newest sample was taken by the node's clock; 0 as long as nobody knows.
    lastMs: () => seenMs && seenMs + offsetMs(),
    // The same facts in another time zone.
    renew() {
      if (known) show(known.facts, known.node);
    },
    forget() {
      known = null;
      seenMs = 0;
    },
  };
})();
