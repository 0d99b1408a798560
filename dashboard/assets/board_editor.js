// The dialog in which a panel is made or changed; beside its fields the panel as it would be.
window.mcp = window.mcp || {};

mcp.boardEditor = (() => {
  const SHOWN_AFTER_MS = 400;
  const MOST_TEXT = 4000;
  const KINDS = { LINES: "Lines", STACK: "Stacked areas", FIGURE: "Figures", TABLE: "Table", TEXT: "Text" };
  const COUNTERS = { PER_SECOND: "Per second", TOTAL: "Total", INCREASE: "Increase" };
  const AGGREGATES = {
    NONE: "None: each node",
    SUM: "Sum",
    MEAN: "Mean",
    MIN: "Lowest",
    MAX: "Highest",
    P50: "Median",
    P95: "95th percentile",
    P99: "99th percentile",
  };
  // Scripts come in the order of their names: this one before dom.js.
  const make = (...given) => mcp.dom.make(...given);

  async function listed(path) {
    const answer = await fetch(path).catch(() => null);
    return answer?.ok ? answer.json() : [];
  }

  function select(values, value, onChange) {
    const options = Object.entries(values).map(([key, label]) => make("option", { value: key }, label));
    const element = make("select", { className: "field", on: { change: onChange } }, ...options);
    element.value = value;
    return element;
  }

  class Editor {
    constructor(panel) {
      this.panel = structuredClone(panel);
      const on = { input: () => this.changed() };
      this.title = make("input", { className: "field", maxLength: 120, value: panel.title, placeholder: "Made from the columns", on });
      this.text = make("textarea", { className: "field", rows: 7, maxLength: MOST_TEXT, value: panel.text, on });
      this.kind = select(KINDS, panel.kind, on.input);
      this.counters = select(COUNTERS, panel.counters, on.input);
      this.aggregate = select(AGGREGATES, panel.aggregate, on.input);
      this.preview = make("div", { className: "editor-preview card" });
      this.pickers = this.makePickers();
      this.build();
      this.offer();
      this.changed();
      this.before = JSON.stringify(this.value());
    }

    makePickers() {
      const choices = {
        columns: ["Columns", "Search, for instance cpu", (values) => ({ columns: values })],
        nodes: ["Nodes", "All nodes", (values) => mcp.compareModel.chooseNodes(values)],
        groups: ["Grouped by", "Nothing: all in one", (values) => ({ group_by: values })],
      };
      const made = Object.entries(choices).map(([name, [label, placeholder, change]]) => {
        const place = make("div", { className: "picker" });
        const onChange = (values) => this.choose(change(values));
        return [name, { label, place, picker: mcp.picker.make(place, { label, placeholder, onChange }) }];
      });
      return Object.fromEntries(made);
    }

    build() {
      const { field } = mcp.dialog;
      const { columns, nodes, groups } = this.pickers;
      const row = ({ label, place }) => make("div", { className: "field-row" }, make("span", { className: "field-label" }, label), place);
      this.parts = {
        data: make("div", { className: "editor-part" }, row(columns), row(nodes)),
        together: make("div", { className: "editor-part two" }, field("Aggregate", this.aggregate), field("Counters", this.counters)),
        groups: make("div", { className: "editor-part" }, row(groups)),
        text: make("div", { className: "editor-part" }, field("Text", this.text)),
      };
      const head = make("div", { className: "editor-part two" }, field("Title", this.title), field("Drawn as", this.kind));
      const fields = make("div", { className: "editor-fields" }, head, ...Object.values(this.parts));
      this.element = make("div", { className: "editor" }, fields, this.preview);
    }

    async offer() {
      const [columns, fleet] = await Promise.all([listed("/api/columns"), listed("/api/fleet")]);
      this.pickers.columns.picker.setOptions(mcp.compareModel.columnOptions(columns));
      this.pickers.nodes.picker.setOptions(mcp.compareModel.nodeOptions(fleet));
      const names = [...new Set([...mcp.compareModel.labelNames(fleet), ...this.panel.group_by])];
      this.pickers.groups.picker.setOptions(names.map((value) => ({ value, label: value })));
    }

    choose(changes) {
      Object.assign(this.panel, changes);
      this.changed();
    }

    changed() {
      const { pickers, panel, parts } = this;
      pickers.columns.picker.setValues(panel.columns);
      pickers.nodes.picker.setValues(mcp.compareModel.chosenNodes(panel));
      pickers.groups.picker.setValues(panel.group_by);
      const isText = this.kind.value === "TEXT";
      parts.text.hidden = !isText;
      for (const name of ["data", "together"]) parts[name].hidden = isText;
      parts.groups.hidden = isText || this.aggregate.value === "NONE";
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.show(), SHOWN_AFTER_MS);
    }

    value() {
      const aggregate = this.aggregate.value;
      const group_by = aggregate === "NONE" ? [] : this.panel.group_by;
      const words = { title: this.title.value.trim(), text: this.text.value };
      return { ...this.panel, ...words, kind: this.kind.value, counters: this.counters.value, aggregate, group_by };
    }

    isChanged() {
      return JSON.stringify(this.value()) !== this.before;
    }

    // What keeps it from being a panel; "" if nothing does.
    complaint() {
      const { kind, columns, text } = this.value();
      if (kind === "TEXT") return text.trim() ? "" : "Write some text.";
      return columns.length ? "" : "Choose at least one column.";
    }

    show() {
      this.view?.destroy();
      this.view = null;
      const place = make("div", { className: "board-body" });
      if (this.complaint()) {
        this.preview.replaceChildren(make("p", { className: "muted" }, "What you choose is drawn here."));
        return;
      }
      this.preview.replaceChildren(place);
      this.view = mcp.panel.make(place, this.value());
      this.view.load(mcp.time.window());
    }

    end() {
      clearTimeout(this.timer);
      this.view?.destroy();
    }
  }

  function mayLeave(editor, isNew) {
    if (!editor.isChanged()) return true;
    const text = isNew ? "No panel is added." : "The panel stays as it was.";
    return mcp.dialog.confirm({ title: "Discard your changes?", text, label: "Discard", isGrave: true });
  }

  // The changed panel, or null if nothing is to be changed.
  async function edit(panel, isNew) {
    const editor = new Editor(panel);
    const done = await mcp.dialog.ask({
      title: isNew ? "Add a panel" : "Edit the panel",
      content: [editor.element],
      className: "wide",
      buttons: [{ label: "Cancel" }, { label: isNew ? "Add" : "Done", value: true, isMain: true }],
      check: () => editor.complaint(),
      mayLeave: () => mayLeave(editor, isNew),
    });
    editor.end();
    return done ? editor.value() : null;
  }

  return { edit };
})();
