// What somebody chose to see of the fleet: it is in the address, for links, and how they like the table is remembered.
window.mcp = window.mcp || {};

mcp.fleetChoice = (() => {
  const KEY = "mcp-fleet";
  // What is chosen, and its parameter in the address.
  const NAMES = {
    q: "q",
    states: "state",
    labels: "label",
    by: "by",
    view: "view",
    colour: "colour",
    columns: "column",
    sort: "sort",
  };
  const ALLOWED = { view: ["table", "heat"], colour: ["cpu", "memory", "disk", "state"] };
  const LISTS = ["states", "labels", "columns"];
  const REMEMBERED = ["by", "view", "colour", "columns", "sort"];
  const STANDARD = { q: "", states: [], labels: [], by: "", view: "table", colour: "cpu", columns: [], sort: "id" };

  const isStandard = (name, value) => String(value) === String(STANDARD[name]);

  // Storage may be blocked, or hold what an older version wrote.
  function remembered() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY)) || {};
      const names = REMEMBERED.filter((name) => isOfKind(name, kept[name]));
      return Object.fromEntries(names.map((name) => [name, kept[name]]));
    } catch {
      return {};
    }
  }

  const isOfKind = (name, value) => (LISTS.includes(name) ? Array.isArray(value) : typeof value === "string");

  function remember(choice) {
    const kept = Object.fromEntries(REMEMBERED.map((name) => [name, choice[name]]));
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Storage is blocked: the address has it.
    }
  }

  // What the address says; one that says nothing leaves what is remembered. No columns means the standard ones.
  function read() {
    const isLinked = Object.values(NAMES).some((parameter) => mcp.view.get(parameter) !== null);
    const choice = { ...STANDARD, ...(isLinked ? {} : remembered()) };
    for (const [name, parameter] of Object.entries(NAMES)) {
      const values = mcp.view.getAll(parameter);
      if (values.length) choice[name] = LISTS.includes(name) ? values : values[0];
      if (ALLOWED[name]?.includes(choice[name]) === false) choice[name] = STANDARD[name];
    }
    return choice;
  }

  function write(choice) {
    const said = (name) => (isStandard(name, choice[name]) ? null : choice[name]);
    mcp.view.set(Object.fromEntries(Object.entries(NAMES).map(([name, parameter]) => [parameter, said(name)])));
    remember(choice);
  }

  // "-cpu" is CPU, highest first.
  const sortOf = (text) => ({ colId: text.replace(/^-/, ""), sort: text.startsWith("-") ? "desc" : "asc" });
  const sortText = ({ colId, sort }) => (sort === "desc" ? `-${colId}` : colId);

  return { read, write, sortOf, sortText };
})();
