// What panels know without a page: their address, their words, and what live points do to their values.
// A panel is an object as pb.Panel has it in JSON: {kind: "LINES", node_ids: [], labels: [{name, value}], columns: [],
// counters: "PER_SECOND", aggregate: "NONE", group_by: [], title, text}.
window.mcp = window.mcp || {};

mcp.panelModel = (() => {
  const LEAST_POINTS = 100;
  const MOST_POINTS = 1000;
  const AHEAD_MS = 5000; // of nodes whose clock is ahead of the leader's

  const KINDS = ["LINES", "STACK", "FIGURE", "TABLE"];
  const COUNTERS = ["PER_SECOND", "TOTAL", "INCREASE"];
  const AGGREGATES = ["NONE", "SUM", "MEAN", "MIN", "MAX", "P50", "P95", "P99"];

  // What stands for a value that is not one of these: the first.
  const known = (value, values) => (values.includes(value) ? value : values[0]);

  // [[name, value]] as the API takes them, without what is usual.
  function parameters(panel) {
    const pairs = [
      ...(panel.node_ids || []).map((id) => ["node", id]),
      ...(panel.labels || []).map(({ name, value }) => ["label", `${name}=${value}`]),
      ...(panel.columns || []).map((column) => ["column", column]),
    ];
    const choices = [["counters", COUNTERS], ["aggregate", AGGREGATES], ["kind", KINDS]];
    for (const [name, values] of choices) {
      const value = known(panel[name], values);
      if (value !== values[0]) pairs.push([name, value.toLowerCase()]);
    }
    const grouped = known(panel.aggregate, AGGREGATES) === "NONE" ? [] : panel.group_by || [];
    return [...pairs, ...grouped.map((name) => ["by", name])];
  }

  // The same the other way: from the parameters of an address.
  function fromParameters(params) {
    const choice = (name, values) => known((params.get(name) || "").toUpperCase(), values);
    const pairs = params.getAll("label").map((text) => text.split(/=(.*)/s, 2));
    const labels = pairs.filter(([name, value]) => name && value);
    return {
      kind: choice("kind", KINDS),
      node_ids: params.getAll("node"),
      labels: labels.map(([name, value]) => ({ name, value })),
      columns: params.getAll("column"),
      counters: choice("counters", COUNTERS),
      aggregate: choice("aggregate", AGGREGATES),
      group_by: params.getAll("by"),
    };
  }

  // What to fetch for a window; a chart of few pixels needs few points.
  function address(panel, window_, width) {
    const toMs = window_.isLive ? window_.toMs + AHEAD_MS : window_.toMs;
    const points = Math.min(Math.max(Math.round(width), LEAST_POINTS), MOST_POINTS);
    const times = [["start", window_.fromMs / 1000], ["end", toMs / 1000]].map(([name, s]) => [name, s.toFixed(3)]);
    return `/api/panel?${new URLSearchParams([...parameters(panel), ...times, ["max_points", points]])}`;
  }

  // [[times, {key: values}]] with parts of the same times as one: a chart is drawn again for each.
  function joined(parts) {
    const byTimes = new Map();
    for (const [times, lines] of parts) {
      const key = times.join();
      if (byTimes.has(key)) Object.assign(byTimes.get(key)[1], lines);
      else byTimes.set(key, [times, { ...lines }]);
    }
    return [...byTimes.values()];
  }

  // Whether there are points of a line that is not drawn, though none is left out for being too many.
  function hasNew(parts, lines, { hidden }) {
    const isNew = ([key, values]) => !lines.has(key) && values.some((value) => value !== null);
    return !hidden && parts.some(([, each]) => Object.entries(each).some(isNew));
  }

  // Takes the newest points into the values of figures and tables; gives whether any changed.
  function renew(values, parts) {
    let isNew = false;
    for (const each of values) {
      for (const [times, lines] of parts) {
        const last = (lines[each.key] || []).findLastIndex((value) => value !== null);
        if (last < 0 || times[last] <= each.time_ms) continue;
        each.value = lines[each.key][last];
        each.time_ms = times[last];
        isNew = true;
      }
    }
    return isNew;
  }

  const rank = ({ value }) => value ?? -Number.MAX_VALUE;
  const highestFirst = (values) => [...values].sort((a, b) => rank(b) - rank(a) || (a.name < b.name ? -1 : 1));

  const count = (number) => number.toLocaleString("en");

  // Said below a panel that does not show everything, or not where it is looked for; "" where it does. Where nothing is
  // shown, something stands in its place.
  function note(answer) {
    return answer.lines ? [hiddenWords(answer), clockWords(answer)].filter(Boolean).join(" ") : "";
  }

  function hiddenWords({ kind, lines, hidden }) {
    if (!hidden) return "";
    const what = kind === "table" ? "rows" : "lines";
    return `The ${count(lines - hidden)} highest of ${count(lines)} ${what}; ${count(hidden)} are not shown.`;
  }

  // Of nodes that report at times of their own.
  function clockWords({ wrong_clocks: wrong = 0, clocks = [] }) {
    if (!wrong) return "";
    const way = (ms) => `${mcp.format.duration(Math.round(Math.abs(ms) / 1000))} ${ms < 0 ? "behind" : "ahead"}`;
    const each = clocks.map(({ node_id: name, offset_ms: ms }) => `${name} (${way(ms)})`);
    const others = wrong - each.length;
    const names = [...each, ...(others ? [`${count(others)} more`] : [])];
    const [whose, points] = wrong === 1 ? ["The clock of", "its points are"] : ["The clocks of", "their points are"];
    const last = names.pop();
    const all = names.length ? `${names.join(", ")} and ${last}` : last;
    return `${whose} ${all} ${wrong === 1 ? "is" : "are"} wrong: ${points} at other times than they should be.`;
  }

  // [title, text] of a panel with nothing in it.
  function emptyWords(answer) {
    const { missing = [] } = answer;
    const reason = clockWords(answer) || "Choose another time, or other nodes.";
    if (!missing.length) return ["Nothing reported in this time", reason];
    const names = missing.map((name) => `“${name}”`).join(", ");
    return [`No node reports ${names}`, "It may be spelled differently, or come from a node that is not running now."];
  }

  // [title, text] of an answer that is an error; status 0: there was none.
  function errorWords(status, detail) {
    if (status === 400) return ["This cannot be drawn", detail];
    if (status === 404) return ["No such node", detail];
    if (status) return ["The leader does not answer", "This goes on by itself as soon as it is back."];
    return ["The dashboard does not answer", "This goes on by itself as soon as it is back."];
  }

  return {
    KINDS,
    COUNTERS,
    AGGREGATES,
    parameters,
    fromParameters,
    address,
    joined,
    hasNew,
    renew,
    highestFirst,
    note,
    emptyWords,
    errorWords,
  };
})();
