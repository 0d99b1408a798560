// A field to choose several things from many: type to search, arrows and Enter to choose, Backspace takes the last one
// away.
//   mcp.picker.make(element, {label, placeholder, onChange(values)}) -> {setOptions([{value, label, hint, icon}]),
//   setValues([value]), focus()}
window.mcp = window.mcp || {};

mcp.picker = (() => {
  const MOST_SHOWN = 100;
  let made = 0;

  // At most so many options in which all words are, those that begin with the first of them before the others.
  function matching(options, text, most = MOST_SHOWN) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = options.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
    const isFirst = ({ label }) => words.length > 0 && label.toLowerCase().startsWith(words[0]);
    const ordered = [...found.filter(isFirst), ...found.filter((option) => !isFirst(option))];
    return { shown: ordered.slice(0, most), more: Math.max(0, ordered.length - most) };
  }

  const moved = (index, by, count) => (count ? (index + by + count) % count : -1);

  function make(tag, className, attributes = {}, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  const icon = (name) => make("span", `icon icon-${name}`, { "aria-hidden": "true" });

  class Picker {
    constructor(element, { label, placeholder, onChange, isSearch }) {
      made += 1;
      Object.assign(this, { label, placeholder, onChange, options: [], values: [], shown: [], active: -1 });
      this.id = `picker-${made}`;
      const attributes = { id: this.id, role: "listbox", "aria-multiselectable": "true", "aria-label": label };
      this.list = make("ul", "picker-list", attributes);
      this.list.hidden = true;
      this.input = make("input", "picker-input", {
        type: "text",
        role: "combobox",
        autocomplete: "off",
        spellcheck: "false",
        "aria-label": label,
        "aria-expanded": "false",
        "aria-controls": this.id,
        "aria-autocomplete": "list",
      });
      if (isSearch) this.input.dataset.search = "";
      this.box = make("div", "picker-box", {}, this.input);
      element.classList.add("picker");
      element.replaceChildren(this.box, this.list);
      this.wire(element);
      this.showChips();
    }

    wire(element) {
      this.input.addEventListener("input", () => this.open());
      this.input.addEventListener("focus", () => this.open());
      this.input.addEventListener("keydown", (event) => this.pressed(event));
      element.addEventListener("focusout", (event) => element.contains(event.relatedTarget) || this.close());
      // A press on the list or the box shall not take the focus away from the input.
      this.list.addEventListener("pointerdown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => this.clicked(event));
      this.box.addEventListener("pointerdown", (event) => {
        if (event.target === this.input || event.target.closest(".picker-chip")) return;
        event.preventDefault();
        this.input.focus();
      });
    }

    clicked(event) {
      const index = [...this.list.children].indexOf(event.target.closest("[role=option]"));
      if (index >= 0) this.toggle(this.shown[index].value);
    }

    setOptions(options) {
      this.options = options;
      this.showChips();
      if (!this.list.hidden) this.open();
    }

    setValues(values) {
      this.values = values;
      this.showChips();
      if (!this.list.hidden) this.open();
    }

    focus() {
      this.input.focus();
    }

    // ---------------------------------------------------------------------------------------------- choosing

    toggle(value) {
      const isChosen = this.values.includes(value);
      this.input.value = "";
      this.onChange(isChosen ? this.values.filter((each) => each !== value) : [...this.values, value]);
    }

    pressed(event) {
      const keys = {
        ArrowDown: () => this.move(1),
        ArrowUp: () => this.move(-1),
        Enter: () => this.shown[this.active] && this.toggle(this.shown[this.active].value),
        Escape: () => this.escape(),
      };
      if (event.key === "Backspace" && !this.input.value && this.values.length) this.toggle(this.values.at(-1));
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    }

    escape() {
      if (this.list.hidden) this.input.blur();
      else this.close();
    }

    move(by) {
      if (this.list.hidden) this.open();
      else this.activate(moved(this.active < 0 && by < 0 ? 0 : this.active, by, this.shown.length));
    }

    // ---------------------------------------------------------------------------------------------- showing

    open() {
      const { shown, more } = matching(this.options, this.input.value);
      this.shown = shown;
      const items = shown.map((option, index) => this.item(option, index));
      if (!shown.length) items.push(make("li", "picker-none", {}, this.options.length ? "Nothing matches." : "Nothing to choose from yet."));
      if (more) items.push(make("li", "picker-none", {}, `and ${more.toLocaleString("en")} more: type to find them`));
      this.list.replaceChildren(...items);
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      this.activate(shown.length ? Math.min(Math.max(this.active, 0), shown.length - 1) : -1);
    }

    item({ value, label, hint, icon: symbol }, index) {
      const isChosen = this.values.includes(value);
      const texts = [make("span", "picker-label", {}, label), make("span", "picker-hint", {}, hint || "")];
      const mark = make("span", "picker-mark", {}, ...(isChosen ? [icon("done")] : []));
      const attributes = { id: `${this.id}-${index}`, role: "option", "aria-selected": String(isChosen) };
      return make("li", "picker-option", attributes, mark, ...(symbol ? [icon(symbol)] : []), ...texts);
    }

    activate(index) {
      this.active = index;
      const items = [...this.list.children];
      items.forEach((item, place) => item.classList.toggle("is-active", place === index));
      items[index]?.scrollIntoView({ block: "nearest" });
      if (index >= 0) this.input.setAttribute("aria-activedescendant", `${this.id}-${index}`);
      else this.input.removeAttribute("aria-activedescendant");
    }

    close() {
      this.list.hidden = true;
      this.active = -1;
      this.input.value = "";
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }

    showChips() {
      const chips = this.values.map((value) => {
        const remove = make("button", "picker-chip-remove", { type: "button", "aria-label": `Remove ${value}` }, icon("close"));
        remove.addEventListener("click", () => {
          this.toggle(value);
          this.input.focus();
        });
        return make("span", "picker-chip", { title: value }, make("span", "picker-chip-text", {}, value), remove);
      });
      for (const chip of [...this.box.querySelectorAll(".picker-chip")]) chip.remove();
      this.box.prepend(...chips);
      this.input.placeholder = this.values.length ? "" : this.placeholder;
    }
  }

  return { matching, moved, make: (element, settings) => new Picker(element, settings) };
})();
