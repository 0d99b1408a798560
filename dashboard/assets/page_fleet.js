// The fleet page: the live topic fills the rows, a choice says which of them are shown and how.
window.mcp = window.mcp || {};

mcp.fleet = (() => {
  const byId = (id) => document.getElementById(id);
  let page = null;

  function open() {
    page = { fleet: mcp.fleetRows.make(), sets: columnSets(), table: null, heat: null, ending: new AbortController() };
    readChoice();
    page.bar = mcp.fleetBar.make({ choice: () => page.choice, rows: allRows, change, columns, toggleColumn, csv });
    mcp.shell.fillCommands();
    listen(page.ending.signal);
    mcp.live.look("fleet", take);
    makeTable(page);
  }

  // The address says something else, of the same nodes.
  function reread() {
    readChoice();
    page.bar.show(page.choice);
    page.table?.sort(mcp.fleetChoice.sortOf(page.choice.sort));
    showAll();
  }

  // The address says all of it from then on.
  function readChoice() {
    const choice = mcp.fleetChoice.read();
    choice.columns = page.sets.known(choice.columns);
    Object.assign(page, { choice, filter: mcp.fleetQuery.filterOf(choice) });
    setSearch(choice.q);
    mcp.fleetChoice.write(choice);
  }

  function close() {
    mcp.live.leave("fleet");
    page?.ending.abort();
    page?.bar.destroy();
    page?.table?.destroy();
    page?.heat?.destroy();
    page?.size?.disconnect();
    page = null;
  }

  async function makeTable(mine) {
    const onSort = (state) => change({ sort: mcp.fleetChoice.sortText(state) });
    const table = await mcp.fleetTable.make({ act: goTo, onSort, columns });
    if (!table || page !== mine) return;
    mine.table = table;
    table.sort(mcp.fleetChoice.sortOf(mine.choice.sort));
    mine.size = new ResizeObserver(() => table.fit());
    mine.size.observe(byId("fleet-table"));
    showAll();
  }

  const goTo = (row) => mcp.shell.go(`/node/${encodeURIComponent(row.id)}`);

  function columnSets() {
    const { standard, columns: all } = byId("fleet-page").dataset;
    return mcp.fleetColumns.make(all.split(" "), standard.split(" "));
  }

  // As wide as the table is, which may be hidden.
  const width = () => byId("fleet-page").clientWidth;
  const columns = () => page.sets.shown(page.choice.columns, width());
  const toggleColumn = (name) => change({ columns: page.sets.toggled(page.choice.columns, name, width()) });

  // -- what comes ----------------------------------------------------------------------------------------------------

  function take(message) {
    if (!isForHere(message)) return;
    const { fleet, table, choice } = page;
    const news = fleet.take(message);
    mcp.fleetHead.show(fleet);
    mcp.fleetHead.showFaults(fleet.faults);
    if (news.isAnew || news.renewed.length) page.bar.show(choice);
    if (news.isAnew || news.changed.has("state")) page.bar.tell(fleet.rows);
    if (news.isAnew) showAll();
    else if (choice.view === "heat") updateHeat(news);
    else if (table) updateTable(news);
  }

  // It may come while another page takes this one's place, or be on its way to the fleet page that was here before.
  const isForHere = ({ kind }) => byId("fleet-page") && (kind === "full" || page.fleet.totals);

  function updateTable(news) {
    if (page.choice.by && news.changed.size) page.table.tellGroups(groups());
    page.table.apply(news);
    if (news.added.length || news.changed.has("state")) showWhatThereIs();
  }

  function updateHeat(news) {
    const { choice } = page;
    if (news.added.length || news.changed.has("state")) showAll();
    else page.heat.update(choice.by ? groups().map(noteOf) : []);
  }

  const allRows = () => page.fleet.rows;
  const shown = () => allRows().filter((row) => mcp.fleetQuery.passes(row, page.filter));
  const groups = () => mcp.fleetQuery.groupsOf(shown(), page.choice.by);

  // -- what is shown -------------------------------------------------------------------------------------------------

  // Another choice, of which `part` is new.
  function change(part) {
    Object.assign(page.choice, part);
    mcp.fleetChoice.write(page.choice);
    mcp.fleetChoice.remember(part);
    page.filter = mcp.fleetQuery.filterOf(page.choice);
    page.bar.show(page.choice);
    if ("by" in part || "view" in part) showAll();
    else if (!("sort" in part)) showChosen();
  }

  // From the start: while the heat view is shown, the table is not told of what comes.
  function showAll() {
    const { choice, fleet, table, filter } = page;
    if (choice.view === "table" && table) {
      table.fit();
      table.replace(fleet.rows, { filter, by: choice.by, groups: choice.by ? groups() : [] });
    }
    showWhatThereIs();
    if (choice.view === "heat") showHeat();
  }

  function showChosen() {
    const { choice, table } = page;
    if (choice.view === "table" && table) {
      table.fit();
      if (choice.by) table.tellGroups(groups());
      table.filter(page.filter);
    }
    showWhatThereIs();
    if (choice.view === "heat") showHeat();
  }

  function showHeat() {
    page.heat ??= mcp.fleetHeat.make(byId("fleet-heat-cells"), goTo);
    page.heat.show(sections(), page.choice.colour);
  }

  // The cells of the heat view, by group, each group with a line about it.
  function sections() {
    const rows = shown().sort((a, b) => mcp.fleetQuery.byName(a.id, b.id));
    const { by } = page.choice;
    if (!by) return [{ title: "", note: "", rows }];
    const members = Map.groupBy(rows, (row) => mcp.fleetQuery.groupOf(row, by));
    return groups().map((group) => ({ title: group.value || `no ${by}`, note: noteOf(group), rows: members.get(group.value) }));
  }

  function noteOf({ count, down, left, cpu, worst, worstCpu }) {
    const facts = [`${count} ${count === 1 ? "node" : "nodes"}`];
    if (down) facts.push(`${down} not live`);
    if (left) facts.push(`${left} left`);
    if (cpu !== null) facts.push(`mean CPU ${Math.round(cpu)} %`, `worst ${worst} ${worstCpu} %`);
    return facts.join("  ·  ");
  }

  function showWhatThereIs() {
    const { rows } = page.fleet;
    const place = placeOf(page);
    byId("fleet-page").dataset.state = page.fleet.isKnown ? "known" : "loading";
    if (page.fleet.isKnown) mcp.states.filled("fleet-page");
    byId("fleet-bar").hidden = place === "empty";
    byId("fleet-subtitle").textContent = page.fleet.isKnown ? mcp.fleetQuery.countText(shown().length, rows.length, page.filter) : "";
    byId("fleet-nothing-text").textContent = `None of ${rows.length.toLocaleString("en")} is what you asked for.`;
    for (const each of ["empty", "nothing", "table", "heat"]) byId(`fleet-${each}`).hidden = each !== place;
    page.table?.fit();
  }

  // What stands below the bar; until something is known, the table with rows to come.
  function placeOf({ fleet, choice, filter }) {
    if (!fleet.isKnown) return "table";
    if (!fleet.rows.length) return "empty";
    return fleet.rows.some((row) => mcp.fleetQuery.passes(row, filter)) ? choice.view : "nothing";
  }

  // -- search, download ----------------------------------------------------------------------------------------------

  function listen(signal) {
    const search = byId("fleet-search");
    search.addEventListener("input", () => change({ q: search.value }), { signal });
    search.addEventListener("keydown", fromSearch, { signal });
    byId("fleet-clear").addEventListener("click", () => clearAll(), { signal });
    byId("fleet-page").addEventListener("click", follow, { signal });
  }

  // Enter opens the first that matches, and the arrow down goes to the nodes.
  function fromSearch(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && page.choice.q.trim()) openFirst();
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    if (page.choice.view === "heat") byId("fleet-cells").focus();
    else page.table?.enter();
  }

  function openFirst() {
    const [first] = inOrder();
    if (first) goTo(first);
  }

  // The nodes that are shown, in the order they are shown in.
  function inOrder() {
    const ofHeat = () => sections().flatMap((section) => section.rows);
    return page.choice.view === "heat" ? ofHeat() : page.table?.inOrder() ?? [];
  }

  function clearAll() {
    setSearch("");
    change({ q: "", states: [], labels: [] });
    byId("fleet-search").focus();
  }

  const setSearch = (value) => window.dash_clientside.set_props("fleet-search", { value });

  // Links in notes go to their page without loading the document again.
  function follow(event) {
    const link = event.target.closest(".note-link");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.show) change({ states: ["stale", "offline"] });
    else mcp.shell.go(link.getAttribute("href"));
  }

  function csv() {
    const now = mcp.live.now();
    mcp.csv.download("nodes", mcp.fleetCsv.table(["id", ...columns()], inOrder(), now), now);
  }

  return { open, close, reread };
})();

// The nodes are on their way while Dash makes the page: not before all scripts are here, which would wait for them.
if (location.pathname === "/") document.addEventListener("DOMContentLoaded", () => mcp.live.expect("fleet"));
