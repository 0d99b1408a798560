// The list of events on their page: a section for each day, new ones on top, older ones below.
window.mcp = window.mcp || {};

mcp.eventsList = (() => {
  const dayOf = (ms) => mcp.view.time(ms, "date");

  function made(tag, className, text = "") {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  }

  function heading(day, nowMs, firstMs) {
    const element = made("h2", "event-day");
    const name = mcp.events.dayName(firstMs, nowMs, dayOf);
    element.append(name);
    if (name !== day) element.append(made("span", "muted", day));
    return element;
  }

  // A list in this element. `shown` are its events, newest first.
  function make(element) {
    let shown = [];
    const sections = new Map(); // day -> its section

    function sectionOf(day, firstMs, isOnTop) {
      if (!sections.has(day)) {
        const section = made("section", "event-section");
        section.append(heading(day, mcp.live.now(), firstMs), made("ol", "event-list"));
        sections.set(day, section);
        if (isOnTop) element.prepend(section);
        else element.append(section);
      }
      return sections.get(day).lastElementChild;
    }

    function clear() {
      sections.clear();
      element.replaceChildren();
    }

    function drawAll(events) {
      clear();
      shown = events;
      append(events);
    }

    function append(events) {
      for (const { day, events: ofDay } of mcp.events.days(events, dayOf)) {
        sectionOf(day, ofDay[0].time_ms, false).append(...ofDay.map((event) => mcp.events.row(event)));
      }
    }

    function add(older) {
      const known = new Set(shown.map(({ id }) => id));
      const fresh = older.filter(({ id }) => !known.has(id));
      shown = mcp.events.merge(shown, fresh);
      append(fresh);
    }

    function remove(id) {
      const row = element.querySelector(`[data-id="${id}"]`);
      const section = row?.closest("section");
      row?.remove();
      if (section && !section.lastElementChild.children.length) {
        section.remove();
        for (const [day, each] of sections) if (each === section) sections.delete(day);
      }
    }

    // New ones, and known ones that were repeated: those move up.
    function put(news) {
      const before = shown[0]?.time_ms ?? 0;
      for (const { id } of news) remove(id);
      shown = mcp.events.merge(shown, news);
      const oldest = news.reduce((least, { time_ms: ms }) => Math.min(least, ms), Infinity);
      // A leader's clock that was set back puts them somewhere else than on top.
      if (oldest < before && shown.findIndex(({ id }) => id === news[0].id) >= news.length) return drawAll(shown);
      for (const event of mcp.events.merge([], news).reverse()) {
        const row = mcp.events.row(event);
        row.classList.add("is-new");
        sectionOf(dayOf(event.time_ms), event.time_ms, true).prepend(row);
      }
      return undefined;
    }

    return {
      clear,
      drawAll,
      add,
      put,
      shown: () => shown,
      oldestId: () => shown.reduce((least, { id }) => Math.min(least, id), Infinity),
    };
  }

  return { make };
})();
