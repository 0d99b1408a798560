// What somebody chose to see of the fleet: it is in the address, for links. How they like the table is remembered.
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

  // Of a part of a choice, what somebody likes; what a link says is no liking.
  function remember(part) {
    const names = REMEMBERED.filter((name) => name in part);
    if (!names.length) return;
    const kept = { ...remembered(), ...Object.fromEntries(names.map((name) => [name, part[name]])) };
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

  // The parameters of a choice, null for what is as usual.
  function parameters(choice) {
    const said = (name) => (isStandard(name, choice[name]) ? null : choice[name]);
    return Object.fromEntries(Object.entries(NAMES).map(([name, parameter]) => [parameter, said(name)]));
  }

  const write = (choice) => mcp.view.set(parameters(choice));

  // A link to the fleet for who is here: `part` of a choice, and for the rest what is remembered.
  function address(part) {
    const pairs = Object.entries(parameters({ ...STANDARD, ...remembered(), ...part })).flatMap(([name, value]) =>
      [value].flat().filter((each) => each !== null).map((each) => [name, each]));
    return `/?${new URLSearchParams(pairs)}`;
  }

  // "-cpu" is CPU, highest first.
  const sortOf = (text) => ({ colId: text.replace(/^-/, ""), sort: text.startsWith("-") ? "desc" : "asc" });
  const sortText = ({ colId, sort }) => (sort === "desc" ? `-${colId}` : colId);

  return { read, write, remember, address, sortOf, sortText };
})();
