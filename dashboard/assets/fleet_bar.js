// The bar above the nodes: states, labels, groups, columns, download, table or heat. It shows a choice and changes it.
window.mcp = window.mcp || {};

mcp.fleetBar = (() => {
  const MOST_VALUES = 100;
  const byId = (id) => document.getElementById(id);
  const toggled = (list, item) => (list.includes(item) ? list.filter((each) => each !== item) : [...list, item]);

  // `page` is {choice(), change(part of a choice), rows(), columns(), toggleColumn(name), csv()}; gives {show(choice),
  // tell(rows), destroy()}.
  function make(page) {
    const ending = new AbortController();
    const on = (element, name, act) => element.addEventListener(name, act, { signal: ending.signal });
    for (const button of byId("fleet-states").querySelectorAll("button")) {
      on(button, "click", () => chooseState(page, button.dataset.state));
    }
    for (const button of document.querySelectorAll("#fleet-bar [data-view]")) {
      on(button, "click", () => page.change({ view: button.dataset.view }));
    }
    on(byId("fleet-by"), "change", ({ target }) => page.change({ by: target.value }));
    on(byId("fleet-colour"), "change", ({ target }) => page.change({ colour: target.value }));
    on(byId("fleet-csv"), "click", () => page.csv());
    const menus = [menu("labels", () => labelItems(page)), menu("columns", () => columnItems(page))];
    return {
      show: (choice) => show(choice, page),
      tell: (rows) => tell(rows, page.choice()),
      destroy() {
        ending.abort();
        for (const end of menus) end();
      },
    };
  }

  const menu = (key, items) =>
    mcp.fleetMenu.make(byId(`fleet-${key}`), byId(`fleet-${key}-menu`), (element) => element.replaceChildren(...items()));

  function chooseState(page, state) {
    page.change({ states: state ? toggled(page.choice().states, state) : [] });
  }

  // -- what the menus hold -------------------------------------------------------------------------------------------

  function labelItems(page) {
    const labels = mcp.fleetQuery.labelsOf(page.rows());
    if (!labels.length) return [mcp.fleetMenu.heading("No node has a label: give it some with mcp-node --labels")];
    return labels.flatMap(([name, values]) => {
      const items = values.slice(0, MOST_VALUES).map(([value, count]) => labelItem(page, `${name}=${value}`, value, count));
      const rest = values.length - MOST_VALUES;
      const more = rest > 0 ? [mcp.fleetMenu.heading(`${rest} more: search for ${name}=…`)] : [];
      return [mcp.fleetMenu.heading(name), ...items, ...more];
    });
  }

  function labelItem(page, label, value, count) {
    const change = () => page.change({ labels: toggled(page.choice().labels, label) });
    return mcp.fleetMenu.item(value, page.choice().labels.includes(label), change, count.toLocaleString("en"));
  }

  function columnItems(page) {
    const lines = byId("fleet-columns").parentElement.dataset.names.split("\n");
    const items = lines.map((line) => {
      const [name, title] = line.split("\t");
      const change = () => {
        page.toggleColumn(name);
        keepOne(items);
      };
      return mcp.fleetMenu.item(title, page.columns().includes(name), change);
    });
    keepOne(items);
    const reset = mcp.fleetMenu.action("Back to the standard columns", () => {
      page.change({ columns: [] });
      byId("fleet-columns-menu").replaceChildren(...columnItems(page));
    });
    return [...items, reset];
  }

  // The last box that is ticked stays so: a table of names alone would tell nothing.
  function keepOne(items) {
    const boxes = items.map((item) => item.querySelector("input"));
    const ticked = boxes.filter((box) => box.checked);
    for (const box of boxes) box.disabled = ticked.length === 1 && box === ticked[0];
    items.forEach((item, index) => {
      item.title = boxes[index].disabled ? "The table needs one column beside the names" : "";
    });
  }

  // -- what is chosen ------------------------------------------------------------------------------------------------

  function show(choice, page) {
    for (const button of byId("fleet-states").querySelectorAll("button")) {
      const { state } = button.dataset;
      press(button, state ? choice.states.includes(state) : !choice.states.length);
    }
    for (const button of document.querySelectorAll("#fleet-bar [data-view]")) {
      press(button, button.dataset.view === choice.view);
    }
    byId("fleet-colour").value = choice.colour;
    byId("fleet-colour-label").hidden = choice.view !== "heat";
    byId("fleet-columns").parentElement.hidden = choice.view === "heat";
    showChips(choice, page);
    showNames(page.rows(), choice);
  }

  const press = (button, isPressed) => button.setAttribute("aria-pressed", String(isPressed));

  function showChips({ labels }, page) {
    if (byId("fleet-chips").dataset.labels === labels.join("\n")) return;
    byId("fleet-chips").dataset.labels = labels.join("\n");
    const chips = labels.map((label) => {
      const chip = document.createElement("button");
      Object.assign(chip, { type: "button", className: "fleet-chip removable", textContent: label });
      chip.setAttribute("aria-label", `Show nodes without ${label} again`);
      chip.append(Object.assign(document.createElement("span"), { className: "icon icon-close", ariaHidden: "true" }));
      chip.addEventListener("click", () => page.change({ labels: toggled(page.choice().labels, label) }));
      return chip;
    });
    byId("fleet-chips").replaceChildren(...chips);
    byId("fleet-chips").hidden = !chips.length;
  }

  // The labels one can group by.
  function showNames(rows, { by }) {
    const names = mcp.fleetQuery.labelsOf(rows).map(([name]) => name);
    if (by && !names.includes(by)) names.push(by);
    const select = byId("fleet-by");
    const wanted = ["", ...names];
    if ([...select.options].map(({ value }) => value).join("\n") !== wanted.join("\n")) {
      select.replaceChildren(...wanted.map((name) => new Option(name ? `by ${name}` : "none", name)));
    }
    select.value = by;
  }

  // How many there are in each state.
  function tell(rows, choice) {
    const counts = mcp.fleetQuery.countStates(rows);
    byId("fleet-state-all-count").textContent = rows.length.toLocaleString("en");
    for (const [state, count] of Object.entries(counts)) {
      byId(`fleet-state-${state}-count`).textContent = count.toLocaleString("en");
      byId(`fleet-state-${state}`).classList.toggle("is-zero", !count && !choice.states.includes(state));
    }
  }

  return { make };
})();
