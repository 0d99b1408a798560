// The table of nodes in AG Grid. Rows are changed in place: the grid is told which columns, and draws what is in view.
window.mcp = window.mcp || {};

mcp.fleetTable = (() => {
  const ROW_PX = 40;
  const HEADER_PX = 42;
  // Cells that come by another name than their column.
  const COLUMN_OF = { received: "network", sent: "network" };
  const AGES_MS = 5000;
  const LOOK_MS = 16;
  const PATIENCE_MS = 120_000;
  const GROUP = "group:";

  const listeners = new Set();

  // Calls `act(row)` for rows that are chosen, and `onSort(colId, sort)`; `columns()` are those to show beside the
  // nodes' names. Null where the page has gone meanwhile.
  async function make({ act, onSort, columns }) {
    const grid = await ready();
    if (!grid) return null;
    const table = { grid, onSort, columns, heads: new Map(), passes: () => true, by: "", closed: new Set() };
    grid.setGridOption("isExternalFilterPresent", () => true);
    grid.setGridOption("doesExternalFilterPass", ({ data }) => passes(table, data));
    grid.setGridOption("postSortRows", ({ nodes }) => inGroups(table, nodes));
    const choose = ({ data }) => (data.isGroup ? toggle(table, data) : act(data));
    grid.setGridOption("onRowClicked", choose);
    grid.setGridOption("onCellKeyDown", (event) => keyDown(event, choose));
    const onSorted = ({ source }) => sorted(table, source);
    grid.addEventListener("sortChanged", onSorted);
    const actions = { replace, apply, filter: setFilter, tellGroups, sort, fit, inOrder, enter, showAges };
    const told = Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, whileThere(table, action)]));
    const ages = setInterval(told.showAges, AGES_MS);
    const destroy = () => {
      clearInterval(ages);
      if (!grid.isDestroyed()) grid.removeEventListener("sortChanged", onSorted);
    };
    return { ...told, destroy };
  }

  // Dash takes a grid away some time before its page hears of that.
  const whileThere = (table, action) => (...args) => (table.grid.isDestroyed() ? undefined : action(table, ...args));

  const showAges = ({ grid }) => grid.refreshCells({ columns: ["seen"] });

  // dash-ag-grid's own getApiAsync looks ever more rarely: by then the grid has been there for long.
  async function ready() {
    const until = performance.now() + PATIENCE_MS;
    while (document.getElementById("fleet-page")) {
      try {
        const grid = window.dash_ag_grid.getApi("fleet-grid");
        // That of the page before is known until the new one is there.
        if (!grid.isDestroyed()) return grid;
      } catch (error) {
        if (performance.now() > until) throw error;
      }
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_MS);
      });
    }
    return null;
  }

  function passes(table, data) {
    if (data.isGroup) return data.count > 0;
    return table.passes(data) && !table.closed.has(mcp.fleetQuery.groupOf(data, table.by));
  }

  // -- rows ----------------------------------------------------------------------------------------------------------

  // `groups` are those of mcp.fleetQuery.groupsOf; none without a label to group by. What does not pass is never drawn.
  function replace(table, rows, { filter, by, groups }) {
    if (by !== table.by) table.closed.clear();
    const heads = new Map(groups.map((each) => [each.value, headOf(table, by, each)]));
    Object.assign(table, { by, heads, passes: passing(filter) });
    table.grid.setGridOption("rowData", [...rows, ...table.heads.values()]);
    // Rows that it had before, it does not look at again by itself.
    table.grid.onFilterChanged();
  }

  function apply(table, { removed, added, renewed, changed }) {
    const { grid } = table;
    // By itself: a node that came back has its name, and another row.
    if (removed.length) grid.applyTransaction({ remove: removed });
    const update = renewed.filter((row) => !added.includes(row));
    if (added.length || update.length) grid.applyTransaction({ add: added, update });
    const columns = [...new Set([...changed].map((name) => COLUMN_OF[name] || name))];
    if (!columns.length) return;
    if (changed.has("state")) grid.onFilterChanged();
    else if (columns.includes(table.sortedBy)) grid.refreshClientSideRowModel("sort");
    grid.refreshCells({ columns, rowNodes: grid.getRenderedNodes() });
  }

  const passing = (filter) => (row) => mcp.fleetQuery.passes(row, filter);

  function setFilter(table, filter) {
    table.passes = passing(filter);
    table.grid.onFilterChanged();
  }

  // -- groups: a row of their own above those of their nodes ---------------------------------------------------------

  function tellGroups(table, groups) {
    const counts = new Map(groups.map((each) => [each.value, each]));
    for (const head of table.heads.values()) Object.assign(head, counts.get(head.value) || { count: 0 });
    const added = groups.filter(({ value }) => !table.heads.has(value)).map((each) => headOf(table, table.by, each));
    for (const head of added) table.heads.set(head.value, head);
    if (added.length) table.grid.applyTransaction({ add: added });
    for (const listener of listeners) listener();
  }

  const headOf = ({ closed }, by, each) => {
    const isOpen = !closed.has(each.value);
    return { ...each, id: `${GROUP}${each.value}`, isGroup: true, by, isOpen };
  };

  function toggle(table, head) {
    head.isOpen = !head.isOpen;
    table.closed[head.isOpen ? "delete" : "add"](head.value);
    table.grid.onFilterChanged();
    for (const listener of listeners) listener();
  }

  // Rows keep the order they were sorted in, within their group.
  function inGroups(table, nodes) {
    if (!table.by) return;
    const sections = new Map([...table.heads.keys()].sort(lastEmpty).map((value) => [value, []]));
    for (const node of nodes) {
      const value = node.data.isGroup ? node.data.value : mcp.fleetQuery.groupOf(node.data, table.by);
      const section = sections.get(value) || sections.set(value, []).get(value);
      section[node.data.isGroup ? "unshift" : "push"](node);
    }
    nodes.splice(0, nodes.length, ...[...sections.values()].flat());
  }

  const lastEmpty = (a, b) => (a === "") - (b === "") || mcp.fleetQuery.byName(a, b);

  // -- columns, sort, keys -------------------------------------------------------------------------------------------

  // As tall as its rows, as long as they fit below the figures; what is too wide scrolls sideways inside.
  function fit(table) {
    const card = document.getElementById("fleet-table");
    const element = document.getElementById("fleet-grid");
    if (!card?.clientWidth || !element) return;
    showColumns(table.grid, ["id", ...table.columns()]);
    const room = Math.max(360, innerHeight - card.offsetTop - 28);
    const needed = HEADER_PX + Math.max(1, table.grid.getDisplayedRowCount()) * ROW_PX + scrollbar(element) + 2;
    element.style.height = `${Math.min(room, needed)}px`;
  }

  // All at once: the grid draws its rows anew for each change.
  function showColumns(grid, ids) {
    for (const isShown of [true, false]) {
      const all = grid.getColumns().filter((column) => ids.includes(column.getColId()) === isShown);
      const changed = all.filter((column) => column.isVisible() !== isShown);
      if (changed.length) grid.setColumnsVisible(changed, isShown);
    }
  }

  // One that is laid over the rows takes no room.
  const scrollbar = (element) => element.querySelector(".ag-body-horizontal-scroll:not(.ag-scrollbar-invisible)")?.offsetHeight || 0;

  function sort(table, { colId, sort: order }) {
    table.sortedBy = colId;
    table.grid.applyColumnState({ state: [{ colId, sort: order }], defaultState: { sort: null } });
  }

  // Only who clicked has chosen: what `sort` does came from there, or from a link.
  function sorted(table, source) {
    const state = table.grid.getColumnState().find((column) => column.sort);
    table.sortedBy = state?.colId;
    if (state && source === "uiColumnSorted") table.onSort(state);
  }

  function keyDown({ event, data, ...rest }, choose) {
    if (event.key === "Enter" || (event.key === " " && data.isGroup)) choose({ ...rest, data });
  }

  // The keyboard goes to the first row.
  function enter({ grid }) {
    if (!grid.getDisplayedRowCount()) return;
    grid.ensureIndexVisible(0);
    grid.setFocusedCell(0, "id");
  }

  // The nodes that are shown, in the order they are shown in.
  function inOrder(table) {
    const rows = [];
    table.grid.forEachNodeAfterFilterAndSort(({ data }) => data.isGroup || rows.push(data));
    return rows;
  }

  // For what is drawn of groups: `listener` hears that they have changed; gives what ends that.
  function follow(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return { make, follow };
})();
