// The table of nodes and the life of its grid, which Dash makes and takes away.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

// As much of AG Grid as the table asks for; once it is destroyed, every call but one is a fault.
function fakeGrid() {
  const grid = { isGone: false, listeners: new Set(), calls: 0, sort: null };
  const said = {
    isDestroyed: () => grid.isGone,
    destroy: () => Object.assign(grid, { isGone: true }),
    addEventListener: (_name, listener) => grid.listeners.add(listener),
    removeEventListener: (_name, listener) => grid.listeners.delete(listener),
    getColumnState: () => [{ colId: "cpu", sort: grid.sort }],
    getColumns: () => [],
    getDisplayedRowCount: () => 1,
    forEachNodeAfterFilterAndSort: () => {},
  };
  const handler = {
    // It is waited for, but no promise.
    get: (_target, name) => name === "then" ? undefined : (...args) => {
      if (grid.isGone && name !== "isDestroyed") throw new Error(`${name} of a grid that is destroyed`);
      grid.calls += 1;
      return said[name]?.(...args);
    },
  };
  return Object.assign(grid, { api: new Proxy(said, handler) });
}

// A fleet page whose grids are `grids`, the next one each time somebody asks.
function fleetPage(...grids) {
  const element = { clientWidth: 1200, offsetTop: 0, style: {}, querySelector: () => null };
  const document = { getElementById: () => element };
  const getApi = () => (grids.length > 1 ? grids.shift() : grids[0]).api;
  const { mcp } = load(["fleet_query", "fleet_table"], { document, innerHeight: 900, dash_ag_grid: { getApi } });
  const sorts = [];
  const about = { act: () => {}, onSort: (state) => sorts.push(state), columns: () => [] };
  return { make: () => mcp.fleetTable.make(about), sorts };
}

const SHOWN = { filter: { words: [], states: [], labels: [] }, by: "", groups: [] };

test("a table that outlives its grid does nothing more, and breaks nothing", async () => {
  const grid = fakeGrid();
  const table = await fleetPage(grid).make();
  grid.isGone = true;
  table.replace([], SHOWN);
  table.apply({ removed: [], added: [], renewed: [], changed: new Set(["cpu"]) });
  table.filter(SHOWN.filter);
  table.tellGroups([]);
  table.sort({ colId: "cpu", sort: "asc" });
  table.fit();
  assert.equal(table.inOrder(), undefined);
  table.destroy();
});

test("the grid of the page before is not taken for that of this one", async () => {
  const [before, here] = [fakeGrid(), fakeGrid()];
  before.isGone = true;
  const table = await fleetPage(before, here).make();
  const { calls } = here;
  table.replace([], SHOWN);
  assert.ok(here.calls > calls);
  table.destroy();
});

test("who clicks a head has chosen an order; a link that brings one has not, nor has a page that is closed", async () => {
  const grid = fakeGrid();
  const { make, sorts } = fleetPage(grid);
  const table = await make();
  grid.sort = "desc";
  const [sorted] = grid.listeners;
  sorted({ source: "api" });
  assert.deepEqual(sorts, []);
  sorted({ source: "uiColumnSorted" });
  assert.deepEqual(sorts.map(({ colId, sort }) => [colId, sort]), [["cpu", "desc"]]);
  table.destroy();
  assert.equal(grid.listeners.size, 0);
});
