// The nodes as a table to download: plain numbers, units in the names.
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

  // The names of the fields, then a row a node: what mcp.csv writes.
  function table(columns, rows, nowMs) {
    const fields = columns.flatMap((column) => COLUMNS[column] || []);
    return [fields.map(([name]) => name), ...rows.map((row) => fields.map(([, value]) => value(row, nowMs)))];
  }

  return { table };
})();
