// The nodes as a CSV file (RFC 4180): plain numbers, units in the names.
window.mcp = window.mcp || {};

mcp.fleetCsv = (() => {
  const time = (seconds) => (seconds ? new Date(seconds * 1000).toISOString() : "");
  const scaled = (value, factor) => (value === null ? null : Math.round(value * factor));
  const labels = (row) => Object.entries(row.labels).map(([name, value]) => `${name}=${value}`).join(" ");

  // By the table's column: the file's columns, each with its value.
  const COLUMNS = {
    id: [["node", (row) => row.id]],
    state: [["state", (row) => row.state]],
    cpu: [["cpu_percent", (row) => row.cpu]],
    memory: [["memory_percent", (row) => row.memory]],
    disk: [["disk_percent", (row) => row.disk]],
    network: [
      ["network_received_bytes_per_second", (row) => scaled(row.received, 1000)],
      ["network_sent_bytes_per_second", (row) => scaled(row.sent, 1000)],
    ],
    load: [["load_1m", (row) => row.load]],
    requests: [["requests_per_second", (row) => row.requests]],
    errors: [["errors_per_second", (row) => row.errors]],
    connections: [["active_connections", (row) => row.connections]],
    lost: [["snapshots_lost", (row) => row.lost]],
    seen: [["last_seen", (row, nowMs) => time(row.seen || Math.floor(nowMs / 1000))]],
    uptime: [["uptime_seconds", (row) => scaled(row.uptime, 60)]],
    labels: [["labels", labels]],
    host: [["host", (row) => row.host]],
    os: [["os", (row) => row.os]],
    agent: [["agent_version", (row) => row.agent]],
  };

  // A text that a spreadsheet would take for a formula gets an apostrophe before it.
  function field(value) {
    if (value === null || value === undefined) return "";
    const safe = typeof value === "string" ? value.replace(/^[=+\-@\t\r]/, "'$&") : String(value);
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  function text(columns, rows, nowMs) {
    const fields = columns.flatMap((column) => COLUMNS[column] || []);
    const lines = rows.map((row) => fields.map(([, value]) => field(value(row, nowMs))).join(","));
    return [fields.map(([name]) => name).join(","), ...lines, ""].join("\r\n");
  }

  function download(content, nowMs) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: "text/csv;charset=utf-8" }));
    link.download = `nodes-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(":", "-")}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  return { text, download };
})();
