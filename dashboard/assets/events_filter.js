// Which events are asked for: read from the address, written into it, and as a question to the JSON API.
window.mcp = window.mcp || {};

mcp.eventsFilter = (() => {
  const RANGES = { "1h": 3600000, "24h": 86400000, "7d": 7 * 86400000, "30d": 30 * 86400000 };
  const number = (text) => (/^\d{1,15}$/.test(text || "") ? Number(text) : null);

  // {q, nodes, kinds, range, from, to} from a view as mcp.view is; what makes no sense is left out.
  function read(view) {
    const [from, to] = [number(view.get("from")), number(view.get("to"))];
    const isFixed = from !== null && to !== null && from < to;
    const range = view.get("range");
    return {
      q: (view.get("q") || "").trim(),
      nodes: view.getAll("node"),
      kinds: view.getAll("kind").filter((kind) => mcp.events.KINDS[kind]),
      range: !isFixed && RANGES[range] ? range : "",
      from: isFixed ? from : null,
      to: isFixed ? to : null,
    };
  }

  function write(view, filter) {
    const { q, nodes, kinds, range, from, to } = filter;
    view.set({ q: q || null, node: nodes, kind: kinds, range: range || null, from, to });
  }

  // The same as mcp.events.matches takes it.
  function bounds(filter, nowMs) {
    const fromMs = filter.range ? nowMs - RANGES[filter.range] : (filter.from ?? 0);
    return { ...filter, fromMs, toMs: filter.to ?? Infinity };
  }

  // The address of /api/events; `more` are further parameters.
  function address(filter, more = {}) {
    const params = new URLSearchParams();
    if (filter.q) params.append("q", filter.q);
    for (const node of filter.nodes) params.append("node", node);
    for (const kind of filter.kinds) params.append("kind", kind);
    if (filter.range) params.append("range", filter.range);
    if (filter.from !== null) params.append("start", filter.from / 1000);
    if (filter.to !== null) params.append("end", filter.to / 1000);
    for (const [name, value] of Object.entries(more)) params.append(name, value);
    return `/api/events?${params}`;
  }

  const isEmpty = ({ q, nodes, kinds, range, from }) => !(q || nodes.length || kinds.length || range || from !== null);
  const EMPTY = { q: "", nodes: [], kinds: [], range: "", from: null, to: null };

  return { EMPTY, read, write, bounds, address, isEmpty };
})();
