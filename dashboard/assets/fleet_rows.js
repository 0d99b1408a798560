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

  function takeFacts({ rows }, nodes, news) {
    for (const [number, facts] of nodes) {
      if (!rows[number]) {
        rows[number] = blank(number);
        news.added.push(rows[number]);
      }
      Object.assign(rows[number], facts, { text: textOf(facts) });
      news.renewed.push(rows[number]);
    }
  }

  function takeCells({ rows }, cells, news) {
    for (const [name, column] of Object.entries(cells)) {
      const isState = name === "state";
      eachCell(column, (number, value) => {
        rows[number][name] = isState ? STATES[value] : value;
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

  // What is new by a message: {isAnew, added: [row], renewed: [row], changed: Set of cells}.
  function take(fleet, message) {
    const news = { isAnew: message.kind === "full", added: [], renewed: [], changed: new Set() };
    if (news.isAnew) Object.assign(fleet, { rows: [], history: message.history, isKnown: message.is_known });
    takeFacts(fleet, message.nodes, news);
    takeCells(fleet, message.cells, news);
    if (news.isAnew) takeSparks(fleet, message.sparks);
    takeMoments(fleet, message, news);
    Object.assign(fleet, { totals: message.totals, faults: message.faults });
    return news;
  }

  function make() {
    const fleet = { rows: [], history: [], moments: 0, totals: null, faults: null, isKnown: false };
    return Object.assign(fleet, { take: (message) => take(fleet, message) });
  }

  return { STATES, make, points };
})();
