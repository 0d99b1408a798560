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

  // Of at most `most` steps the narrowest that are round: 1, 2, 2.5 or 5 times a power of `base`.
  function roundStep(width, most, base) {
    const rough = width / most;
    const power = base ** Math.floor(Math.log(rough) / Math.log(base));
    const factors = base === 10 ? [1, 2, 2.5, 5, 10] : [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
    return power * factors.find((factor) => factor * power >= rough * (1 - 1e-9));
  }

  // {values, range}: from `low` to `high`, which lie inside; `base` is 1024 for what is counted in powers of it.
  function ofValues(low, high, most = 5, base = 10) {
    const top = high > low ? high : low + 1;
    const step = roundStep(top - low, most, base);
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
  // and at the first.
  function ofTimes(fromMs, toMs, most, isUtc, locale) {
    const find = (toMs - fromMs) / most > LONGEST_DAYS * DAY ? months : steps;
    return labelled(find(fromMs, toMs, most, isUtc), toMs - fromMs, isUtc, locale);
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

  function labelled(places, spanMs, isUtc, locale) {
    const zone = isUtc ? "UTC" : undefined;
    const write = (options) => new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    const day = write({ month: "short", day: "numeric" });
    const style = spanMs > 300 * DAY ? { month: "short", year: "numeric" } : { month: "short", day: "numeric" };
    const isByDay = places.length > 1 && places[1] - places[0] >= DAY - 2 * HOUR;
    const isFine = places.length > 1 && places[1] - places[0] < MINUTE;
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const text = write(isByDay ? style : isFine ? { ...clock, second: "2-digit" } : clock);
    let before = "";
    return places.map((at) => {
      const date = isByDay ? "" : day.format(at);
      const isNew = date !== before;
      before = date;
      return { at, text: text.format(at), date: isNew ? date : "" };
    });
  }

  return { ofValues, ofTimes };
})();
