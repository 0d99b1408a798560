// Which page is open: Dash calls these when a page's layout has appeared. The element `<name>-page` belongs to the
// script `mcp.<name>`, which has open(about) and close().
(() => {
  let closeLast = () => {};

  function show(about) {
    const { id } = window.dash_clientside.callback_context.outputs_list;
    const page = mcp[id.replace(/-page$/, "")];
    closeLast();
    closeLast = () => page?.close();
    mcp.view.carry();
    page?.open(about);
    return "yes";
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.pages = {
    show,
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
    if (document.querySelector(".page[data-about]")) return;
    closeLast();
    closeLast = () => {};
  }
})();
