// The list of dashboards: a card for each, with a small picture of how its panels stand.
window.mcp = window.mcp || {};

mcp.dashboards = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const LEAST_ROWS_DRAWN = 8;
  const MOST_ROWS_DRAWN = 24;
  const AGAIN_MS = 4000;
  const byId = (id) => document.getElementById(id);
  const make = (...given) => mcp.dom.make(...given);
  let boards = [];
  let again = 0;
  let isOpen = false;
  let dragged = 0;

  // ------------------------------------------------------------------------------------------------ a card

  // How panels stand: a unit for each cell, as high as there is room.
  function picture(panels) {
    const drawing = document.createElementNS(SVG, "svg");
    const rows = Math.min(Math.max(mcp.boardModel.rowsOf(panels), LEAST_ROWS_DRAWN), MOST_ROWS_DRAWN);
    drawing.setAttribute("viewBox", `0 0 ${mcp.boardModel.COLUMNS} ${rows}`);
    drawing.setAttribute("preserveAspectRatio", "none");
    drawing.setAttribute("aria-hidden", "true");
    for (const { kind, x, y, width, height } of panels) {
      const box = document.createElementNS(SVG, "rect");
      const numbers = { x: x + 0.08, y: y + 0.2, width: width - 0.16, height: height - 0.4, rx: 0.1, ry: 0.3 };
      for (const [name, value] of Object.entries(numbers)) box.setAttribute(name, value);
      box.dataset.kind = kind;
      drawing.append(box);
    }
    return drawing;
  }

  function changedText({ changed_unix_nano: nanos, is_shipped: isShipped }) {
    if (isShipped) return "comes with mcp-telemetry";
    return `changed ${mcp.format.ago(Number(nanos) / 1e6, mcp.live.now())}`;
  }

  const link = (board) => make("a", { href: mcp.boards.addressOf(board.id), className: "board-link" }, board.title);

  function tools(board) {
    const { button } = mcp.dom;
    const whole = (work) => async () => {
      const found = await mcp.boards.trying("It cannot be read", () => mcp.boardStore.get(board.id));
      // Somebody may have deleted it.
      await (found ? work(found) : load());
    };
    const copy = async (found) => (await mcp.boards.copied(found)) && load();
    const remove = async () => (await mcp.boards.removed(board)) && load();
    const all = [
      button({ symbol: "duplicate", title: `Duplicate ${board.title}`, onClick: whole(copy) }),
      button({ symbol: "download", title: `Export ${board.title}`, onClick: whole(mcp.boards.exported) }),
    ];
    if (!board.is_shipped) all.push(button({ symbol: "trash", title: `Delete ${board.title}`, onClick: remove }));
    return make("div", { className: "board-card-tools" }, ...all);
  }

  function card(board) {
    const shipped = board.is_shipped ? [make("span", { className: "board-shipped" }, mcp.dom.icon("lock"), "Built in")] : [];
    const count = `${board.panels.length} ${board.panels.length === 1 ? "panel" : "panels"}`;
    return make(
      "article",
      { className: "card board-card" },
      make("div", { className: "board-picture" }, picture(board.panels)),
      make("h2", {}, link(board), ...shipped),
      make("p", { className: "board-about" }, board.description),
      make("div", { className: "board-foot" }, make("span", {}, `${count} · ${changedText(board)}`), tools(board)),
    );
  }

  // ------------------------------------------------------------------------------------------------ all of them

  async function load() {
    clearTimeout(again);
    byId("dashboards-page").setAttribute("aria-busy", "true");
    try {
      boards = await mcp.boardStore.list();
      if (isOpen) {
        show();
        mcp.states.filled("dashboards-page");
      }
    } catch (error) {
      if (error.status === undefined) throw error;
      if (isOpen) fail(error.message);
    }
  }

  function fail(text) {
    byId("dashboards-page").setAttribute("aria-busy", "false");
    byId("dashboards-failure").hidden = false;
    byId("dashboards-failure-text").textContent = text;
    again = setTimeout(load, AGAIN_MS);
  }

  function show() {
    const words = byId("dashboards-search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const isWanted = ({ title, description }) => words.every((word) => `${title} ${description}`.toLowerCase().includes(word));
    const shown = boards.filter(isWanted).sort((a, b) => a.is_shipped - b.is_shipped);
    byId("dashboards-failure").hidden = true;
    byId("dashboards-list").replaceChildren(...shown.map(card));
    byId("dashboards-nothing").hidden = shown.length > 0;
    const own = boards.filter((board) => !board.is_shipped).length;
    byId("dashboards-subtitle").textContent = own ? `${own} of your own, ${boards.length - own} built in` : "Make one of your own, or copy one of these";
    byId("dashboards-page").setAttribute("aria-busy", "false");
  }

  async function create() {
    const made = await mcp.boards.asked();
    if (made) mcp.shell.go(`${mcp.boards.addressOf(made.id)}?edit=1`);
  }

  async function take(files) {
    const results = [];
    for (const file of files) results.push(await mcp.boards.imported(file));
    mcp.dialog.say(mcp.boards.importedText(results));
    if (isOpen && results.some(({ fault }) => !fault)) load();
  }

  // ------------------------------------------------------------------------------------------------ files dragged in

  const hasFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");

  function dragging(event) {
    if (!isOpen || !hasFiles(event)) return;
    event.preventDefault();
    dragged += { dragenter: 1, dragleave: -1, drop: -dragged }[event.type] ?? 0;
    byId("dashboards-page").classList.toggle("is-over", dragged > 0);
    if (event.type === "drop" && event.dataTransfer.files.length) take([...event.dataTransfer.files]);
  }

  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(name, dragging);

  function open() {
    isOpen = true;
    dragged = 0;
    byId("dashboards-new").onclick = create;
    const chosen = make("input", { type: "file", accept: ".json,application/json", multiple: true });
    chosen.onchange = () => {
      take([...chosen.files]);
      chosen.value = "";
    };
    byId("dashboards-import").onclick = () => chosen.click();
    const search = make("input", { id: "dashboards-search", type: "search", placeholder: "Search dashboards", "aria-label": "Search dashboards", "data-search": "yes" });
    // Of a list that has not come yet nothing is known to match or not to.
    search.oninput = () => {
      if (!("blank" in byId("dashboards-page").dataset)) show();
    };
    byId("dashboards-search-place").replaceChildren(mcp.dom.icon("search"), search);
    load();
  }

  function close() {
    isOpen = false;
    clearTimeout(again);
  }

  return { open, close };
})();
