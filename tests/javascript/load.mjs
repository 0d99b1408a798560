// Scripts of dashboard/assets as a page loads them, without a page: what they take for the window is a plain object.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const ASSETS = new URL("../../dashboard/assets/", import.meta.url);
const nothing = () => {};

// As much of a browser as scripts touch while they are loaded.
function fakeWindow(more) {
  const document = {
    hidden: false,
    documentElement: { dataset: {} },
    addEventListener: nothing,
    getElementById: () => null,
    querySelectorAll: () => [],
    ...more.document,
  };
  const history = { state: null, pushState: nothing, replaceState: nothing };
  const window = {
    location: new URL("http://dashboard.example/"),
    history,
    addEventListener: nothing,
    removeEventListener: nothing,
    matchMedia: () => ({ matches: false, addEventListener: nothing }),
    mcp: {},
    dash_clientside: {},
    ...more,
    document,
  };
  return Object.assign(window, { window });
}

// Runs assets in this order ("format", "lines": without .js) and gives their window, where `mcp` is; `more` is put into
// it before, for instance {mcp: {live: {now: () => 0}}, document: {hidden: true}}. Names that it lacks are those of
// Node.js: a test may mock the timers. Each call makes a window of its own.
export function load(names, more = {}) {
  const window = fakeWindow(more);
  for (const name of names) {
    const filename = fileURLToPath(new URL(`${name}.js`, ASSETS));
    // Not a context of its own: its arrays and objects would not be deepEqual to those of a test.
    vm.compileFunction(readFileSync(filename, "utf8"), [], { filename, contextExtensions: [window] })();
  }
  return window;
}
