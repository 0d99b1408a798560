// The list of events on their page: a section for each day, new ones on top, older ones below.
window.mcp = window.mcp || {};

mcp.eventsList = (() => {
  const dayOf = (ms) => mcp.view.time(ms, "date");

  // A list in this element: `shown` are its events, newest first; `sections` are by day.
  const make = (element) => ({ element, shown: [], sections: new Map() });

  function made(tag, className, ...children) {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...children);
    return element;
  }

  function heading(day, ms) {
    const name = mcp.events.dayName(ms, mcp.live.now(), dayOf);
    return made("h2", "event-day", name, ...(name === day ? [] : [made("span", "muted", day)]));
  }

  // The rows of a day, whose section is made if need be: above all others, or below them.
  function rowsOf(list, ms, isOnTop) {
    const day = dayOf(ms);
    if (!list.sections.has(day)) {
      const section = made("section", "event-section", heading(day, ms), made("ol", "event-list"));
      list.sections.set(day, section);
      list.element.insertBefore(section, isOnTop ? list.element.firstChild : null);
    }
    return list.sections.get(day).lastElementChild;
  }

  function append(list, events) {
    for (const { events: ofDay } of mcp.events.days(events, dayOf)) {
      rowsOf(list, ofDay[0].time_ms, false).append(...ofDay.map((event) => mcp.events.row(event)));
    }
  }

  // These and no others, newest first.
  function draw(list, events) {
    list.sections.clear();
    list.element.replaceChildren();
    list.shown = events;
    append(list, events);
  }

  // What happened before all that is shown.
  function add(list, older) {
    const known = new Set(list.shown.map(({ id }) => id));
    const fresh = older.filter(({ id }) => !known.has(id));
    list.shown = mcp.events.merge(list.shown, fresh);
    append(list, mcp.events.merge([], fresh));
  }

  function remove(list, id) {
    const row = list.element.querySelector(`[data-id="${id}"]`);
    const section = row?.closest("section");
    row?.remove();
    if (!section || section.lastElementChild.children.length) return;
    section.remove();
    for (const [day, each] of list.sections) if (each === section) list.sections.delete(day);
  }

  // New ones, and known ones that were repeated: those move up.
  function put(list, news) {
    const ids = new Set(news.map(({ id }) => id));
    const shown = mcp.events.merge(list.shown, news);
    // The clock of a leader may have been set back: then they are not on top of all.
    if (!shown.slice(0, ids.size).every(({ id }) => ids.has(id))) {
      draw(list, shown);
      return;
    }
    for (const id of ids) remove(list, id);
    for (const event of shown.slice(0, ids.size).reverse()) {
      const row = mcp.events.row(event);
      row.classList.add("is-new");
      rowsOf(list, event.time_ms, true).prepend(row);
    }
    list.shown = shown;
  }

  const oldestId = (list) => list.shown.reduce((least, { id }) => Math.min(least, id), Infinity);

  return { make, draw, add, put, oldestId };
})();
