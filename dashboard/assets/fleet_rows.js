// The nodes as the topic `fleet` tells them (dashboard/fleet_topic.py): one row each, changed in place.
window.mcp = window.mcp || {};

mcp.fleetRows = (() => {
  const STATES = ["live", "stale", "offline", "left"];
  const POINTS = 60;
  const NOTHING = 255;

  function textOf(facts) {
    const labels = Object.entries(facts.labels).map(([name, value]) => `${name}=${value}`);
    return [facts.id, facts.host, ...labels].join(" ").toLowerCase();
  }

  const blank = (number) => ({ number, spark: new Uint8Array(POINTS).fill(NOTHING), tick: 0 });

  function bytes(base64) {
    const text = atob(base64);
    return Uint8Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  }

  // [[gap], [value]] to `put(number, value)`.
  function eachCell([gaps, values], put) {
    let number = -1;
    gaps.forEach((gap, index) => {
      number += gap + 1;
      put(number, values[index]);
    });
  }

  // Moves a sparkline on by `count` points, which are what the row shows now; a node that is not live has none.
  function push(row, count) {
    const shift = Math.min(count, POINTS);
    row.spark.copyWithin(0, shift);
    row.spark.fill(row.state === "live" && row.cpu !== null ? row.cpu : NOTHING, POINTS - shift);
  }

  // As mcp.spark draws it: null where nothing came.
  const points = (row) => Array.from(row.spark, (value) => (value === NOTHING ? null : value));

  // Nodes the leader has forgotten. With them the count of each state is another.
  function takeGone(fleet, gone, news) {
    news.removed = gone.map((number) => fleet.byNumber.get(number)).filter(Boolean);
    if (!news.removed.length) return;
    for (const number of gone) fleet.byNumber.delete(number);
    const removed = new Set(news.removed);
    fleet.rows = fleet.rows.filter((row) => !removed.has(row));
    news.changed.add("state");
  }

  function takeFacts({ rows, byNumber }, nodes, news) {
    for (const [number, facts] of nodes) {
      if (!byNumber.has(number)) {
        const row = blank(number);
        byNumber.set(number, row);
        rows.push(row);
        news.added.push(row);
      }
      const row = byNumber.get(number);
      Object.assign(row, facts, { text: textOf(facts) });
      news.renewed.push(row);
    }
  }

  function takeCells({ byNumber }, cells, news) {
    for (const [name, column] of Object.entries(cells)) {
      const isState = name === "state";
      eachCell(column, (number, value) => {
        byNumber.get(number)[name] = isState ? STATES[value] : value;
      });
      news.changed.add(name);
    }
  }

  function takeSparks({ rows }, base64) {
    const all = bytes(base64);
    rows.forEach((row, index) => {
      row.spark = all.slice(index * POINTS, (index + 1) * POINTS);
    });
  }

  // Each moment that passed moves all lines on by what is shown now.
  function takeMoments(fleet, message, news) {
    const passed = message.moments - fleet.moments;
    fleet.moments = message.moments;
    if (!news.isAnew && passed > 0) {
      news.changed.add("spark");
      const repeated = Array(Math.min(passed, POINTS)).fill(message.totals);
      fleet.history = [...fleet.history, ...repeated].slice(-POINTS);
      for (const row of fleet.rows) push(row, passed);
    }
    for (const row of fleet.rows) row.tick = fleet.moments;
  }

  // What is new by a message: {isAnew, removed: [row], added: [row], renewed: [row], changed: Set of cells}.
  function take(fleet, message) {
    const isAnew = message.kind === "full";
    const news = { isAnew, removed: [], added: [], renewed: [], changed: new Set() };
    const nothing = { rows: [], byNumber: new Map() };
    if (isAnew) Object.assign(fleet, nothing, { history: message.history, isKnown: message.is_known });
    else takeGone(fleet, message.gone, news);
    takeFacts(fleet, message.nodes, news);
    takeCells(fleet, message.cells, news);
    if (isAnew) takeSparks(fleet, message.sparks);
    takeMoments(fleet, message, news);
    Object.assign(fleet, { totals: message.totals, faults: message.faults });
    return news;
  }

  function make() {
    const nothing = { rows: [], byNumber: new Map(), history: [], moments: 0 };
    const fleet = { ...nothing, totals: null, faults: null, isKnown: false };
    return Object.assign(fleet, { take: (message) => take(fleet, message) });
  }

  return { STATES, make, points };
})();
