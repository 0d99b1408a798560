// What is to be seen of the time control, and what people do with it: the elements are those of components/time.py.
window.mcp = window.mcp || {};

mcp.timeBar = (() => {
  const DONE_MS = 1500;
  const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
  const byId = (id) => document.getElementById(id);
  let endKey = () => {};

  // One stop for Tab in a group: its choice, or the first if there is none.
  function choose(buttons, isChosen) {
    const chosen = buttons.find(isChosen);
    for (const button of buttons) {
      button.setAttribute("aria-checked", String(button === chosen));
      button.tabIndex = button === (chosen || buttons[0]) ? 0 : -1;
    }
  }

  // ------------------------------------------------------------------------------------------------ what it shows

  function show(seen, range) {
    if (!byId("time-controls")) return;
    choose([...document.querySelectorAll("[data-range]")], ({ dataset }) => !seen.isFixed && dataset.range === range);
    byId("time-select").value = seen.isFixed ? "" : range;
    showPause(seen);
    byId("time-back").hidden = !seen.isFixed;
    byId("time-live").hidden = seen.isFollowing;
    byId("time-live").textContent = range in mcp.timeModel.LIVE ? "Back to live" : "Back to now";
    byId("time-later").disabled = seen.isFollowing;
    byId("time-text").textContent = textOf(seen);
    byId("time-controls").dataset.state = seen.isPaused ? "paused" : seen.isFixed ? "fixed" : "following";
    showZone();
  }

  function textOf({ isFollowing, fromMs, toMs }) {
    if (isFollowing) return "";
    const stretch = mcp.timeTexts.stretch(fromMs, toMs, mcp.view.time);
    return mcp.view.isUtc() ? `${stretch} UTC` : stretch;
  }

  function showPause({ isFixed, isPaused }) {
    const button = byId("time-pause");
    const title = isPaused ? "Go on (P)" : "Pause (P)";
    button.hidden = isFixed;
    button.title = title;
    button.setAttribute("aria-label", title);
    button.setAttribute("aria-pressed", String(isPaused));
    button.firstElementChild.className = `icon icon-${isPaused ? "play" : "pause"}`;
  }

  function showZone() {
    choose([...document.querySelectorAll("[data-zone]")], ({ dataset }) => (dataset.zone === "utc") === mcp.view.isUtc());
    byId("time-zone").textContent = mcp.view.zone();
  }

  // ------------------------------------------------------------------------------------------------ from and to

  function openPanel() {
    fillPanel();
    byId("time-panel").hidden = false;
    byId("time-absolute").setAttribute("aria-expanded", "true");
    byId("time-from").focus();
  }

  function fillPanel() {
    const seen = mcp.time.window();
    byId("time-from").value = mcp.timeTexts.toField(seen.fromMs, mcp.view.isUtc());
    byId("time-to").value = mcp.timeTexts.toField(seen.toMs, mcp.view.isUtc());
    byId("time-complaint").textContent = "";
  }

  function closePanel(focuses) {
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
    mcp.time.setFixed(from, to);
  }

  function addFields() {
    for (const place of document.querySelectorAll("[data-field]")) {
      const id = place.dataset.field;
      const field = Object.assign(document.createElement("input"), { id, type: "datetime-local", step: 1, className: "field" });
      if (!byId(id)) place.append(field);
    }
  }

  // ------------------------------------------------------------------------------------------------ what people do

  const actions = {
    "time-pause": () => (mcp.time.window().isPaused ? mcp.time.resume() : mcp.time.pause()),
    "time-back": () => mcp.time.zoomOut(),
    "time-live": () => mcp.time.resume(),
    "time-earlier": () => mcp.time.move(-1),
    "time-later": () => mcp.time.move(1),
    "time-absolute": () => (byId("time-panel").hidden ? openPanel() : closePanel(true)),
    "time-apply": apply,
    "time-link": copyLink,
  };

  async function copyLink() {
    await mcp.clipboard.copy(mcp.view.link());
    const [symbol] = byId("time-link").children;
    symbol.className = "icon icon-done";
    setTimeout(() => Object.assign(symbol, { className: "icon icon-link" }), DONE_MS);
  }

  document.addEventListener("click", ({ target }) => {
    if (!mcp.time.isOpen()) return;
    if (!target.closest?.("#time-panel, #time-absolute")) closePanel(false);
    const button = target.closest?.("button");
    if (button) press(button);
  });

  function press({ id, dataset }) {
    if (dataset.range) mcp.time.setRange(dataset.range);
    else if (dataset.zone) setZone(dataset.zone);
    else actions[id]?.();
  }

  function setZone(zone) {
    mcp.time.setZone(zone);
    if (!byId("time-panel").hidden) fillPanel();
  }

  // Tab led out of it.
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (relatedTarget && target.closest?.("#time-panel") && !relatedTarget.closest("#time-panel")) closePanel(false);
  });

  document.addEventListener("change", ({ target }) => {
    if (target.id === "time-select" && target.value) mcp.time.setRange(target.value);
  });

  document.addEventListener("keydown", (event) => {
    const isOurs = mcp.time.isOpen() && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isOurs) type(event);
  });

  function type(event) {
    if (event.key === "Escape") closePanel(true);
    else if (event.key === "Enter" && event.target.closest?.("#time-panel input")) applyBy(event);
    else if (event.key in STEPS && event.target.matches?.("[data-range], [data-zone]")) moveIn(event);
  }

  // The focus goes to a button, which the same key would press.
  function applyBy(event) {
    event.preventDefault();
    apply();
  }

  // Arrows go from one choice of a group to the next.
  function moveIn(event) {
    event.preventDefault();
    const all = [...event.target.parentElement.children];
    const next = all[(all.indexOf(event.target) + STEPS[event.key] + all.length) % all.length];
    next.focus();
    next.click();
  }

  return {
    open() {
      addFields();
      endKey();
      endKey = mcp.keys.on("p", actions["time-pause"]);
    },
    close: () => endKey(),
    show,
  };
})();
