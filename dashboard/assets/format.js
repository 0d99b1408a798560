// Numbers as people read them. Null and undefined become an en dash.
window.mcp = window.mcp || {};

mcp.format = (() => {
  const NOTHING = "–";
  const isMissing = (value) => value === null || value === undefined || Number.isNaN(value);

  function rate(value) {
    if (isMissing(value)) return NOTHING;
    if (value >= 100) return Math.round(value).toLocaleString("en");
    return value === 0 ? "0" : value.toFixed(value >= 0.1 ? 1 : 2);
  }

  function percent(value, digits = 1) {
    return isMissing(value) ? NOTHING : value.toFixed(digits);
  }

  function bytes(value) {
    if (isMissing(value)) return NOTHING;
    const units = ["B", "kB", "MB", "GB", "TB", "PB"];
    let power = 0;
    while (value >= 1000 && power < units.length - 1) {
      value /= 1000;
      power += 1;
    }
    return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
  }

  // Memory is counted in powers of 1024.
  const gibibytes = (value) => (isMissing(value) ? NOTHING : `${(value / 2 ** 30).toFixed(1)} GiB`);

  function duration(seconds) {
    if (isMissing(seconds)) return NOTHING;
    const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
    const first = parts.findIndex(([length]) => seconds >= length);
    if (first < 0) return "0 s";
    const [length, name] = parts[first];
    const [nextLength, nextName] = parts[first + 1] || [0, ""];
    const rest = nextLength ? Math.floor((seconds % length) / nextLength) : 0;
    return `${Math.floor(seconds / length)} ${name}${rest && first < 2 ? ` ${rest} ${nextName}` : ""}`;
  }

  function ago(thenMs, nowMs) {
    if (!thenMs) return "never";
    const seconds = Math.max(0, (nowMs - thenMs) / 1000);
    return seconds < 8 ? "now" : `${duration(Math.floor(seconds))} ago`;
  }

  // The value of a chart and its unit, apart, so that the unit can be set smaller.
  function withUnit(value, unit) {
    if (isMissing(value)) return [NOTHING, ""];
    if (unit === "%") return [percent(value), "%"];
    if (unit === "By/s") {
      const [number, name] = bytes(value).split(" ");
      return [number, `${name}/s`];
    }
    return [rate(value), "/s"];
  }

  return { NOTHING, rate, percent, bytes, gibibytes, duration, ago, withUnit };
})();
