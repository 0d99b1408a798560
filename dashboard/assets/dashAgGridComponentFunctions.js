// How cells of the table of nodes look. dash-ag-grid finds these by name.
(() => {
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const make = (...args) => React.createElement(...args);
  const ORDER = ["offline", "stale", "live", "left"];

  functions.compareStates = (a, b) => ORDER.indexOf(a) - ORDER.indexOf(b);
  functions.formatAgo = (value) => mcp.format.ago(value, mcp.live.now());
  functions.formatRate = (value) => mcp.format.rate(value);

  cells.NodeCell = ({ data }) => {
    const href = `/node/${encodeURIComponent(data.id)}`;
    const follow = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      mcp.shell.go(href);
    };
    return make("a", { href, onClick: follow, className: "node-link", title: data.host }, data.id);
  };

  cells.StateCell = ({ value }) =>
    make(
      "span",
      { className: "state", "data-state": value },
      make("span", { className: `icon icon-${value}`, "aria-hidden": true }),
      value.charAt(0).toUpperCase() + value.slice(1),
    );

  cells.BarCell = ({ value }) => {
    const share = Math.min(100, Math.max(0, value ?? 0));
    const level = share >= 90 ? "high" : share >= 75 ? "raised" : "usual";
    return make(
      "span",
      { className: "bar-cell" },
      make("span", { className: "bar-value" }, value === null ? mcp.format.NOTHING : `${Math.round(value)}%`),
      make("span", { className: "bar" }, make("span", { className: `fill ${level}`, style: { width: `${share}%` } })),
    );
  };

  // Calm when nothing is lost.
  cells.LostCell = ({ value, data }) => {
    const { gaps, dropped, rejected } = data.losses;
    const count = (number) => number.toLocaleString("en");
    const parts = `${count(gaps)} gaps, ${count(dropped)} dropped by the node, ${count(rejected)} rejected`;
    if (!value) return make("span", { className: "muted", title: "Nothing is lost" }, "0");
    return make(
      "span",
      { className: "lost", title: parts, "aria-label": `${count(value)} lost: ${parts}` },
      make("span", { className: "icon icon-warning", "aria-hidden": true }),
      count(value),
    );
  };

  cells.SparkCell = ({ data }) =>
    make(
      "svg",
      { className: "spark", viewBox: "0 0 118 28", preserveAspectRatio: "none", "aria-hidden": true },
      mcp.spark.paths(data.spark, 118, 28, 100).map(([kind, d]) => make("path", { key: kind, className: kind, d })),
    );
})();
