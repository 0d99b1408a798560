// A dashboard while it is edited: every change is a step that can be undone, and nothing is stored before it is saved.
//   mcp.boardEdit.begin({kept, saved, left, show, nameOf, onSaved, onEnd, goTo, reload}) ->
//     {add, leave, revision, hear(news), panel: actions}
window.mcp = window.mcp || {};

mcp.boardEdit = (() => {
  const NARROW = "(max-width: 700px)";
  const NOTHING = [];
  const byId = (id) => document.getElementById(id);

  class Editing {
    constructor(page) {
      this.page = page;
      this.kept = page.kept;
      this.revision = page.left?.revision ?? page.kept.revision;
      this.saved = page.saved;
      this.history = mcp.boardHistory.start(this.saved);
      if (page.left) this.history = mcp.boardHistory.then(this.history, mcp.boardModel.draftOf(page.left.draft));
      this.lastField = "";
      this.news = "";
      this.bar = mcp.boardBar.make(byId("dashboard-bar"), {
        change: (changes, field) => this.change(changes, field),
        add: () => this.add(),
        undo: () => this.travel("undone"),
        redo: () => this.travel("redone"),
        discard: () => this.discard(),
        save: () => this.save(),
      });
      byId("dashboard-bar").hidden = false;
      this.unguard = mcp.boardGuard.open({
        id: this.kept.id,
        revision: () => this.revision,
        isChanged: () => this.isChanged(),
        draft: () => mcp.boardModel.plain(this.draft),
        save: () => this.save(),
        discard: () => this.end(),
      });
      this.pressed = (event) => this.key(event);
      document.addEventListener("keydown", this.pressed);
      this.narrow = matchMedia(NARROW);
      this.resized = () => this.show();
      this.narrow.addEventListener("change", this.resized);
      if (page.left) mcp.dialog.say("Here are the changes that you left without saving.");
      this.show();
      mcp.boardGrid.ready().then(() => this.show());
    }

    get draft() {
      return mcp.boardHistory.now(this.history);
    }

    isChanged() {
      return !this.isOver && !mcp.boardModel.isSame(this.draft, this.saved);
    }

    // ---------------------------------------------------------------------------------------------- steps

    // Letters typed into one field are one step.
    change(changes, field = "") {
      this.withdraw();
      const next = { ...this.draft, ...changes };
      const goesOn = field && field === this.lastField && mcp.boardHistory.canUndo(this.history);
      this.history = goesOn ? mcp.boardHistory.amended(this.history, next) : mcp.boardHistory.then(this.history, next);
      this.lastField = field;
      this.show();
    }

    travel(way) {
      this.withdraw();
      this.history = mcp.boardHistory[way](this.history);
      this.lastField = "";
      this.show();
    }

    // What was offered with the last step; after another one it would not do what it says.
    withdraw() {
      this.offered?.();
      this.offered = null;
    }

    panels(panels) {
      this.change({ panels });
    }

    show() {
      if (this.isOver) return;
      // The grid is laid anew if other panels stand on it, or they stand elsewhere.
      const panels = window.GridStack && !this.narrow.matches ? this.draft.panels : NOTHING;
      const isElsewhere = panels !== this.arranged;
      if (isElsewhere) this.ungrid?.();
      this.page.show(this.draft);
      if (isElsewhere) this.arrange(panels);
      const { canUndo, canRedo } = mcp.boardHistory;
      const { history, news } = this;
      this.bar(this.draft, { canUndo: canUndo(history), canRedo: canRedo(history), isChanged: this.isChanged(), news });
    }

    arrange(panels) {
      this.arranged = panels;
      const moved = (places) => this.panels(mcp.boardModel.placed(this.draft.panels, places));
      this.ungrid = panels.length ? mcp.boardGrid.open(byId("dashboard-grid"), moved) : null;
    }

    key(event) {
      const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (isTyping || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.travel(event.shiftKey ? "redone" : "undone");
    }

    // ---------------------------------------------------------------------------------------------- panels

    async add() {
      if (this.draft.panels.length >= mcp.boardModel.MOST_PANELS) {
        mcp.dialog.say(`A dashboard has at most ${mcp.boardModel.MOST_PANELS} panels: make another one.`);
        return;
      }
      const panel = await mcp.boardEditor.edit(mcp.boardModel.panelOf({ width: 0, height: 0 }), true);
      if (!panel || this.isOver) return;
      const before = new Set(this.draft.panels.map(({ key }) => key));
      this.panels(mcp.boardModel.added(this.draft.panels, panel));
      const made = this.draft.panels.find(({ key }) => !before.has(key));
      document.querySelector(`[data-key="${made.key}"]`)?.scrollIntoView({ block: "nearest" });
    }

    panel = {
      edit: async (key) => {
        const found = this.draft.panels.find((each) => each.key === key);
        const panel = await mcp.boardEditor.edit(found, false);
        if (!panel || this.isOver) return;
        const changed = (each) => ({ ...panel, x: each.x, y: each.y, width: each.width, height: each.height });
        this.panels(this.draft.panels.map((each) => (each.key === key ? changed(each) : each)));
      },
      duplicate: (key) => this.panels(mcp.boardModel.duplicated(this.draft.panels, key)),
      remove: (key) => {
        const name = this.page.nameOf(key);
        this.panels(mcp.boardModel.settled(this.draft.panels.filter((each) => each.key !== key)));
        this.offered = mcp.dialog.say(`“${name}” is deleted.`, { label: "Undo", do: () => this.travel("undone") });
      },
      step: (key, step) => {
        this.panels(mcp.boardModel.stepped(this.draft.panels, key, step));
        const { x, y, width, height } = this.draft.panels.find((each) => each.key === key);
        mcp.announce?.say(`Column ${x + 1}, row ${y + 1}, ${width} wide, ${height} high`);
      },
    };

    // ---------------------------------------------------------------------------------------------- the end

    // What others did to it, as board_news.js has it. While it is being saved it may be this page's own doing.
    hear(news) {
      if (this.isSaving || news === this.news) return;
      this.news = news;
      this.show();
    }

    // Whether it is saved now.
    save = mcp.singleFlight(async () => {
      this.isSaving = true;
      const isSaved = await this.store();
      this.isSaving = false;
      return isSaved;
    });

    async store() {
      const { draft } = this;
      try {
        const board = { ...mcp.boardModel.plain(draft), revision: this.revision };
        this.wasSaved(await mcp.boardStore.replace(this.kept.id, board), draft);
      } catch (error) {
        if (error.status === undefined) throw error;
        if (error.status === 409 || error.status === 404) await this.conflict(error);
        else mcp.dialog.say(`It was not saved: ${error.message}`);
        return false;
      }
      return true;
    }

    // What was changed while it was being saved is still to be saved.
    wasSaved(board, draft) {
      this.revision = board.revision;
      this.saved = draft;
      if (!this.isOver) this.page.onSaved(board);
      if (this.isChanged()) this.show();
      else this.end();
      mcp.dialog.say("Saved.");
    }

    async conflict({ status }) {
      const isGone = status === 404;
      const copy = { label: "Save mine as a copy", value: "copy", isMain: true };
      const answer = await mcp.dialog.choose({
        title: isGone ? "Somebody deleted it meanwhile" : "Somebody else changed it meanwhile",
        text: isGone ? "Your changes can be kept as a new dashboard." : "Keep your version beside theirs, or give yours up and see theirs.",
        buttons: [{ label: "Cancel" }, ...(isGone ? [] : [{ label: "Load theirs", value: "theirs", isGrave: true }]), copy],
      });
      if (answer === "theirs") {
        this.end();
        this.page.reload();
      } else if (answer === "copy") await this.saveCopy();
    }

    async saveCopy() {
      const copy = { ...mcp.boardModel.plain(this.draft), title: mcp.boardModel.copyTitle(this.draft.title) };
      const made = await mcp.boards.trying("No copy was made", () => mcp.boardStore.make(copy));
      if (!made) return;
      this.end();
      this.page.goTo(made);
    }

    async discard() {
      const text = "What you changed since you saved last is given up.";
      const isSure = !this.isChanged() || (await mcp.dialog.confirm({ title: "Discard your changes?", text, label: "Discard", isGrave: true }));
      if (isSure) this.end();
    }

    // Once: what was waited for may come when another page is open.
    end() {
      if (this.isOver) return;
      this.stop();
      this.page.onEnd();
    }

    // Another page comes: what is not saved is kept for the way back.
    leave() {
      this.unguard();
      this.stop();
    }

    stop() {
      this.isOver = true;
      this.withdraw();
      this.unguard();
      this.ungrid?.();
      this.ungrid = null;
      document.removeEventListener("keydown", this.pressed);
      this.narrow.removeEventListener("change", this.resized);
      byId("dashboard-bar").hidden = true;
    }
  }

  return { begin: (page) => new Editing(page) };
})();
