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

  // [part, unit]: of bytes the largest unit of which there is one.
  function scaled(value, base, units) {
    let power = 0;
    while (Math.abs(value) >= base && power < units.length - 1) {
      value /= base;
      power += 1;
    }
    return [value, units[power]];
  }

  const decimal = (value) => scaled(value, 1000, ["B", "kB", "MB", "GB", "TB", "PB"]);
  const binary = (value) => scaled(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]);
  const rounded = ([value, unit]) => [unit === "B" || value >= 100 ? Math.round(value) : value.toFixed(1), unit];
  const bytes = (value) => (isMissing(value) ? NOTHING : rounded(decimal(value)).join(" "));

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

  function time(value) {
    const size = Math.abs(value);
    const [length, name] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"], [1e-3, "ms"], [1e-6, "µs"]].find(
      ([each]) => size >= each * (each > 1 ? 2 : 1),
    ) || [1, "s"];
    return [count(value / length), name];
  }

  const perSecond = ([value, unit]) => [value, `${unit}/s`];

  const UNITS = {
    "%": (value) => [percent(value), "%"],
    By: (value) => rounded(binary(value)),
    "By/s": (value) => perSecond(rounded(decimal(value))),
    s: time,
    ms: (value) => time(value / 1000),
    // Seconds of a processor's time each second; those of anything else are no share of a whole.
    "s{cpu}/s": (value) => [percent(value * 100), "%"],
    Cel: (value) => [percent(value), "°C"],
    1: (value) => [count(value), ""],
    "": (value) => [count(value), ""],
  };

  // The value of a chart and its unit (UCUM), apart, so that the unit can be set smaller.
  function withUnit(value, unit = "") {
    if (isMissing(value)) return [NOTHING, ""];
    if (unit in UNITS) return UNITS[unit](value).map(String);
    if (unit.endsWith("/s")) return [rate(value), unit.startsWith("{") || unit === "1/s" ? "/s" : unit];
    // What is counted, {request} for instance, is said by the title.
    return [count(value), unit.startsWith("{") ? "" : unit];
  }

  const text = (value, unit) => withUnit(value, unit).join(" ").trim();

  // What an axis shows without another prefix: ticks a quarter apart need two decimals, however figures are rounded.
  const isPlain = (unit) => ["%", "Cel", "s{cpu}/s"].includes(unit) || (unit.endsWith("/s") && !(unit in UNITS));

  // Of whole minutes the largest unit that there is a whole number of.
  function wholeTime(seconds) {
    const [length, name] = [[86400, "d"], [3600, "h"], [60, "min"]].find(([each]) => seconds % each === 0);
    return [seconds / length, name];
  }

  // [number, unit] as an axis says it: all decimals that a tick has.
  function exact(value, unit) {
    if (unit === "By") return binary(value);
    if (unit === "By/s") return perSecond(decimal(value));
    if (unit === "s" && value % 60 === 0) return wholeTime(value);
    const [number, name] = withUnit(value, unit);
    return [isPlain(unit) ? value * (unit === "s{cpu}/s" ? 100 : 1) : number, name];
  }

  // Of a tick: without decimals that say nothing.
  function tick(value, unit) {
    if (!value) return "0";
    const [number, name] = exact(value, unit);
    const shown = typeof number === "number" ? count(number) : number;
    return `${shown} ${name}`.trim().replace(/(\d)\.0+(?=\D|$)/, "$1");
  }

  return { NOTHING, rate, percent, bytes, gibibytes, duration, ago, count, withUnit, text, tick };
})();
