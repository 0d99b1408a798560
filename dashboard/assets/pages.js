// Which page is open: Dash calls these when a page's layout has appeared. The element `<name>-page` belongs to the
// script `mcp.<name>`, which has open(about) and close().
(() => {
  let closeLast = () => {};

  function show(about) {
    const { id } = window.dash_clientside.callback_context.outputs_list;
    const page = mcp[id.replace(/-page$/, "")];
    mcp.errors.clear();
    closeLast();
    closeLast = () => attempt(() => page?.close());
    mcp.view.carry();
    attempt(() => {
      if (!page) throw new Error(`the script of ${location.pathname} did not load`);
      return page.open(about);
    });
    return "yes";
  }

  // Dash would keep what goes wrong here to itself, and the page blank.
  function attempt(action) {
    try {
      action()?.catch?.(mcp.errors.show);
    } catch (error) {
      mcp.errors.show(error);
    }
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.pages = {
    show,
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
