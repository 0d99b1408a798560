// A dashboard as plain data: what a file of one may hold, and where its panels stand. No page, no leader.
// Names are those of the contract (pb.Dashboard, pb.Panel); a panel has a `key`, too, by which the page knows it again.
window.mcp = window.mcp || {};

mcp.boardModel = (() => {
  const COLUMNS = 12;
  const MOST_ROWS = 24;
  const MOST_PANELS = 64;
  const KINDS = ["LINES", "STACK", "FIGURE", "TABLE", "TEXT"];
  const SIZES = { FIGURE: [3, 2], TEXT: [4, 2] };
  const USUAL_SIZE = [6, 4];
  const PLAIN = {
    title: "",
    kind: "LINES",
    x: 0,
    y: 0,
    width: 6,
    height: 4,
    node_ids: [],
    labels: [],
    columns: [],
    counters: "PER_SECOND",
    aggregate: "NONE",
    group_by: [],
    text: "",
  };
  const MOST_TITLE = 120; // in code points, as the leader counts
  const COPY = " (copy)";
  const SAID = ["width", "height"];
  const KEPT = ["title", "description", "range", "panels"];
  let keys = 0;

  const newKey = () => `panel-${(keys += 1)}`;

  // Every field of a panel, and a key of its own.
  function panelOf(given) {
    const panel = { key: newKey() };
    for (const [name, usual] of Object.entries(PLAIN)) panel[name] = structuredClone(given[name] ?? usual);
    return panel;
  }

  // What a person edits of a dashboard, from the API's JSON.
  function draftOf({ title, description = "", range = "", panels = [] }) {
    return { title, description, range, panels: settled(panels.map(panelOf)) };
  }

  // What goes to the leader or into a file: without what is only the page's.
  function plain({ title, description, range, panels }) {
    return { title, description, range, panels: panels.map(plainPanel) };
  }

  function plainPanel(panel) {
    const entries = Object.keys(PLAIN).map((name) => [name, panel[name]]);
    const isSaid = ([name, value]) => SAID.includes(name) || JSON.stringify(value) !== JSON.stringify(PLAIN[name]);
    return Object.fromEntries(entries.filter(isSaid));
  }

  const isSame = (one, other) => JSON.stringify(plain(one)) === JSON.stringify(plain(other));

  // What decides how a panel is drawn; where it stands does not.
  const contentOf = (panel) => JSON.stringify(plainPanel({ ...panel, x: 0, y: 0, width: 1, height: 1, title: "" }));

  // The panels of a newer version under the keys of those that are shown: what is drawn the same is not drawn again.
  function recognised(panels, shown) {
    const left = new Set(shown);
    const found = new Map();
    const isTitled = (one, other) => one.title === other.title && isDrawnSame(one, other);
    for (const fits of [isTitled, isDrawnSame]) {
      for (const panel of panels.filter((each) => !found.has(each))) {
        const one = [...left].find((each) => fits(each, panel));
        if (one) found.set(panel, one.key);
        left.delete(one);
      }
    }
    return panels.map((panel) => ({ ...panel, key: found.get(panel) ?? panel.key }));
  }

  const isDrawnSame = (one, other) => contentOf(one) === contentOf(other);

  // A dashboard out of a file; an Error says what is wrong with the file, and the leader what with the dashboard.
  function fromFile(text) {
    let found;
    try {
      found = JSON.parse(text);
    } catch (error) {
      throw new Error(`The file holds no JSON (${error.message}). Take one that “Export” made.`);
    }
    if (typeof found?.title !== "string" || !Array.isArray(found.panels ?? [])) {
      throw new Error("The file holds no dashboard: it has no title or no panels. Take one that “Export” made.");
    }
    return Object.fromEntries(KEPT.filter((name) => name in found).map((name) => [name, found[name]]));
  }

  function fileName(title) {
    const stem = title.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-");
    return `${stem.replace(/^-+|-+$/g, "") || "dashboard"}.json`;
  }

  // Cut between code points: half of one is no text.
  const cutTitle = (title, most = MOST_TITLE) => [...title].slice(0, most).join("");
  const copyTitle = (title) => cutTitle(title, MOST_TITLE - COPY.length) + COPY;

  // ------------------------------------------------------------------------------------------------ where panels stand

  const isAboveOrBelow = (one, other) => one.x < other.x + other.width && other.x < one.x + one.width;
  const inOrder = (panels) => [...panels].sort((a, b) => a.y - b.y || a.x - b.x);

  // The same panels in order, none over another and none with room above it. The leader does the same.
  function settled(panels) {
    const standing = [];
    for (const panel of inOrder(panels)) {
      const bottoms = standing.filter((each) => isAboveOrBelow(each, panel)).map((each) => each.y + each.height);
      standing.push({ ...panel, y: Math.max(0, ...bottoms) });
    }
    return inOrder(standing);
  }

  // With one panel more, of its kind's size unless it has one, where there is room first.
  function added(panels, panel) {
    const [width, height] = panel.width ? [panel.width, panel.height] : SIZES[panel.kind] || USUAL_SIZE;
    const one = panelOf({ ...panel, width, height });
    const bottom = Math.max(0, ...panels.map((each) => each.y + each.height));
    const isFree = (x, y) =>
      !panels.some((each) => isAboveOrBelow(each, { x, width }) && each.y < y + height && y < each.y + each.height);
    for (let y = 0; y <= bottom; y += 1) {
      for (let x = 0; x + width <= COLUMNS; x += 1) {
        if (isFree(x, y)) return settled([...panels, { ...one, x, y }]);
      }
    }
    return panels;
  }

  // A copy right below the panel it is of.
  function duplicated(panels, key) {
    const found = panels.find((each) => each.key === key);
    const copy = panelOf({ ...found, title: found.title && copyTitle(found.title) });
    return settled([...panels, { ...copy, y: found.y + found.height - 0.5 }]);
  }

  const limited = (value, least, most) => Math.min(Math.max(value, least), most);

  // One panel by steps: {x, y, width, height} of -1, 0 or 1. What is in its way goes below it; up and down it changes
  // places with the next one there.
  function stepped(panels, key, step) {
    const found = panels.find((each) => each.key === key);
    const width = limited(found.width + (step.width || 0), 1, COLUMNS - found.x);
    const height = limited(found.height + (step.height || 0), 1, MOST_ROWS);
    const x = limited(found.x + (step.x || 0), 0, COLUMNS - width);
    const y = step.y ? beyond(panels, found, step.y) : found.y - 0.25;
    return settled(panels.map((each) => (each === found ? { ...each, x, y, width, height } : each)));
  }

  function beyond(panels, found, direction) {
    const others = inOrder(panels).filter((each) => each !== found && isAboveOrBelow(each, found));
    if (direction > 0) {
      const next = others.find((each) => each.y > found.y);
      return next ? next.y + 0.5 : found.y;
    }
    const last = others.findLast((each) => each.y < found.y);
    return last ? last.y - 0.5 : found.y;
  }

  // {key: {x, y, width, height}} of what was dragged or resized.
  const placed = (panels, places) => settled(panels.map((each) => ({ ...each, ...places[each.key] })));

  const rowsOf = (panels) => Math.max(0, ...panels.map((each) => each.y + each.height));

  return {
    COLUMNS,
    MOST_PANELS,
    KINDS,
    panelOf,
    draftOf,
    plain,
    plainPanel,
    isSame,
    contentOf,
    recognised,
    fromFile,
    fileName,
    cutTitle,
    copyTitle,
    settled,
    added,
    duplicated,
    stepped,
    placed,
    rowsOf,
  };
})();
