// The time control: which stretch of time a page shows. A page gives `open` what to do when it changes; the state is
// that of time_model.js, and in the address; what is to be seen of it is in time_bar.js.
window.mcp = window.mcp || {};

mcp.time = (() => {
  const KEPT = "mcp-time";
  let state = null; // from the first open on
  let onChange = null;
  let timer = 0;
  let dueMs = 0;

  const window_ = () => mcp.timeModel.window(state, mcp.live.now());
  const show = () => mcp.timeBar.show(window_(), state.range);

  function become(next, reason) {
    if (next === state) return;
    state = next;
    const written = mcp.timeModel.write(state);
    mcp.view.set(written);
    mcp.kept.set(KEPT, written);
    plan();
    show();
    onChange?.(window_(), reason);
  }

  // What the address asks for; where it says nothing, what the page before showed.
  function fromAddress(usual) {
    const asked = { range: mcp.view.get("range"), from: mcp.view.get("from"), to: mcp.view.get("to") };
    const isAsked = Object.values(asked).some((value) => value !== null);
    return mcp.timeModel.read(isAsked ? asked : mcp.kept.get(KEPT) || { range: usual }, mcp.live.now());
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

  const change = (name, reason, ...more) => become(mcp.timeModel[name](state, ...more), reason);

  return {
    // A page begins: from now on `listener(window, reason)` is told what to show; it shows `window()` first by itself.
    // `usual` is the range if neither the address nor the page before says one. Reasons: range, zoom, pause, refresh,
    // zone.
    open(listener, usual) {
      onChange = listener;
      state = fromAddress(usual);
      mcp.view.set(mcp.timeModel.write(state));
      mcp.timeBar.open();
      plan();
      show();
    },
    close() {
      clearTimeout(timer);
      dueMs = 0;
      onChange = null;
      mcp.timeBar.close();
    },
    isOpen: () => onChange !== null,
    window: window_,
    range: () => state.range,
    zoomTo: (fromMs, toMs) => change("zoom", "zoom", fromMs, toMs),
    zoomOut: () => change("zoomOut", "zoom"),
    pause: () => change("pause", "pause", mcp.live.now()),
    resume: () => change("resume", "range"),
    setRange: (key) => change("setRange", "range", key),
    setFixed: (fromMs, toMs) => change("setFixed", "range", fromMs, toMs),
    // Earlier (-1) or later (1).
    move: (direction) => change("move", "range", direction, mcp.live.now()),
    // "utc", or anything else for the browser's.
    setZone(zone) {
      mcp.view.set({ tz: zone === "utc" ? "utc" : null });
      show();
      onChange?.(window_(), "zone");
    },
  };
})();
