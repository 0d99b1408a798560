// The bar of a dashboard that is being edited: its title, description and range, and what is done with all of it.
//   mcp.boardBar.make(element, {change, add, undo, redo, discard, save}) ->
//     show(draft, {canUndo, canRedo, isChanged, news})
// `news` is what others did meanwhile, as board_news.js has it.
window.mcp = window.mcp || {};

mcp.boardBar = (() => {
  const RANGES = { "": "Reader's choice", "5m": "5 minutes", "15m": "15 minutes", "30m": "30 minutes", "1h": "1 hour" };
  const LONG = { "6h": "6 hours", "24h": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days", "1y": "1 year", "2y": "2 years" };
  const NEWS = {
    newer: "Somebody else saved a newer version meanwhile. Saving yours will ask what is to become of theirs.",
    gone: "Somebody deleted this dashboard meanwhile. Saving yours will offer to keep it as a new one.",
  };
  // Scripts come in the order of their names: this one before dom.js.
  const make = (...given) => mcp.dom.make(...given);

  function fieldsOf(change) {
    const input = (name) => ({ target }) => change({ [name]: target.value }, name);
    const options = Object.entries({ ...RANGES, ...LONG }).map(([value, label]) => make("option", { value }, label));
    return {
      title: make("input", { id: "board-title", className: "field", maxLength: 120, on: { input: input("title") } }),
      description: make("input", { id: "board-description", className: "field", maxLength: 1000, on: { input: input("description") } }),
      range: make("select", { id: "board-range", className: "field", on: { change: input("range") } }, ...options),
    };
  }

  function build(element, actions) {
    const { field } = mcp.dialog;
    const { button } = mcp.dom;
    const fields = fieldsOf(actions.change);
    const undo = button({ symbol: "undo", title: "Undo (Ctrl+Z)", onClick: actions.undo });
    const redo = button({ symbol: "redo", title: "Redo (Ctrl+Shift+Z)", onClick: actions.redo });
    const save = button({ label: "Save", symbol: "save", className: "primary", onClick: actions.save });
    const discard = button({ label: "Discard", onClick: actions.discard });
    const add = button({ label: "Add a panel", symbol: "add", id: "board-add", onClick: actions.add });
    const theirs = button({ label: "See theirs", className: "board-theirs", onClick: actions.discard });
    const news = make("p", { className: "fault board-news", hidden: true }, mcp.dom.icon("warning"), make("span"), theirs);
    element.replaceChildren(
      news,
      make("div", { className: "board-fields" }, field("Title", fields.title), field("Description", fields.description), field("Opens with", fields.range)),
      make("div", { className: "board-actions" }, add, undo, redo, make("span", { className: "board-hint muted" }), discard, save),
      make("p", { className: "board-narrow" }, "To move and resize panels, use a wider window."),
    );
    return { fields, undo, redo, save, discard, news, theirs };
  }

  function made(element, actions) {
    const { fields, undo, redo, save, discard, ...others } = build(element, actions);
    const hint = element.querySelector(".board-hint");
    return (draft, { canUndo, canRedo, isChanged, news }) => {
      for (const [name, input] of Object.entries(fields)) if (input.value !== draft[name]) input.value = draft[name];
      undo.disabled = !canUndo;
      redo.disabled = !canRedo;
      save.disabled = !isChanged;
      discard.lastChild.textContent = isChanged ? "Discard" : "Close";
      hint.textContent = isChanged ? "Not saved yet" : "";
      tell(others, news);
    };
  }

  function tell({ news: place, theirs }, news) {
    const text = NEWS[news] ?? "";
    if (place.children[1].textContent === text) return;
    place.children[1].textContent = text;
    place.hidden = !text;
    theirs.hidden = news !== "newer";
    mcp.announce?.say(text);
  }

  return { make: made };
})();
