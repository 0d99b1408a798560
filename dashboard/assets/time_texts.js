// Stretches of time as people read and type them, in the browser's zone or in UTC.
window.mcp = window.mcp || {};

mcp.timeTexts = (() => {
  const two = (number) => String(number).padStart(2, "0");

  // For a field of type datetime-local: "2026-11-22T14:03:10".
  function toField(ms, isUtc) {
    const at = new Date(ms);
    if (isUtc) return at.toISOString().slice(0, 19);
    const date = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    return `${date}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  }

  // Milliseconds since 1970; NaN for what is no time.
  const fromField = (text, isUtc) => new Date(isUtc ? `${text}Z` : text).getTime();

  // "Nov 22, 14:03:10 – 14:08:55"; `format(ms, style)` writes one time, "day" with the year if it is another than ours.
  function stretch(fromMs, toMs, format) {
    const isOneDay = format(fromMs, "date") === format(toMs, "date");
    const isLong = toMs - fromMs >= 30 * 86400000;
    if (isLong) return `${format(fromMs, "date")} – ${format(toMs, "date")}`;
    const style = toMs - fromMs < 600000 ? "time" : "short";
    const day = (ms) => `${format(ms, "day")}, `;
    return `${day(fromMs)}${format(fromMs, style)} – ${isOneDay ? "" : day(toMs)}${format(toMs, style)}`;
  }

  // What is wrong with two times that were typed, and what to do; "" if nothing is.
  function complaint(fromMs, toMs, nowMs) {
    if (Number.isNaN(fromMs)) return "Give a date and a time to begin with.";
    if (Number.isNaN(toMs)) return "Give a date and a time to end with.";
    if (fromMs >= toMs) return "The beginning must be before the end.";
    if (fromMs < Date.UTC(2000, 0)) return "This begins before the year 2000: choose a later time.";
    if (fromMs > nowMs) return "This begins in the future: choose an earlier time.";
    if (toMs - fromMs > 731 * 86400000) return "This is longer than two years: choose a shorter time.";
    return "";
  }

  return { toField, fromField, stretch, complaint };
})();
