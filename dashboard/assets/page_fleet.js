// The fleet page: keeps one row a node as the live socket tells, and shows the rows in the table.
window.mcp = window.mcp || {};

mcp.fleet = (() => {
  const BUCKET_MS = 2000;
  const HISTORY = 60;
  const ROW_PX = 44;
  const HEADER_PX = 42;
  const NARROW = ["spark", "disk", "requests", "errors", "lost", "seen"];
  const MIDDLE = ["spark", "errors"];
  const byId = (id) => document.getElementById(id);
  const rows = new Map();
  let grid = null;
  let history = [];
  let moments = 0;
  let words = [];
  let states = "";
  let ticks = 0;
  let watching = null;

  function fromShort([id, state, time, seen, cpu, memory, disk, requests, errors]) {
    return { id, state, time, seen, cpu, memory, disk, requests, errors };
  }

  function fromFull(node) {
    const labels = Object.entries(node.labels).map(([name, value]) => `${name}=${value}`);
    const row = fromShort(node.row);
    const text = [row.id, node.host, ...labels].join(" ").toLowerCase();
    const { spark, bucket, host, losses } = node;
    return { ...row, spark, bucket, host, losses, lost: losses.lost, text, tick: row.time };
  }

  function moved(short) {
    const before = rows.get(short[0]);
    const row = fromShort(short);
    const [spark, bucket] = mcp.spark.put(before.spark, before.bucket, row.time, row.cpu, BUCKET_MS);
    return { ...before, ...row, spark, bucket, tick: row.time };
  }

  function take(message) {
    if (message.kind === "full") replaceAll(message);
    else apply(message);
    showTotals(message.totals);
    showFaults(message.faults);
    showWhatThereIs();
  }

  function replaceAll(message) {
    rows.clear();
    history = message.history;
    moments = message.moments;
    for (const node of message.nodes) rows.set(node.row[0], fromFull(node));
    grid?.setGridOption("rowData", [...rows.values()]);
  }

  function apply(message) {
    if (message.moments !== moments) history = [...history.slice(1 - HISTORY), message.totals];
    moments = message.moments;
    const change = { add: [], update: [] };
    for (const node of message.nodes) keep(fromFull(node), change);
    for (const short of message.rows) if (rows.has(short[0])) keep(moved(short), change);
    grid?.applyTransactionAsync(change);
    ticks += 1;
    if (ticks % 5 === 0) grid?.refreshCells({ columns: ["seen"], force: true });
  }

  function keep(row, change) {
    (rows.has(row.id) ? change.update : change.add).push(row);
    rows.set(row.id, row);
  }

  function showTotals(totals) {
    const { rate, percent } = mcp.format;
    const worst = (value) => (value === null ? "" : `highest ${percent(value, 0)} %`);
    const down = totals.nodes - totals.live;
    figure("nodes", `${totals.live} / ${totals.nodes}`, down ? `${down} not live` : totals.nodes ? "all well" : "none yet", "live", totals.nodes);
    figure("cpu", percent(totals.cpu), worst(totals.cpu_max), "cpu", 100);
    figure("memory", percent(totals.memory), worst(totals.memory_max), "memory", 100);
    figure("requests", rate(totals.requests), "over all live nodes", "requests");
    figure("errors", rate(totals.errors), `${totals.lost.toLocaleString("en")} snapshots lost`, "errors");
    byId("figure-errors-note").classList.toggle("warns", totals.lost > 0);
    byId("fleet-subtitle").textContent = `${totals.nodes} ${totals.nodes === 1 ? "node" : "nodes"}`;
  }

  function showFaults({ since, texts }) {
    byId("fleet-faults").hidden = !texts.length;
    const began = new Date(since).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
    byId("fleet-faults-text").textContent = `Since the leader's start on ${began}: ${texts.join(" ")}`;
  }

  function figure(key, value, note, field, top = 0) {
    byId(`figure-${key}`).textContent = value;
    byId(`figure-${key}`).nextElementSibling.hidden = value === mcp.format.NOTHING;
    byId(`figure-${key}-note`).textContent = note;
    const values = history.map((totals) => totals[field] ?? null);
    mcp.spark.draw(byId(`figure-${key}-line`), [...Array(HISTORY - values.length).fill(null), ...values], top);
  }

  function showWhatThereIs() {
    const isEmpty = rows.size === 0;
    byId("fleet-empty").hidden = !isEmpty;
    byId("fleet-table").hidden = isEmpty;
    const shown = grid ? grid.getDisplayedRowCount() : 0;
    byId("fleet-nothing").hidden = isEmpty || shown > 0 || !(words.length || states);
    // As tall as its rows, as long as they fit below the figures.
    const room = Math.max(360, innerHeight - byId("fleet-table").offsetTop - 28);
    if (byId("fleet-grid")) byId("fleet-grid").style.height = `${Math.min(room, HEADER_PX + Math.max(1, shown || rows.size) * ROW_PX + 2)}px`;
  }

  function passes({ data }) {
    const isWanted = !states || (states === "live") === (data.state === "live");
    return isWanted && words.every((word) => data.text.includes(word));
  }

  const goTo = ({ data }) => mcp.shell.go(`/node/${encodeURIComponent(data.id)}`);

  function fitColumns() {
    const width = byId("fleet-table")?.clientWidth;
    if (!width || !grid) return;
    const hidden = width < 560 ? NARROW : width < 900 ? MIDDLE : [];
    for (const column of NARROW) grid.setColumnsVisible([column], !hidden.includes(column));
  }

  async function open() {
    grid = null;
    mcp.live.look("fleet", take);
    mcp.shell.fillCommands();
    const found = await window.dash_ag_grid.getApiAsync("fleet-grid");
    if (!byId("fleet-grid")) return;
    grid = found;
    grid.setGridOption("isExternalFilterPresent", () => Boolean(words.length || states));
    grid.setGridOption("doesExternalFilterPass", passes);
    grid.setGridOption("onRowClicked", goTo);
    grid.setGridOption("onCellKeyDown", (event) => event.event.key === "Enter" && goTo(event));
    grid.setGridOption("rowData", [...rows.values()]);
    if (rows.size) showWhatThereIs();
    watching?.disconnect();
    watching = new ResizeObserver(fitColumns);
    watching.observe(byId("fleet-table"));
  }

  function close() {
    mcp.live.leave("fleet");
    watching?.disconnect();
    grid = null;
    rows.clear();
  }

  function filter(text, wanted) {
    words = (text || "").toLowerCase().split(/\s+/).filter(Boolean);
    states = wanted || "";
    grid?.onFilterChanged();
    if (rows.size) showWhatThereIs();
  }

  return { open, close, filter };
})();
