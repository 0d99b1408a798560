// A button that opens a list to choose from. Escape, a click beside it, or leaving it by Tab closes it.
window.mcp = window.mcp || {};

mcp.fleetMenu = (() => {
  // `fill(menu)` makes the content each time it opens; gives what ends all of it.
  function make(button, menu, fill) {
    const ending = new AbortController();
    const { signal } = ending;

    function set(isOpen) {
      menu.hidden = !isOpen;
      button.setAttribute("aria-expanded", String(isOpen));
      if (isOpen) fill(menu);
    }

    button.addEventListener("click", () => set(menu.hidden), { signal });
    menu.addEventListener("keydown", (event) => move(event, menu), { signal });
    document.addEventListener("pointerdown", ({ target }) => menu.parentElement.contains(target) || set(false), { signal });
    menu.parentElement.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || menu.hidden) return;
      event.stopPropagation();
      set(false);
      button.focus();
    }, { signal });
    menu.parentElement.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !menu.parentElement.contains(relatedTarget)) set(false);
    }, { signal });
    return () => ending.abort();
  }

  function move(event, menu) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const items = [...menu.querySelectorAll("input:enabled, button")];
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
  }

  // A line with a box to tick; `onChange(isChecked)`.
  function item(text, isChecked, onChange, note = "") {
    const label = document.createElement("label");
    const box = document.createElement("input");
    const name = document.createElement("span");
    label.className = "menu-item";
    Object.assign(box, { type: "checkbox", checked: isChecked });
    box.addEventListener("change", () => onChange(box.checked));
    name.textContent = text;
    label.append(box, name);
    if (note) label.append(Object.assign(document.createElement("span"), { className: "count", textContent: note }));
    return label;
  }

  const heading = (text) => Object.assign(document.createElement("p"), { className: "menu-heading", textContent: text });

  function action(text, act) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "menu-action", textContent: text });
    button.addEventListener("click", act);
    return button;
  }

  return { make, item, heading, action };
})();
