// Where the ticks of an axis are and what they say: plain functions of numbers.
window.mcp = window.mcp || {};

mcp.ticks = (() => {
  const SECOND = 1000;
  const MINUTE = 60 * SECOND;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;
  const STEPS = [
    ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
    ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
    ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
    ...[1, 2, 7, 14].map((count) => count * DAY),
  ];
  const MONTHS = [1, 2, 3, 6, 12, 24];
  const LONGEST_DAYS = 14;

  // Of at most `most` steps the narrowest that are round: 1, 2, 2.5 or 5 times a power of `base`; only whole ones.
  function roundStep(width, most, base, isWhole) {
    const rough = Math.max(width / most, isWhole ? 1 : 0);
    const power = base ** Math.floor(Math.log(rough) / Math.log(base));
    const factors = base === 10 ? [1, 2, 2.5, 5, 10] : [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
    const fits = (step) => step >= rough * (1 - 1e-9) && (!isWhole || Number.isInteger(step));
    return power * factors.find((factor) => fits(factor * power));
  }

  // The same of a number of seconds: whole minutes, hours and days.
  function roundSeconds(width, most) {
    const rough = width / most;
    if (rough <= 1) return roundStep(width, most, 10, false);
    const step = STEPS.find((each) => each / SECOND >= rough * (1 - 1e-9));
    return step ? step / SECOND : (DAY / SECOND) * roundStep((width * SECOND) / DAY, most, 10, true);
  }

  // {values, range}: from `low` to `high`, which lie inside; `base` is 1024 for what is counted in powers of it, 60 for
  // seconds, and between two of what there is no half of there is no tick.
  function ofValues(low, high, most = 5, base = 10, isWhole = false) {
    const top = high > low ? high : low + 1;
    const step = base === 60 ? roundSeconds(top - low, most) : roundStep(top - low, most, base, isWhole);
    const first = Math.floor(low / step + 1e-9);
    const last = Math.ceil(top / step - 1e-9);
    const values = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
    return { values, range: [first * step, last * step] };
  }

  // The offset of local time at `ms`, in milliseconds to add to UTC; none in UTC.
  const offset = (ms, isUtc) => (isUtc ? 0 : -new Date(ms).getTimezoneOffset() * MINUTE);

  // Where in UTC local time says `local`, as milliseconds since a local 1970.
  function toUtc(local, isUtc) {
    const guess = local - offset(local, isUtc);
    return local - offset(guess, isUtc);
  }

  // [{at, text, date}]: at most `most` ticks of a time axis, at round local times; date only where a new day begins,
  // and at the first, with its year if that is another than now. The first says so if times are in UTC.
  function ofTimes(fromMs, toMs, most, isUtc, { locale, nowMs } = {}) {
    const find = (toMs - fromMs) / most > LONGEST_DAYS * DAY ? months : steps;
    const ticks = labelled(find(fromMs, toMs, most, isUtc), toMs - fromMs, writer(isUtc, locale), nowMs);
    if (isUtc && ticks.length) ticks[0].date = `${ticks[0].date} UTC`.trim();
    return ticks;
  }

  function steps(fromMs, toMs, most, isUtc) {
    const step = STEPS.find((each) => (toMs - fromMs) / each <= most) || STEPS.at(-1);
    const places = [];
    const from = fromMs + offset(fromMs, isUtc);
    for (let local = Math.ceil(from / step) * step; ; local += step) {
      const at = toUtc(local, isUtc);
      if (at > toMs) return places;
      if (at >= fromMs && at !== places.at(-1)) places.push(at);
    }
  }

  function months(fromMs, toMs, most, isUtc) {
    const count = MONTHS.find((each) => (toMs - fromMs) / (each * 30 * DAY) <= most) || MONTHS.at(-1);
    const begin = new Date(fromMs + offset(fromMs, isUtc));
    const places = [];
    for (let month = Math.floor(begin.getUTCMonth() / count) * count; ; month += count) {
      const at = toUtc(Date.UTC(begin.getUTCFullYear(), month), isUtc);
      if (at > toMs) return places;
      if (at >= fromMs) places.push(at);
    }
  }

  const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const STYLES = {
    clock: CLOCK,
    seconds: { ...CLOCK, second: "2-digit" },
    day: { month: "short", day: "numeric" },
    dayOfYear: { month: "short", day: "numeric", year: "numeric" },
    month: { month: "short", year: "numeric" },
    year: { year: "numeric" },
  };
  const formats = new Map();

  // A function that writes a time in one of STYLES. What writes is kept: it takes longer to make than to use.
  function writer(isUtc, locale) {
    return (ms, style) => {
      const key = `${style} ${isUtc} ${locale}`;
      if (!formats.has(key)) {
        formats.set(key, new Intl.DateTimeFormat(locale, { ...STYLES[style], timeZone: isUtc ? "UTC" : undefined }));
      }
      return formats.get(key).format(ms);
    };
  }

  function styleOf(stepMs, spanMs) {
    if (stepMs >= DAY - 2 * HOUR) return spanMs > 300 * DAY ? "month" : "day";
    return stepMs < MINUTE ? "seconds" : "clock";
  }

  function labelled(places, spanMs, write, nowMs) {
    const style = styleOf(places.length > 1 ? places[1] - places[0] : HOUR, spanMs);
    let [year, before] = [write(nowMs, "year"), ""];
    return places.map((at) => {
      const isNewYear = write(at, "year") !== year;
      year = write(at, "year");
      const date = dateOf(at, style, isNewYear, write);
      // The day is told once, the year where it is not the one that was told last.
      const isNew = style === "day" || style === "month" || write(at, "day") !== before;
      before = write(at, "day");
      return { at, text: write(at, style), date: isNew ? date : "" };
    });
  }

  // What is below a tick of this style.
  function dateOf(at, style, isNewYear, write) {
    if (style === "month") return "";
    if (style === "day") return isNewYear ? write(at, "year") : "";
    return write(at, isNewYear ? "dayOfYear" : "day");
  }

  return { ofValues, ofTimes };
})();
