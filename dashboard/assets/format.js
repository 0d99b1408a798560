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

  // What has no unit of its own: two digits below ten, grouped from a thousand, shortened from a million.
  function count(value) {
    if (isMissing(value)) return NOTHING;
    const size = Math.abs(value);
    if (size >= 1e6) return value.toLocaleString("en", { notation: "compact", maximumFractionDigits: 1 });
    return value.toLocaleString("en", { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4 });
  }

  function binary(value) {
    const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let power = 0;
    while (Math.abs(value) >= 1024 && power < units.length - 1) {
      value /= 1024;
      power += 1;
    }
    return [power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1), units[power]];
  }

  function time(value) {
    const size = Math.abs(value);
    const [length, name] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"], [1e-3, "ms"], [1e-6, "µs"]].find(
      ([each]) => size >= each * (each > 1 ? 2 : 1),
    ) || [1, "s"];
    return [count(value / length), name];
  }

  const UNITS = {
    "%": (value) => [percent(value), "%"],
    By: binary,
    "By/s": (value) => splitLast(bytes(value), "/s"),
    s: time,
    ms: (value) => time(value / 1000),
    // Seconds of a processor's time each second.
    "s/s": (value) => [percent(value * 100), "%"],
    Cel: (value) => [percent(value), "°C"],
    1: (value) => [count(value), ""],
    "": (value) => [count(value), ""],
  };

  function splitLast(text, more) {
    const [number, name] = text.split(" ");
    return [number, name + more];
  }

  // The value of a chart and its unit (UCUM), apart, so that the unit can be set smaller.
  function withUnit(value, unit = "") {
    if (isMissing(value)) return [NOTHING, ""];
    if (unit in UNITS) return UNITS[unit](value).map(String);
    if (unit.endsWith("/s")) return [rate(value), unit.startsWith("{") ? "/s" : unit];
    // What is counted, {request} for instance, is said by the title.
    return [count(value), unit.startsWith("{") ? "" : unit];
  }

  const text = (value, unit) => withUnit(value, unit).join(" ").trim();

  // What an axis shows without another prefix: ticks a quarter apart need two decimals, however figures are rounded.
  const isPlain = (unit) => ["%", "Cel", "s/s"].includes(unit) || (unit.endsWith("/s") && !(unit in UNITS));

  // Of a tick: without decimals that say nothing.
  function tick(value, unit) {
    if (!value) return "0";
    const [number, name] = withUnit(value, unit);
    const shown = isPlain(unit) ? count(unit === "s/s" ? value * 100 : value) : number;
    return `${shown} ${name}`.trim().replace(/(\d)\.0+(?=\D|$)/, "$1");
  }

  return { NOTHING, rate, percent, bytes, gibibytes, duration, ago, count, withUnit, text, tick };
})();
