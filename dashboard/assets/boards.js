// What is done with a dashboard wherever one is: copied, exported, imported, removed, and a panel put into it.
window.mcp = window.mcp || {};

mcp.boards = (() => {
  const MOST_FILE_BYTES = 512 * 1024;
  const MOST_SAID = 5;
  // Scripts come in the order of their names: this one before dom.js.
  const make = (...given) => mcp.dom.make(...given);
  const addressOf = (id) => `/dashboard/${encodeURIComponent(id)}`;

  // Runs what asks the leader; a failure is said, and gives undefined.
  const trying = (doing, work) =>
    work().catch((error) => {
      if (error.status === undefined) throw error;
      mcp.dialog.say(`${doing}: ${error.message}`);
    });

  function exported(board) {
    const { title } = board;
    const text = `${JSON.stringify(mcp.boardModel.plain(mcp.boardModel.draftOf(board)), null, 2)}\n`;
    const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    make("a", { href: address, download: mcp.boardModel.fileName(title) }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  // What became of a file: {name, title} of the kept dashboard made of it, or {name, fault}.
  async function imported(file) {
    const { name } = file;
    try {
      if (file.size > MOST_FILE_BYTES) throw new Error("The file is larger than any dashboard, which is 512 KiB.");
      const { title } = await mcp.boardStore.make(mcp.boardModel.fromFile(await file.text()));
      return { name, title };
    } catch (error) {
      return { name, fault: error.message };
    }
  }

  // One word for all files; of many some are named, the failures one a line.
  function importedText(results) {
    const failed = results.filter(({ fault }) => fault);
    const titles = results.filter(({ fault }) => !fault).map(({ title }) => `“${title}”`);
    const lines = failed.slice(0, MOST_SAID).map(({ name, fault }) => `${name} was not imported: ${fault}`);
    if (failed.length > MOST_SAID) lines.push(`Not imported either: ${failed.length - MOST_SAID} more.`);
    const more = titles.length > MOST_SAID ? ` and ${titles.length - MOST_SAID} more` : "";
    const made = titles.length ? [`Imported ${titles.slice(0, MOST_SAID).join(", ")}${more}.`] : [];
    return [...made, ...lines].join("\n");
  }

  function copied(board) {
    const draft = mcp.boardModel.draftOf(board);
    const copy = { ...mcp.boardModel.plain(draft), title: mcp.boardModel.copyTitle(board.title) };
    return trying("No copy was made", () => mcp.boardStore.make(copy));
  }

  // Whether it is gone.
  async function removed({ id, title }) {
    const text = `“${title}” goes for everybody, and nothing brings it back. Export it first if you may want it again.`;
    if (!(await mcp.dialog.confirm({ title: "Delete this dashboard?", text, label: "Delete", isGrave: true }))) return false;
    return (await trying("It was not deleted", () => gone(id))) === true;
  }

  // Also where somebody else was faster.
  async function gone(id) {
    try {
      await mcp.boardStore.remove(id);
    } catch (error) {
      if (error.status !== 404) throw error;
    }
    return true;
  }

  // A new one with these panels, under a title that is asked for; undefined if none was made.
  async function asked(panels = []) {
    const title = make("input", { className: "field", maxLength: 120, required: true, autofocus: true });
    const description = make("textarea", { className: "field", maxLength: 1000, rows: 3 });
    let kept;
    const create = async () => {
      try {
        kept = await mcp.boardStore.make({ title: title.value.trim(), description: description.value, panels });
        return "";
      } catch (error) {
        return error.message;
      }
    };
    await mcp.dialog.ask({
      title: "New dashboard",
      content: [mcp.dialog.field("Title", title), mcp.dialog.field("Description", description)],
      buttons: [{ label: "Cancel" }, { label: "Create", value: true, isMain: true }],
      check: (value) => (value ? (title.value.trim() ? create() : "Give it a title.") : ""),
    });
    return kept;
  }

  // ------------------------------------------------------------------------------------------------ panels into one

  const panelsText = (count) => `${count} ${count === 1 ? "panel" : "panels"}`;

  // How a dashboard is offered to that many panels more: {about, isFull} where they do not all fit.
  function roomOf({ panels }, count) {
    const room = mcp.boardModel.MOST_PANELS - panels.length;
    if (room >= count) return { about: panelsText(panels.length), isFull: false };
    return { about: room > 0 ? `room for ${room} of ${count} panels` : "full", isFull: true };
  }

  function choice(value, title, about, more = {}) {
    const input = make("input", { type: "radio", name: "board", value, ...more });
    const words = make("span", { className: "board-choice-title" }, title);
    return make("label", { className: "board-choice" }, input, words, make("span", { className: "muted" }, about));
  }

  function choices(boards, count) {
    const one = (board) => {
      const { about, isFull } = roomOf(board, count);
      return choice(board.id, board.title, about, { disabled: isFull });
    };
    const all = [choice("", "A new dashboard", "", { checked: true }), ...boards.map(one)];
    return make("div", { className: "board-choices", role: "radiogroup", "aria-label": "Dashboard" }, ...all);
  }

  // A title may come from a name that is longer than titles are.
  const withPanels = (standing, panels) =>
    panels
      .map((each) => ({ ...each, title: mcp.boardModel.cutTitle(each.title) }))
      .reduce(mcp.boardModel.added, standing);

  async function into(id, panels) {
    const board = await mcp.boardStore.get(id);
    const draft = mcp.boardModel.draftOf(board);
    const all = withPanels(draft.panels, panels);
    return mcp.boardStore.replace(id, { ...mcp.boardModel.plain({ ...draft, panels: all }), revision: board.revision });
  }

  // Puts panels into a dashboard that is asked for; resolves when they are there, or nobody wants them any more.
  async function addPanels(panels) {
    const all = await trying("The dashboards cannot be listed", () => mcp.boardStore.list());
    if (!all) return;
    const list = choices(all.filter((each) => !each.is_shipped), panels.length);
    const isChosen = await mcp.dialog.ask({
      title: panels.length === 1 ? "Add to a dashboard" : `Add ${panels.length} panels to a dashboard`,
      content: [list],
      buttons: [{ label: "Cancel" }, { label: "Add", value: true, isMain: true }],
    });
    if (!isChosen) return;
    const id = list.querySelector("input:checked").value;
    const alone = withPanels([], panels).map(mcp.boardModel.plainPanel);
    const kept = id ? await trying("It was not added", () => into(id, panels)) : await asked(alone);
    if (kept) mcp.dialog.say(`Added to “${kept.title}”.`, { label: "Open", do: () => mcp.shell.go(addressOf(kept.id)) });
  }

  return { addressOf, trying, exported, imported, importedText, copied, removed, asked, roomOf, into, addPanels };
})();
