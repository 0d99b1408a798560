// What happened, marked on the time axis: events of the API as {time_ms, kind, node_id, count, detail}.
window.mcp = window.mcp || {};

mcp.chartMarks = (() => {
  const CLOSE_PX = 8;
  const MOST = 80;
  const TONES = {
    ...Object.fromEntries(["offline", "gap", "rejected", "disk_refused"].map((kind) => [kind, "bad"])),
    ...Object.fromEntries(["stale", "restarted", "clock_step", "leader_started"].map((kind) => [kind, "warn"])),
    ...Object.fromEntries(["joined", "back", "disk_recovered"].map((kind) => [kind, "good"])),
    left: "idle",
  };
  const ORDER = ["bad", "warn", "good", "idle"];
  const WORDS = {
    joined: "joined",
    stale: "silent",
    offline: "offline",
    back: "back",
    restarted: "restarted",
    left: "left",
    gap: "snapshots lost",
    rejected: "snapshots rejected",
    clock_step: "clock stepped",
    leader_started: "leader started",
    disk_refused: "the leader's disk refused a write",
    disk_recovered: "the leader's disk works again",
  };

  // [{x, tone, events}] by x: in pixels of an area that is `width` wide; those close to each other are one mark.
  function place(events, { fromMs, toMs, spanMs }, width) {
    const inside = events.filter(({ time_ms: at }) => at >= fromMs && at <= toMs).sort((a, b) => a.time_ms - b.time_ms);
    const marks = [];
    for (const event of inside) {
      const x = ((event.time_ms - fromMs) / spanMs) * width;
      const last = marks.at(-1);
      if (last && (x - last.x < CLOSE_PX || marks.length >= MOST)) last.events.push(event);
      else marks.push({ x, events: [event] });
    }
    return marks.map((mark) => ({ ...mark, tone: worst(mark.events) }));
  }

  const toneOf = ({ kind }) => TONES[kind] || "idle";
  const worst = (events) => ORDER.find((tone) => events.some((event) => toneOf(event) === tone));

  // "worker-3 offline, back" with the times of nothing: they stand where the mark is.
  function text(events, most = 3) {
    const said = events.slice(0, most).map((event) => event.detail || [event.node_id, WORDS[event.kind] || event.kind].filter(Boolean).join(" "));
    return events.length > most ? [...said, `and ${events.length - most} more`] : said;
  }

  // Draws marks into an element that covers the plot area.
  function draw(layer, marks) {
    layer.replaceChildren(
      ...marks.map(({ x, tone, events }) => {
        const line = Object.assign(document.createElement("span"), { className: "chart-mark" });
        line.dataset.tone = tone;
        line.style.left = `${x.toFixed(1)}px`;
        line.title = text(events).join("\n");
        return line;
      }),
    );
  }

  // What happened within a few pixels of `x`.
  const near = (marks, x) => marks.filter((mark) => Math.abs(mark.x - x) <= CLOSE_PX).flatMap((mark) => mark.events);

  return { place, text, draw, near };
})();
