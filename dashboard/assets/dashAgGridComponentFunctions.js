// How cells of the table of nodes look. dash-ag-grid finds these by name.
(() => {
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const make = (...args) => React.createElement(...args);
  const icon = (name) => make("span", { className: `icon icon-${name}`, "aria-hidden": true });
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const ORDER = ["offline", "stale", "live", "left"];
  const LONG_NAME = 14;
  const KEPT_END = 8;

  functions.compareStates = (a, b) => ORDER.indexOf(a) - ORDER.indexOf(b);
  functions.compareNames = (a, b) => mcp.fleetQuery.byName(a || "", b || "");
  // What a node that is not live told last is no figure of now: such nodes come last whichever way the others are
  // sorted, as those without a value do. The table turns the order around when it is descending.
  functions.compareFigures = (a, b, { data: rowA }, { data: rowB }, isDescending) => {
    const [hasA, hasB] = [isOfNow(rowA, a), isOfNow(rowB, b)];
    if (hasA && hasB) return a - b;
    return hasA === hasB ? 0 : hasA === isDescending ? 1 : -1;
  };
  const isOfNow = (row, value) => row.state === "live" && (value ?? null) !== null;
  // 0 is now.
  const seenAt = ({ data }) => data.seen || Number.MAX_SAFE_INTEGER;
  functions.compareSeen = (_a, _b, nodeA, nodeB) => seenAt(nodeA) - seenAt(nodeB);
  functions.agoOf = (row) => (row.seen ? mcp.format.ago(row.seen * 1000, mcp.live.now()) : "now");
  functions.formatRate = (value) => mcp.format.rate(value);
  functions.formatCount = (value) => (value ?? null) === null ? mcp.format.NOTHING : value.toLocaleString("en");
  functions.formatMinutes = (value) => mcp.format.duration((value ?? null) === null ? null : value * 60);
  functions.networkOf = (row) => ((row.received ?? null) === null ? null : row.received + row.sent);
  functions.labelsOf = (row) => Object.values(row.labels || {}).join(" ");
  functions.isGroup = (row) => Boolean(row?.isGroup);

  cells.NodeCell = ({ data }) => {
    const href = `/node/${encodeURIComponent(data.id)}`;
    const follow = (event) => {
      if (!mcp.shell.linkOf(event)) return;
      event.preventDefault();
      event.stopPropagation();
      mcp.shell.go(href);
    };
    // The row is one stop of the keyboard, and Enter follows the link: a stop of its own would be one too many.
    const title = [data.id, data.host].filter(Boolean).join("\n");
    return make("a", { href, onClick: follow, className: "node-link", title, tabIndex: -1 }, ...nameParts(data.id));
  };

  // A long name is cut in its middle: such names differ by their ends.
  function nameParts(name) {
    if (name.length < LONG_NAME) return [name];
    const [start, end] = [name.slice(0, -KEPT_END), name.slice(-KEPT_END)];
    return [make("span", { className: "node-name" }, start), make("span", { className: "node-name-end" }, end)];
  }

  cells.StateCell = ({ value }) =>
    make("span", { className: "state", "data-state": value }, icon(value), make("span", null, capital(value)));

  cells.BarCell = ({ value }) => {
    const isMissing = (value ?? null) === null;
    const share = Math.min(100, Math.max(0, value ?? 0));
    const level = share >= 90 ? "high" : share >= 75 ? "raised" : "usual";
    return make(
      "span",
      { className: "bar-cell" },
      make("span", { className: "bar-value" }, isMissing ? mcp.format.NOTHING : `${Math.round(value)} %`),
      make("span", { className: "bar" }, make("span", { className: `fill ${level}`, style: { width: `${share}%` } })),
    );
  };

  cells.NetworkCell = ({ data }) => {
    const rate = (kilobytes) => ((kilobytes ?? null) === null ? mcp.format.NOTHING : `${mcp.format.bytes(kilobytes * 1000)}/s`);
    const line = (arrow, kilobytes, word) =>
      make("span", { "aria-label": `${word} ${rate(kilobytes)}` }, make("i", { "aria-hidden": true }, arrow), rate(kilobytes));
    return make("span", { className: "network-cell" }, line("↓", data.received, "received"), line("↑", data.sent, "sent"));
  };

  // Calm when nothing is lost.
  cells.LostCell = ({ value, data }) => {
    const [gaps, dropped, rejected] = data.losses;
    const count = (number) => number.toLocaleString("en");
    const parts = `${count(gaps)} gaps, ${count(dropped)} dropped by the node, ${count(rejected)} rejected`;
    if (!value) return make("span", { className: "muted", title: "Nothing is lost" }, "0");
    return make(
      "span",
      { className: "lost", title: parts, "aria-label": `${count(value)} lost: ${parts}` },
      icon("warning"),
      count(value),
    );
  };

  cells.SparkCell = ({ data }) =>
    make(
      "svg",
      { className: "spark", viewBox: "0 0 118 28", preserveAspectRatio: "none", "aria-hidden": true },
      mcp.spark
        .paths(mcp.fleetRows.points(data), 118, 28, 100)
        .map(([kind, d]) => make("path", { key: kind, className: kind, d })),
    );

  cells.LabelsCell = ({ data }) => {
    const labels = Object.entries(data.labels);
    return make(
      "span",
      { className: "labels-cell", title: labels.map(([name, value]) => `${name}=${value}`).join("\n") },
      ...labels.map(([name, value]) => make("span", { className: "fleet-chip", key: name }, value)),
    );
  };

  cells.GroupRow = ({ data }) => {
    const [, redraw] = React.useState(0);
    React.useEffect(() => mcp.fleetTable.follow(() => redraw((count) => count + 1)), []);
    const fact = (label, value) => make("span", { key: label, className: "group-fact" }, `${label} `, make("b", null, value));
    // The one cell of its row: only cells and rows can be folded.
    return make(
      "span",
      { className: "group-row", role: "gridcell", "aria-expanded": data.isOpen },
      icon(data.isOpen ? "open" : "closed"),
      make("span", { className: "group-name" }, data.value || `no ${data.by}`),
      make("span", { className: "fleet-chip" }, `${data.count.toLocaleString("en")} ${data.count === 1 ? "node" : "nodes"}`),
      data.down > 0 && make("span", { className: "state", "data-state": "offline" }, icon("offline"), `${data.down} not live`),
      data.left > 0 && make("span", { className: "state", "data-state": "left" }, icon("left"), `${data.left} left`),
      fact("mean CPU", data.cpu === null ? mcp.format.NOTHING : `${Math.round(data.cpu)} %`),
      fact("worst", data.worst ? `${data.worst} ${data.worstCpu} %` : mcp.format.NOTHING),
    );
  };
})();
