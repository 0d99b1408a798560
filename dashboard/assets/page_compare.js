// The page to compare: what is chosen is in the address, and the address makes the panels.
window.mcp = window.mcp || {};

mcp.compare = (() => {
  const byId = (id) => document.getElementById(id);
  const SELECTS = ["aggregate", "counters", "kind"];
  const FRESH_MS = 30000;
  const AGAIN_MS = 3000;
  let view = null; // as in compare_model.js
  let drawn = []; // [{key, title, panel, card, made}]
  let columns = [];
  let fleet = [];
  let askedMs = 0;
  let pickers = {};
  let marks = null;
  let isOpen = false;
  let again = 0;

  // ------------------------------------------------------------------------------------------------ what there is

  async function askAgain() {
    if (Date.now() - askedMs < FRESH_MS) return;
    askedMs = Date.now();
    const found = await Promise.all([listed("/api/columns"), listed("/api/fleet")]);
    if (!isOpen) return;
    [columns, fleet] = found.map((each, index) => each || [columns, fleet][index]);
    if (found.includes(null)) askSoon();
    offer();
  }

  // Without a leader there is nothing new to choose from, which is null: it is asked for until there is.
  async function listed(path) {
    try {
      const answer = await fetch(path);
      return answer.ok ? await answer.json() : null;
    } catch (error) {
      if (error instanceof TypeError) return null;
      throw error;
    }
  }

  function askSoon() {
    askedMs = 0;
    clearTimeout(again);
    again = setTimeout(askAgain, AGAIN_MS);
  }

  function offer() {
    const labels = mcp.compareModel.labelNames(fleet);
    pickers.columns.setOptions(mcp.compareModel.columnOptions(columns));
    pickers.nodes.setOptions(mcp.compareModel.nodeOptions(fleet));
    const names = [...new Set([...labels, ...view.panel.group_by])];
    const options = names.map((name) => Object.assign(document.createElement("option"), { value: name, textContent: name }));
    byId("compare-by").replaceChildren(byId("compare-by").firstElementChild, ...options);
    byId("compare-by").value = view.panel.group_by[0] || "";
    if (columns.length && !drawn.length) mcp.states.filled("compare-page");
    byId("compare-examples").replaceChildren(...mcp.compareModel.examples(columns, fleet).map(example));
    if (view.split === "node") show();
  }

  function example({ title, text, query }) {
    const link = mcp.panelViews.make("a", "compare-example", mcp.panelViews.make("strong", "", title), text);
    link.href = `/compare?${query}`;
    link.addEventListener("click", (event) => {
      if (!mcp.shell.linkOf(event)) return;
      event.preventDefault();
      become(mcp.compareModel.read(new URLSearchParams(query)));
      byId("compare-page").querySelector("h1").scrollIntoView({ block: "nearest" });
    });
    return link;
  }

  // ------------------------------------------------------------------------------------------------ what is chosen

  function become(next) {
    view = next;
    mcp.view.set(mcp.compareModel.write(view));
    show();
  }

  const choose = (changes) => become({ ...view, panel: { ...view.panel, ...changes } });

  function showChoices() {
    const { panel, split } = view;
    pickers.columns.setValues(panel.columns);
    pickers.nodes.setValues(mcp.compareModel.chosenNodes(panel));
    for (const name of SELECTS) byId(`compare-${name}`).value = panel[name];
    byId("compare-by").value = panel.group_by[0] || "";
    byId("compare-by").disabled = panel.aggregate === "NONE";
    byId("compare-split").value = split;
    byId("compare-split").querySelector("[value=node]").disabled = panel.aggregate !== "NONE";
  }

  function wire() {
    for (const name of SELECTS) byId(`compare-${name}`).onchange = ({ target }) => choose({ [name]: target.value });
    byId("compare-by").onchange = ({ target }) => choose({ group_by: target.value ? [target.value] : [] });
    byId("compare-split").onchange = ({ target }) => become({ ...view, split: target.value });
    byId("compare-csv").onclick = () => mcp.csv.download("compare", mcp.compareModel.rows(drawn.flatMap(points)), mcp.live.now());
    byId("compare-add").onclick = mcp.singleFlight(() => mcp.boards.addPanels(drawn.map(({ title, panel }) => ({ ...panel, title }))));
    const settings = [
      ["columns", "Columns", "Search columns", (values) => choose({ columns: values }), true],
      ["nodes", "Nodes", "All nodes", (values) => choose(mcp.compareModel.chooseNodes(values)), false],
    ];
    for (const [key, label, placeholder, onChange, isSearch] of settings) {
      pickers[key] = mcp.picker.make(byId(`compare-${key}`), { label, placeholder, onChange, isSearch });
      byId(`compare-${key}`).addEventListener("focusin", askAgain);
    }
  }

  const points = ({ title, made }) => made.drawn().map((line) => ({ ...line, title: title || made.answer?.title || "" }));

  // ------------------------------------------------------------------------------------------------ what is drawn

  function show() {
    showChoices();
    const wanted = mcp.compareModel.panels(view, fleet);
    const isEmpty = !view.panel.columns.length;
    const same = (a, b) => JSON.stringify([a.key, a.panel]) === JSON.stringify([b.key, b.panel]);
    const kept = wanted.map((each) => drawn.find((before) => same(before, each)));
    for (const before of drawn) if (!kept.includes(before)) before.made.destroy();
    drawn = wanted.map((each, index) => kept[index] || card(each));
    byId("compare-panels").replaceChildren(...drawn.map((each) => each.card));
    byId("compare-panels").dataset.count = String(Math.min(drawn.length, 3));
    drawn.forEach(({ made }, index) => kept[index] || made.load(mcp.time.window()));
    marks.renew();
    byId("compare-empty").hidden = !isEmpty;
    byId("compare-csv").hidden = isEmpty;
    byId("compare-add").hidden = !drawn.length;
    showSubtitle();
  }

  function showSubtitle() {
    const out = mcp.compareModel.leftOut(view, fleet);
    const most = mcp.compareModel.MOST_PANELS;
    byId("compare-subtitle").textContent = out
      ? `The first ${most} of ${(most + out).toLocaleString("en")} nodes: choose others by name or label.`
      : "Any columns of any nodes, side by side";
  }

  function card(wanted) {
    const { make } = mcp.panelViews;
    const title = make("h2", "", wanted.title);
    const about = make("span", "muted");
    const place = make("div", "compare-panel");
    const element = make("section", "card compare-card", make("div", "compare-head", title, about), place);
    const made = mcp.panel.make(place, wanted.panel, {
      onZoom: mcp.time.zoomTo,
      onZoomOut: mcp.time.zoomOut,
      onAnswer(answer) {
        title.textContent = wanted.title || answer.title;
        about.textContent = wanted.title ? "" : `${answer.nodes.toLocaleString("en")} ${answer.nodes === 1 ? "node" : "nodes"}`;
        marks?.renew();
        mcp.states.filled("compare-page");
      },
    });
    return { ...wanted, card: element, made };
  }

  function load(window_) {
    for (const { made } of drawn) made.load(window_);
    marks.load(window_);
  }

  // ------------------------------------------------------------------------------------------------ coming and going

  function open() {
    isOpen = true;
    pickers = {};
    drawn = [];
    askedMs = 0;
    wire();
    view = mcp.compareModel.read(new URLSearchParams(location.search));
    marks = mcp.panelMarks.open(() => drawn.map(({ made }) => made));
    mcp.time.open(load);
    show();
    marks.load(mcp.time.window());
    askAgain();
  }

  function close() {
    isOpen = false;
    clearTimeout(again);
    mcp.time.close();
    marks.close();
    marks = null;
    for (const { made } of drawn) made.destroy();
    drawn = [];
  }

  return { open, close };
})();
