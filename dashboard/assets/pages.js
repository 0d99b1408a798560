// Which page is open: Dash calls these when a page's layout has appeared. The element `<name>-page` belongs to the
// script `mcp.<name>`, which has open(about) and close(), and reread() where another address takes less than both.
(() => {
  const address = () => location.pathname + location.search;
  let closeLast = () => {};
  let readAnew = () => {};
  let toldDash = address(); // the last address Dash has heard of: of what pages write into it, Dash hears nothing
  let shown = address();
  let following = null;

  function show(about) {
    const { id } = window.dash_clientside.callback_context.outputs_list;
    const page = mcp[id.replace(/-page$/, "")];
    following ??= mcp.view.follow(noteShown);
    closeLast();
    closeLast = () => attempt(() => page?.close());
    readAnew = () => {
      if (!page?.reread) closeLast();
      start(page, about, page?.reread ? "reread" : "open");
    };
    start(page, about, "open");
    return "yes";
  }

  function start(page, about, how) {
    mcp.errors.clear();
    mcp.states.renew();
    mcp.view.carry();
    noteShown();
    attempt(() => {
      if (!page) throw new Error(`the script of ${location.pathname} did not load`);
      return page[how](about);
    });
  }

  function noteShown() {
    shown = address();
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

  for (const name of ["_dashprivate_pushstate", "popstate"]) addEventListener(name, moved);

  // Dash makes the page for an address that is new to it. To one that it knew before the page wrote another, it does
  // nothing: then the page reads what it says.
  function moved() {
    const here = address();
    if (here === toldDash && here !== shown) readAnew();
    toldDash = here;
    setTimeout(closeIfGone, 1000);
  }

  // A page without a script of its own, for instance "not found", ends the last one, too.
  function closeIfGone() {
    if (document.querySelector(".page[data-about]")) return;
    closeLast();
    closeLast = () => {};
    readAnew = () => {};
  }
})();
