// Which columns the table of nodes has: those somebody chose, or as many of the usual ones as there is room for.
window.mcp = window.mcp || {};

mcp.fleetColumns = (() => {
  const PHONE_PX = 560;
  // What tells whether a node is well.
  const ON_PHONE = ["state", "cpu", "memory"];

  // `all` and `standard` are names in the order of the table; that of the node itself is in neither.
  function make(all, standard) {
    const known = (names) => all.filter((name) => names.includes(name));
    const usual = (width) => (width < PHONE_PX ? ON_PHONE : standard);
    // What is shown in a table `width` px wide; none are chosen in `names` as long as nobody has.
    const shown = (names, width) => (names.length ? known(names) : usual(width));
    return { known, shown, toggled: (names, name, width) => toggled({ known, shown, usual }, names, name, width) };
  }

  // What is chosen then; the usual ones count as not chosen.
  function toggled({ known, shown, usual }, names, name, width) {
    const before = shown(names, width);
    const after = known(before.includes(name) ? before.filter((each) => each !== name) : [...before, name]);
    return after.join() === usual(width).join() ? [] : after;
  }

  return { make };
})();
