// The frame: the menu of small screens, its dialogs, and going from page to page.
window.mcp = window.mcp || {};

mcp.shell = {
  // Goes to another page without loading the document again, as a link of Dash does.
  go(href) {
    history.pushState({}, "", href);
    dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    scrollTo(0, 0);
  },
  // The link to a page that a click follows in this window, or null: not one to a file, or to a place in this page.
  linkOf(event) {
    const isForElsewhere = ["ctrlKey", "metaKey", "shiftKey", "altKey", "button"].some((key) => event[key]);
    const link = event.target.closest?.("a[href]");
    if (!link || isForElsewhere || link.target || link.download) return null;
    const isPage = link.origin === location.origin && !link.getAttribute("href").startsWith("#");
    return isPage ? link : null;
  },
  // Opens one of the frame's dialogs.
  open(id) {
    window.dash_clientside.set_props(id, { opened: true });
    setTimeout(mcp.join.fill);
  },
  fillCommands: () => mcp.join.fill(),
};

// Links that scripts make need no handler of their own; those of Dash have one.
document.addEventListener("click", (event) => {
  const link = event.defaultPrevented ? null : mcp.shell.linkOf(event);
  if (!link) return;
  event.preventDefault();
  mcp.shell.go(link.pathname + link.search);
});

window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.shell = {
  // The menu opens with its button and closes when something of it was chosen: what was chosen comes first.
  menu(opened, ...chosen) {
    // Dash calls this first when the frame has just appeared: the state may have come before it.
    mcp.states.show();
    const byButton = window.dash_clientside.callback_context.triggered_id === "menu-button";
    const isOpen = byButton && Boolean(opened);
    return [{ ...chosen.at(-1), collapsed: { mobile: !isOpen } }, isOpen];
  },
  join() {
    setTimeout(mcp.join.fill);
    return true;
  },
  help: () => true,
  // The control shows what was chosen before; then what is chosen with it counts.
  chosenScheme: () => mcp.scheme.get(),
  scheme(choice) {
    mcp.scheme.set(choice);
    return window.dash_clientside.no_update;
  },
};
