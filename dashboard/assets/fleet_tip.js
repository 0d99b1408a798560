// What is told of one node beside its cell: for eyes as a card, for ears as a sentence.
window.mcp = window.mcp || {};

mcp.fleetTip = (() => {
  const MARGIN = 8;
  const MOST_LABELS = 6;
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const percent = (value) => (value === null || value === undefined ? mcp.format.NOTHING : `${value} %`);

  const labelsOf = (row) => Object.entries(row.labels).map(([name, value]) => `${name}=${value}`);

  const sentence = (row) =>
    [row.id, row.state, `CPU ${percent(row.cpu)}`, `memory ${percent(row.memory)}`, `disk ${percent(row.disk)}`].join(", ");

  function make(tag, className, text) {
    const element = document.createElement(tag);
    element.className = className;
    if (text) element.textContent = text;
    return element;
  }

  function stateOf(row) {
    const state = make("span", "state");
    state.dataset.state = row.state;
    state.append(make("span", `icon icon-${row.state}`), capital(row.state));
    return state;
  }

  function factsOf(row) {
    const list = make("dl", "tip-facts");
    const facts = [
      ["CPU", percent(row.cpu)],
      ["Memory", percent(row.memory)],
      ["Disk", percent(row.disk)],
      ["Requests/s", mcp.format.rate(row.requests)],
    ];
    if (row.seen) facts.push(["Last seen", mcp.format.ago(row.seen * 1000, mcp.live.now())]);
    for (const [name, value] of facts) list.append(make("dt", "", name), make("dd", "", value));
    return list;
  }

  // Beside the cell, inside the window.
  function place(tip, { left, top, side }) {
    const { offsetWidth: width, offsetHeight: height } = tip;
    const x = Math.min(Math.max(MARGIN, left + side / 2 - width / 2), innerWidth - width - MARGIN);
    const below = top + side + MARGIN;
    const y = below + height < innerHeight ? below : top - height - MARGIN;
    tip.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }

  function show(tip, row, box) {
    tip.hidden = !row;
    if (!row) return;
    const head = make("div", "tip-head");
    head.append(make("strong", "", row.id), stateOf(row));
    const labels = labelsOf(row);
    const told = labels.slice(0, MOST_LABELS).join("  ") + (labels.length > MOST_LABELS ? "  …" : "");
    tip.replaceChildren(head, factsOf(row), ...(told ? [make("p", "tip-labels", told)] : []));
    place(tip, box);
  }

  return { sentence, show };
})();
