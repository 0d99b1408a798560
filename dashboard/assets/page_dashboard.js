// One dashboard: its panels over the time that is chosen, and everything that is done with it.
window.mcp = window.mcp || {};

mcp.dashboard = (() => {
  const AGAIN_MS = 4000;
  const SLOW_MS = 1000;
  const byId = (id) => document.getElementById(id);
  let id = "";
  let kept = null; // as the leader has it
  let panels = []; // as they are shown
  let view = null;
  let marks = null; // of panel_marks.js
  let news = null; // of board_news.js
  let editing = null; // of board_edit.js, while somebody edits
  let again = 0;
  let slow = 0; // the timer after which the page looks like one that waits

  // ------------------------------------------------------------------------------------------------ what is shown

  async function load() {
    clearTimeout(again);
    const asked = id;
    try {
      const found = await mcp.boardStore.get(asked);
      if (asked !== id) return;
      kept = found;
      begin();
    } catch (error) {
      if (error.status === undefined) throw error;
      if (asked === id) fail(error);
    }
  }

  function fail({ status, message }) {
    const isMissing = status === 404;
    wait();
    byId("dashboard-page").setAttribute("aria-busy", "false");
    byId("dashboard-content").hidden = isMissing;
    byId("dashboard-missing").hidden = !isMissing;
    byId("dashboard-failure").hidden = isMissing;
    byId("dashboard-failure-text").textContent = message;
    if (!isMissing) again = setTimeout(load, AGAIN_MS);
  }

  // Until the leader says what it is called, and over which time it is shown.
  function wait() {
    if (kept) return;
    byId("dashboard-title").textContent = id;
    document.querySelector("#dashboard-page .board-time").inert = true;
  }

  function begin() {
    clearTimeout(slow);
    document.querySelector("#dashboard-page .board-time").inert = false;
    byId("dashboard-failure").hidden = true;
    const isAsked = ["range", "from", "to"].some((name) => mcp.view.get(name) !== null);
    if (kept.range && !isAsked) mcp.view.set({ range: kept.range });
    mcp.time.open(follow);
    view = new mcp.BoardView(byId("dashboard-grid"), actions);
    marks = mcp.panelMarks.open(() => view.panels());
    show(mcp.boardModel.draftOf(kept));
    marks.load(mcp.time.window());
    // A dashboard that came with the leader changes with it alone.
    if (!kept.is_shipped) news = mcp.boardNews.open(id, shownRevision, hear);
    byId("dashboard-page").setAttribute("aria-busy", "false");
    mcp.states.filled("dashboard-page");
    const left = kept.is_shipped ? null : mcp.boardGuard.left(id);
    if (left || (mcp.view.get("edit") && !kept.is_shipped)) edit(left);
    mcp.view.set({ edit: null });
  }

  function follow(window_) {
    view?.load(window_);
    marks?.load(window_);
  }

  function show(draft) {
    panels = draft.panels;
    document.title = `${draft.title} · MCP Telemetry`;
    byId("dashboard-title").textContent = draft.title;
    byId("dashboard-description").textContent = draft.description;
    view.show(draft.panels, Boolean(editing));
    showEmpty(!draft.panels.length);
    byId("dashboard-tools").hidden = Boolean(editing);
    if (!byId("dashboard-tools").children.length) byId("dashboard-tools").append(...tools());
    marks.renew();
  }

  // What is kept; panels that are drawn the same stay those that are shown.
  function saved() {
    const draft = mcp.boardModel.draftOf(kept);
    return { ...draft, panels: mcp.boardModel.recognised(draft.panels, panels) };
  }

  function showEmpty(isEmpty) {
    const { make, icon, button } = mcp.dom;
    const place = byId("dashboard-empty");
    place.hidden = !isEmpty;
    const act = editing ? () => editing.add() : () => edit();
    const what = kept.is_shipped ? [] : [button({ label: "Add a panel", symbol: "add", className: "primary", onClick: act })];
    const words = [make("h2", {}, "Nothing here yet"), make("p", { className: "muted" }, "Panels show columns of nodes as lines, areas, figures or a table.")];
    place.replaceChildren(icon("dashboards"), ...words, ...what);
    place.firstElementChild.classList.add("empty-icon");
  }

  function tools() {
    const { button } = mcp.dom;
    const own = [
      button({ label: "Edit", symbol: "edit", id: "board-edit", onClick: () => edit() }),
      button({ symbol: "duplicate", title: "Duplicate", onClick: copy }),
    ];
    const shipped = [button({ label: "Make a copy to change", symbol: "duplicate", onClick: copy })];
    return [
      ...(kept.is_shipped ? shipped : own),
      button({ symbol: "link", title: "Copy a link to share", onClick: share }),
      button({ symbol: "download", title: "Export as a file", onClick: () => mcp.boards.exported(kept) }),
      ...(kept.is_shipped ? [] : [button({ symbol: "trash", title: "Delete", onClick: remove })]),
    ];
  }

  // ------------------------------------------------------------------------------------------------ what others do

  const shownRevision = () => editing?.revision ?? kept?.revision ?? null;

  function hear(what) {
    if (editing) editing.hear(what);
    else if (what === "gone") showGone();
    else renew();
  }

  function showGone() {
    byId("dashboard-missing").querySelector("h1").textContent = "This dashboard was deleted";
    byId("dashboard-missing").querySelector("p").textContent = `Somebody deleted “${kept.title}” while you looked at it.`;
    fail({ status: 404 });
  }

  // The newest version, in place of that which is shown.
  async function renew() {
    const asked = id;
    const found = await mcp.boardStore.get(asked).catch((error) => {
      if (error.status === undefined) throw error;
      clearTimeout(again);
      again = setTimeout(() => news?.check(), AGAIN_MS);
    });
    if (!found || asked !== id || editing || found.revision === kept.revision) return;
    kept = found;
    show(saved());
    mcp.announce?.say(`${kept.title} was changed by somebody else, and is shown as it is now`);
  }

  // ------------------------------------------------------------------------------------------------ what is done

  const goTo = (board, query = "") => mcp.shell.go(mcp.boards.addressOf(board.id) + query);

  async function copy() {
    const made = await mcp.boards.copied(kept);
    if (made) goTo(made, "?edit=1");
  }

  async function share() {
    await mcp.clipboard.copy(mcp.view.link());
    mcp.dialog.say("The link is copied. It opens this dashboard as you see it now, for everybody who reaches this page.");
  }

  async function remove() {
    if (await mcp.boards.removed(kept)) mcp.shell.go("/dashboards");
  }

  // The actions of panels: only there while somebody edits.
  const actions = Object.fromEntries(
    ["edit", "duplicate", "remove", "step"].map((name) => [name, (...given) => editing?.panel[name](...given)]),
  );
  actions.answered = () => marks?.renew();

  function edit(left = null) {
    editing = mcp.boardEdit.begin({
      kept,
      saved: saved(),
      left,
      show,
      nameOf: (key) => view.nameOf(key),
      onSaved(board) {
        kept = board;
      },
      onEnd() {
        editing = null;
        show(saved());
        news?.check();
      },
      goTo,
      reload: renew,
    });
    news?.check();
  }

  function open(about) {
    id = about;
    kept = null;
    slow = setTimeout(wait, SLOW_MS);
    load();
  }

  function close() {
    clearTimeout(again);
    clearTimeout(slow);
    editing?.leave();
    editing = null;
    news?.close();
    marks?.close();
    news = marks = null;
    mcp.time.close();
    view?.destroy();
    view = null;
    id = "";
  }

  return { open, close };
})();
