// Which page is open: Dash calls these when a page's layout has appeared.
(() => {
  let closeLast = () => {};

  function show(page, ...about) {
    closeLast();
    closeLast = () => page.close();
    page.open(...about);
    return "yes";
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.pages = {
    fleet: () => show(mcp.fleet),
    node: (name) => show(mcp.node, name),
    filter(text, states) {
      mcp.fleet.filter(text, states);
      return window.dash_clientside.no_update;
    },
    range(seconds) {
      mcp.node.setRange(seconds);
      return window.dash_clientside.no_update;
    },
  };

  // A page without a script of its own, for instance "not found", ends the last one, too.
  addEventListener("_dashprivate_pushstate", () => setTimeout(closeIfGone, 1000));
  addEventListener("popstate", () => setTimeout(closeIfGone, 1000));
  function closeIfGone() {
    if (!document.getElementById("fleet-page") && !document.getElementById("node-page")) {
      closeLast();
      closeLast = () => {};
    }
  }
})();
