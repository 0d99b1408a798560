// What is looked at, as it is in the address: a link carries it. And times as texts, in the zone that is looked at.
window.mcp = window.mcp || {};

mcp.view = (() => {
  // Goes along from page to page.
  const CARRIED = "mcp-view-carried";
  const STYLES = {
    time: { timeStyle: "medium" },
    short: { timeStyle: "short" },
    date: { dateStyle: "medium" },
    full: { dateStyle: "medium", timeStyle: "medium" },
    stamp: { dateStyle: "medium", timeStyle: "short" },
    day: { month: "short", day: "numeric" },
    year: { year: "numeric" },
  };
  const formats = new Map();
  const listeners = new Set();

  const read = () => new URLSearchParams(location.search);

  function get(name) {
    return read().get(name);
  }

  function getAll(name) {
    return read().getAll(name);
  }

  // Writes parameters into the address and keeps the others: a text, a list of texts, or null to take one away.
  function set(changes) {
    const params = read();
    for (const [name, value] of Object.entries(changes)) {
      params.delete(name);
      for (const each of [value].flat()) if (each !== null && each !== undefined) params.append(name, each);
    }
    const query = params.toString();
    const address = `${location.pathname}${query && `?${query}`}${location.hash}`;
    if (address !== `${location.pathname}${location.search}${location.hash}`) history.replaceState(history.state, "", address);
    if ("tz" in changes) mcp.kept.set(CARRIED, get("tz"));
    for (const listener of listeners) listener(Object.keys(changes));
  }

  // A page whose address does not say it takes the zone of the page before.
  function carry() {
    const zone = mcp.kept.get(CARRIED);
    if (zone && !get("tz")) set({ tz: zone });
  }

  const scheme = () => (document.documentElement.dataset.mantineColorScheme === "dark" ? "dark" : "light");

  // The address of exactly this view, for others.
  function link() {
    const address = new URL(location.href);
    address.searchParams.set("scheme", scheme());
    return address.href;
  }

  const isUtc = () => get("tz") === "utc";
  const zoneName = () => (isUtc() ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone);

  // Hours are counted to 24 as on every axis, whatever the language.
  function format(style) {
    const options = { ...style, timeZone: isUtc() ? "UTC" : undefined };
    return new Intl.DateTimeFormat(undefined, style.timeStyle ? { ...options, hourCycle: "h23" } : options);
  }

  function write(ms, style) {
    const key = `${style} ${isUtc()}`;
    if (!formats.has(key)) formats.set(key, format(STYLES[style]));
    return formats.get(key).format(ms);
  }

  // Milliseconds since 1970 as a text; `style` is time (default), short, date, full, stamp, day or year. A day of
  // another year than this one is told with it.
  function time(ms, style = "time") {
    const isOther = style === "day" && write(ms, "year") !== write(Date.now(), "year");
    return write(ms, isOther ? "date" : style);
  }

  // The same where nothing near it says that times are in UTC.
  const moment = (ms, style) => `${time(ms, style)}${isUtc() ? " UTC" : ""}`;

  return {
    get,
    getAll,
    set,
    carry,
    link,
    isUtc,
    zone: zoneName,
    time,
    moment,
    // `listener` hears the names of what was set; gives what ends that.
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
})();
