// The panels of a dashboard on the page: an element for each, which stays the same while its panel moves.
//   new mcp.BoardView(element, {edit, duplicate, remove, step, answered}) ->
//     show(panels, isEditing), load(window), panels(), nameOf(key), destroy()
// The actions hear the key of a panel; `step` also how far it is to go: {x, y, width, height} of -1, 0 or 1. `answered`
// is called when a panel has drawn what it asked for.
window.mcp = window.mcp || {};

mcp.BoardView = (() => {
  const ARROWS = { ArrowLeft: ["x", "width", -1], ArrowRight: ["x", "width", 1], ArrowUp: ["y", "height", -1], ArrowDown: ["y", "height", 1] };
  // Scripts come in the order of their names: this one before dom.js.
  const make = (...given) => mcp.dom.make(...given);

  class Item {
    constructor(panel, actions) {
      this.key = panel.key;
      this.actions = actions;
      this.title = make("h2");
      // No button: gridstack lets nobody drag by one.
      this.grip = make("span", { role: "button", tabIndex: 0, className: "board-grip", on: { keydown: (event) => this.pressed(event) } }, mcp.dom.icon("drag"));
      this.tools = make("div", { className: "board-tools" });
      const head = make("header", { className: "board-head" }, this.grip, this.title, this.tools);
      this.box = make("section", { className: "card board-panel" }, head);
      this.element = make("div", { className: "board-item" }, this.box);
      this.element.dataset.key = this.key;
    }

    show(panel, isEditing) {
      const content = mcp.boardModel.contentOf(panel);
      if (content !== this.content) this.draw(panel);
      this.content = content;
      this.panel = panel;
      this.name(panel.title || this.answered || "");
      this.place(panel);
      this.box.classList.toggle("is-editing", isEditing);
      if (isEditing && !this.tools.children.length) this.addTools();
    }

    draw(panel) {
      this.view?.destroy();
      this.body?.remove();
      this.answered = "";
      this.body = make("div", { className: "board-body" });
      this.box.append(this.body);
      this.box.dataset.kind = panel.kind;
      this.view = mcp.panel.make(this.body, panel, {
        onZoom: mcp.time.zoomTo,
        onZoomOut: mcp.time.zoomOut,
        onAnswer: ({ title }) => {
          this.answered = title;
          this.name(this.panel.title || title);
          this.actions.answered();
        },
      });
      this.isNew = true;
    }

    name(title) {
      this.title.textContent = title;
      this.title.title = title;
      this.box.setAttribute("aria-label", title || "Panel");
      this.grip.setAttribute("aria-label", `${title || "Panel"}: arrows move it, with Shift they resize it`);
    }

    place({ x, y, width, height }) {
      Object.assign(this.element.dataset, { x, y, width, height });
      for (const [name, value] of Object.entries({ x, y, width, height })) this.element.style.setProperty(`--${name}`, value);
    }

    addTools() {
      const { button } = mcp.dom;
      const tool = (symbol, title, action) => button({ symbol, title, className: "quiet", onClick: () => this.actions[action](this.key) });
      this.tools.append(tool("edit", "Edit", "edit"), tool("duplicate", "Duplicate", "duplicate"), tool("trash", "Delete", "remove"));
    }

    pressed(event) {
      const found = ARROWS[event.key];
      if (!found || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const [place, size, by] = found;
      this.actions.step(this.key, { [event.shiftKey ? size : place]: by });
    }

    load(window_) {
      this.isNew = false;
      this.view.load(window_);
    }
  }

  return class {
    constructor(element, actions) {
      this.element = element;
      this.actions = actions;
      this.items = new Map();
    }

    // Panels in the order in which they stand.
    show(panels, isEditing) {
      const keys = new Set(panels.map(({ key }) => key));
      for (const [key, item] of this.items) if (!keys.has(key)) this.drop(key, item);
      for (const panel of panels) {
        if (!this.items.has(panel.key)) this.items.set(panel.key, new Item(panel, this.actions));
        this.items.get(panel.key).show(panel, isEditing);
      }
      this.order(panels.map(({ key }) => this.items.get(key).element));
      for (const item of this.items.values()) if (item.isNew) item.load(mcp.time.window());
    }

    // An element that is moved in the document loses the focus.
    order(elements) {
      if (elements.every((element, index) => this.element.children[index] === element)) return;
      const focused = document.activeElement;
      this.element.append(...elements);
      if (focused !== document.activeElement && this.element.contains(focused)) focused.focus({ preventScroll: true });
    }

    drop(key, item) {
      item.view.destroy();
      item.element.remove();
      this.items.delete(key);
    }

    load(window_) {
      for (const item of this.items.values()) item.load(window_);
    }

    // As panel.js makes them.
    panels() {
      return [...this.items.values()].map(({ view }) => view);
    }

    nameOf(key) {
      return this.items.get(key)?.title.textContent || "Panel";
    }

    destroy() {
      for (const [key, item] of this.items) this.drop(key, item);
    }
  };
})();
