// Rows as a CSV file (RFC 4180).
window.mcp = window.mcp || {};

mcp.csv = (() => {
  // A text that a spreadsheet would take for a formula gets an apostrophe before it.
  function field(value) {
    if (value === null || value === undefined) return "";
    const text = typeof value === "string" ? value.replace(/^[=+\-@\t\r]/, "'$&") : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  const text = (rows) => rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");

  // The file is called `name` and the time.
  function download(name, rows, nowMs) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text(rows)], { type: "text/csv;charset=utf-8" }));
    link.download = `${name}-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(":", "-")}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  return { field, text, download };
})();
