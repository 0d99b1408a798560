// The time control: which stretch of time a page shows. A page gives `open` what to do when it changes; the state is
// in time_model.js and in the address, the elements are those of components/time.py.
window.mcp = window.mcp || {};

mcp.time = (() => {
  const KEPT = "mcp-time-range";
  const byId = (id) => document.getElementById(id);
  let state = null; // as in time_model.js, from the first open on
  let onChange = null;
  let timer = 0;
  let dueMs = 0;

  // ------------------------------------------------------------------------------------------------ what changes it

  function become(next, reason) {
    if (next === state) return;
    state = next;
    mcp.view.set(mcp.timeModel.write(state));
    remember();
    plan();
    show();
    onChange?.(window_(), reason);
  }

  const window_ = () => mcp.timeModel.window(state, mcp.live.now());

  // The range goes along to the next page.
  function remember() {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(mcp.timeModel.write(state)));
    } catch {
      return;
    }
  }

  function remembered() {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT)) || {};
    } catch {
      return {};
    }
  }

  function fromAddress(usual) {
    const asked = { range: mcp.view.get("range"), from: mcp.view.get("from"), to: mcp.view.get("to") };
    const isAsked = Object.values(asked).some((value) => value !== null);
    const kept = remembered();
    return mcp.timeModel.read(isAsked ? asked : Object.values(kept).some(Boolean) ? kept : { range: usual });
  }

  // Nothing is asked for while nobody looks; the moment that somebody does, what is due.
  function plan() {
    clearTimeout(timer);
    const afterMs = mcp.timeModel.refreshMs(state);
    dueMs = afterMs ? Date.now() + afterMs : 0;
    if (afterMs) timer = setTimeout(refresh, afterMs);
  }

  function refresh() {
    if (document.hidden || !onChange) return;
    plan();
    onChange(window_(), "refresh");
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && dueMs && Date.now() >= dueMs) refresh();
  });

  // ------------------------------------------------------------------------------------------------ what it shows

  function show() {
    if (!byId("time-controls")) return;
    const seen = window_();
    for (const button of document.querySelectorAll("[data-range]")) {
      check(button, !seen.isFixed && button.dataset.range === state.range);
    }
    byId("time-select").value = seen.isFixed ? "" : state.range;
    byId("time-pause").hidden = seen.isFixed;
    byId("time-pause").setAttribute("aria-pressed", String(seen.isPaused));
    byId("time-pause").title = seen.isPaused ? "Go on (P)" : "Pause (P)";
    byId("time-pause").firstElementChild.className = `icon icon-${seen.isPaused ? "play" : "pause"}`;
    byId("time-back").hidden = !seen.isFixed;
    byId("time-live").hidden = seen.isFollowing;
    byId("time-live").textContent = state.range in mcp.timeModel.LIVE ? "Back to live" : "Back to now";
    byId("time-later").disabled = seen.isFollowing;
    byId("time-text").textContent = seen.isFollowing
      ? ""
      : mcp.timeTexts.stretch(seen.fromMs, seen.toMs, mcp.view.time);
    byId("time-controls").dataset.state = seen.isPaused ? "paused" : seen.isFixed ? "fixed" : "following";
    showZone();
  }

  const check = (button, isChosen) => button.setAttribute("aria-checked", String(isChosen));

  function showZone() {
    for (const button of document.querySelectorAll("[data-zone]")) {
      check(button, (button.dataset.zone === "utc") === mcp.view.isUtc());
    }
    byId("time-zone").textContent = mcp.view.zone();
  }

  function openPanel() {
    const seen = window_();
    byId("time-from").value = mcp.timeTexts.toField(seen.fromMs, mcp.view.isUtc());
    byId("time-to").value = mcp.timeTexts.toField(seen.toMs, mcp.view.isUtc());
    byId("time-complaint").textContent = "";
    byId("time-panel").hidden = false;
    byId("time-absolute").setAttribute("aria-expanded", "true");
    byId("time-from").focus();
  }

  function closePanel(focuses = false) {
    if (!byId("time-panel") || byId("time-panel").hidden) return;
    byId("time-panel").hidden = true;
    byId("time-absolute").setAttribute("aria-expanded", "false");
    if (focuses) byId("time-absolute").focus();
  }

  function apply() {
    const isUtc = mcp.view.isUtc();
    const [from, to] = ["time-from", "time-to"].map((id) => mcp.timeTexts.fromField(byId(id).value, isUtc));
    const complaint = mcp.timeTexts.complaint(from, to, mcp.live.now());
    byId("time-complaint").textContent = complaint;
    if (complaint) return;
    closePanel(true);
    become(mcp.timeModel.setFixed(state, from, to), "range");
  }

  function setZone(zone) {
    mcp.view.set({ tz: zone === "utc" ? "utc" : null });
    if (!byId("time-panel").hidden) openPanel();
    show();
    onChange?.(window_(), "zone");
  }

  // ------------------------------------------------------------------------------------------------ what people do

  const actions = {
    "time-pause": () => (window_().isPaused ? api.resume() : api.pause()),
    "time-back": () => api.zoomOut(),
    "time-live": () => api.resume(),
    "time-earlier": () => become(mcp.timeModel.move(state, -1, mcp.live.now()), "range"),
    "time-later": () => become(mcp.timeModel.move(state, 1, mcp.live.now()), "range"),
    "time-absolute": () => (byId("time-panel").hidden ? openPanel() : closePanel(true)),
    "time-apply": apply,
    "time-link": copyLink,
  };

  async function copyLink() {
    await mcp.shell.copy(mcp.view.link());
    const [symbol] = byId("time-link").children;
    symbol.className = "icon icon-done";
    setTimeout(() => (symbol.className = "icon icon-link"), 1500);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!event.target.closest?.("#time-panel, #time-absolute")) closePanel();
    if (!button || !onChange) return;
    if (button.dataset.range) api.setRange(button.dataset.range);
    else if (button.dataset.zone) setZone(button.dataset.zone);
    else actions[button.id]?.();
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "time-select" && event.target.value) api.setRange(event.target.value);
  });

  document.addEventListener("keydown", (event) => {
    if (!onChange || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") closePanel(true);
    else if (event.key === "Enter" && event.target.closest?.("#time-panel input")) apply();
    else if (event.target.dataset?.range || event.target.dataset?.zone) moveIn(event);
    else if (event.key === "p" && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) actions["time-pause"]();
  });

  // Arrows go from one choice of a group to the next.
  function moveIn(event) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...event.target.parentElement.children];
    const next = all[(all.indexOf(event.target) + step + all.length) % all.length];
    next.focus();
    next.click();
  }

  function addFields() {
    for (const place of document.querySelectorAll("[data-field]")) {
      const id = place.dataset.field;
      const field = Object.assign(document.createElement("input"), { id, type: "datetime-local", step: 1, className: "field" });
      if (!byId(id)) place.append(field);
    }
  }

  const api = {
    // A page begins: from now on `listener(window, reason)` is told what to show; it shows `window()` first by itself.
    // `usual` is the range if neither the address nor the page before says one. Reasons: range, zoom, pause, refresh,
    // zone.
    open(listener, usual) {
      onChange = listener;
      state = fromAddress(usual);
      mcp.view.set(mcp.timeModel.write(state));
      addFields();
      plan();
      show();
    },
    close() {
      clearTimeout(timer);
      dueMs = 0;
      onChange = null;
    },
    window: window_,
    range: () => state.range,
    zoomTo: (fromMs, toMs) => become(mcp.timeModel.zoom(state, fromMs, toMs), "zoom"),
    zoomOut() {
      if (state.stack.length || state.pausedMs) become(mcp.timeModel.zoomOut(state), "zoom");
    },
    pause: () => become(mcp.timeModel.pause(state, mcp.live.now()), "pause"),
    resume: () => become(mcp.timeModel.resume(state), "range"),
    setRange: (key) => become(mcp.timeModel.setRange(state, key), "range"),
    setFixed: (fromMs, toMs) => become(mcp.timeModel.setFixed(state, fromMs, toMs), "range"),
  };
  return api;
})();
