// How the leader is, as texts: what the system page says, from what the live socket tells.
window.mcp = window.mcp || {};

mcp.vitals = (() => {
  const STEPS = 360;
  const FEWEST_DRAWN = 30;
  const missing = (value) => value === null || value === undefined;

  // The history after a message: its newest step in place of the last, or behind it with a hole for what was missed.
  function put(history, lastStep, message) {
    const ahead = lastStep ? message.last_step - lastStep : 1;
    const moved = {};
    for (const [name, value] of Object.entries(message.step)) {
      const before = ahead < 0 ? [] : (history[name] ?? []);
      const kept = ahead === 0 ? before.slice(0, -1) : before;
      const hole = Array(Math.min(Math.max(ahead - 1, 0), STEPS)).fill(null);
      moved[name] = [...kept, ...hole, value].slice(-STEPS);
    }
    return moved;
  }

  // At least five minutes, so that a young history is not drawn out of proportion.
  const padded = (values = []) => [...Array(Math.max(0, FEWEST_DRAWN - values.length)).fill(null), ...values];

  function verdict({ faults, warnings, disk_refuses: isRefused }, isHeard = true) {
    const texts = [...faults, ...warnings];
    if (!isHeard) return { state: "unknown", icon: "clock", title: lastVerdict(texts.length), texts };
    if (!texts.length) return { state: "well", icon: "live", title: "The leader is well", texts };
    const title = texts.length === 1 ? "One thing needs a look" : `${texts.length} things need a look`;
    return { state: isRefused ? "bad" : "warn", icon: "warning", title, texts };
  }

  // Of a leader that is lost.
  function lastVerdict(count) {
    const what = count ? `${count === 1 ? "One thing" : `${count} things`} needed a look` : "The leader was well";
    return `${what} when it was last heard`;
  }

  const unblemished = (leader, nowMs, format) =>
    `No fault since its start, ${format.ago(leader.start * 1000, nowMs)}.`;

  const share = (part, whole) => (whole ? Math.min(100, (100 * part) / whole) : 0);

  // "5 h", without minutes that nobody knows.
  function roughly(seconds) {
    if (seconds < 120) return "a minute";
    const [length, name] = [[31536000, "years"], [86400, "days"], [3600, "hours"], [60, "minutes"]].find(
      ([each]) => seconds >= 2 * each,
    );
    return `${Math.round(seconds / length)} ${name}`;
  }

  const fills = (seconds) => (missing(seconds) ? "not filling up" : `full in about ${roughly(seconds)} at this rate`);

  // The cards: value and unit, the note below, and the name of the line with the value of its upper edge.
  function cards(leader, format) {
    const now = leader.figures;
    const card = (figure, unit, note, top = 0) => ({
      value: format.withUnit(now[figure], unit),
      note: missing(now[figure]) ? "" : note,
      figure,
      top,
    });
    const lag = missing(now.lag_p95_ms) ? "" : `half are newer; 95 % are below ${format.text(now.lag_p95_ms, "ms")}`;
    return {
      snapshots: card("snapshots_per_s", "{snapshot}/s", `${format.text(leader.received_snapshots, "")} since the start`),
      values: card("values_per_s", "{value}/s", format.text(now.bytes_per_s, "By/s")),
      commit: card("commit_ms", "ms", "the last, until on the disk", 10),
      delay: card("loop_delay_ms", "ms", "the most in ten seconds", 10),
      lag: card("lag_ms", "ms", lag, 1000),
      processor: card("cpu_percent", "%", "of one core", 10),
      resident: card("resident_bytes", "By", "of the leader's process"),
      free: card("disk_free_bytes", "By", fills(leader.disk_full_in_s)),
    };
  }

  // The rows: value, note, and how full the bar is in percent.
  function rows(leader, nowMs, format) {
    const bytes = (value) => format.text(value, "By");
    const number = (value) => value.toLocaleString("en");
    const { dashboard } = leader;
    const limited = (held, limit) => [bytes(held), `of ${bytes(limit)}`, share(held, limit)];
    return {
      uptime: [format.duration(Math.max(0, nowMs / 1000 - leader.start))],
      version: [leader.version],
      address: [leader.address],
      storage: [leader.storage],
      folder: [leader.metrics_dir],
      "bar-ring": limited(leader.ring_bytes, leader.ring_limit_bytes),
      "bar-cache": limited(leader.cache_bytes, leader.cache_limit_bytes),
      journal: [bytes(leader.journal_bytes), `${number(leader.unflushed_snapshots)} snapshots in no file yet`],
      samples: [bytes(leader.sample_file_bytes)],
      rollups: [bytes(leader.rollup_file_bytes)],
      queries: [number(leader.running_queries), leader.waiting_queries ? `${leader.waiting_queries} wait` : "none waits"],
      refused: [number(leader.refused_queries)],
      watchers: [number(leader.watchers)],
      coalesced: [number(leader.coalesced_samples)],
      browsers: [number(dashboard.browsers)],
      topics: [number(dashboard.topics)],
      dropped: [number(dashboard.dropped)],
      own: [bytes(dashboard.resident_bytes)],
    };
  }

  function lossNote({ total, nodes }) {
    if (!total.lost) return "No snapshot was lost.";
    const whose = nodes === 1 ? "one node" : `${nodes.toLocaleString("en")} nodes`;
    const what = total.lost === 1 ? "One snapshot" : `${total.lost.toLocaleString("en")} snapshots`;
    return `${what} of ${whose} ${total.lost === 1 ? "is" : "are"} not stored. The worst:`;
  }

  return { STEPS, put, padded, verdict, unblemished, fills, cards, rows, lossNote };
})();
