// The bar over the list of events: search, time, kinds with their counts, and what leads to files.
window.mcp = window.mcp || {};

mcp.eventsBar = (() => {
  const MOST_IN_FILES = 10000;
  const byId = (id) => document.getElementById(id);
  const all = (selector) => byId("events-page").querySelectorAll(selector);

  // `change` takes what is new in the filter, `type` what stands in the search field.
  function listen(signal, { change, type }) {
    field().addEventListener("input", (event) => type(event.target.value), { signal });
    for (const button of all("[data-range]")) {
      button.addEventListener("click", () => change({ range: button.dataset.range, from: null, to: null }), { signal });
    }
    for (const button of all(".event-kind")) {
      button.addEventListener("click", () => change({ kinds: toggled(button.dataset.kind) }), { signal });
    }
    byId("events-chosen").addEventListener("click", (event) => unchoose(event, change), { signal });
  }

  // Dash has no plain field: the first time one is put in.
  function field() {
    const found = byId("events-search");
    if (found) return found;
    const input = document.createElement("input");
    Object.assign(input, { id: "events-search", type: "search", placeholder: "Search nodes", spellcheck: false });
    input.dataset.search = "";
    byId("events-search-place").append(input);
    return input;
  }

  const pressed = () => [...all('.event-kind[aria-pressed="true"]')].map((button) => button.dataset.kind);

  function toggled(kind) {
    const kinds = pressed();
    return kinds.includes(kind) ? kinds.filter((each) => each !== kind) : [...kinds, kind];
  }

  function unchoose(event, change) {
    const { node, time } = event.target.closest("button")?.dataset ?? {};
    if (node) change({ nodes: mcp.view.getAll("node").filter((each) => each !== node) });
    if (time) change({ from: null, to: null });
  }

  function fill(filter) {
    const search = field();
    if (document.activeElement !== search) search.value = filter.q;
    for (const button of all("[data-range]")) {
      button.setAttribute("aria-pressed", String(filter.from === null && button.dataset.range === filter.range));
    }
    for (const button of all(".event-kind")) {
      button.setAttribute("aria-pressed", String(filter.kinds.includes(button.dataset.kind)));
    }
    byId("events-chosen").replaceChildren(...chosen(filter));
    byId("events-csv").href = mcp.eventsFilter.address(filter, { limit: MOST_IN_FILES, format: "csv" });
    byId("events-json").href = mcp.eventsFilter.address(filter, { limit: MOST_IN_FILES });
  }

  // What the address asks for and no other control shows: nodes, and from when to when.
  function chosen({ nodes, from, to }) {
    const chips = nodes.map((node) => chip(node, { node }));
    if (from !== null) chips.push(chip(mcp.timeTexts.stretch(from, to, mcp.view.time), { time: "yes" }));
    return chips;
  }

  function chip(text, data) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "event-chip";
    button.ariaLabel = `Any ${data.node ? "node" : "time"}, not only ${text}`;
    Object.assign(button.dataset, data);
    const cross = document.createElement("span");
    cross.className = "icon icon-close";
    button.append(text, cross);
    return button;
  }

  // All kinds keep their places: those that there are none of are only paler.
  function count(counts) {
    for (const button of all(".event-kind")) {
      const events = counts[button.dataset.kind] || 0;
      button.classList.toggle("is-zero", !events);
      button.querySelector(".event-count").textContent = events.toLocaleString("en");
    }
  }

  return { listen, fill, count };
})();
