// Nobody loses unsaved changes: leaving asks first, and what was left anyway is there again when the page is opened.
//   mcp.boardGuard.open({id, isChanged, draft}) -> close()
window.mcp = window.mcp || {};

mcp.boardGuard = (() => {
  const KEPT = "mcp-board-draft";
  let watched = null;

  function store(value) {
    try {
      if (value) sessionStorage.setItem(KEPT, JSON.stringify(value));
      else sessionStorage.removeItem(KEPT);
    } catch {
      // Storage is blocked or full: then leaving is for good.
    }
  }

  // What was left unsaved of a dashboard: {revision, draft}, or null. It is given once.
  function left(id) {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT));
      if (kept?.id !== id) return null;
      store(null);
      return kept;
    } catch {
      return null;
    }
  }

  function leaving(event) {
    if (!watched?.isChanged()) return;
    event.preventDefault();
  }

  // Links of the page itself do not unload it.
  function clicked(event) {
    const link = watched?.isChanged() ? mcp.shell.linkOf(event) : null;
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    ask(link.pathname + link.search);
  }

  async function ask(href) {
    const answer = await mcp.dialog.choose({
      title: "Leave without saving?",
      text: "This dashboard has changes that are not saved yet.",
      buttons: [
        { label: "Stay" },
        { label: "Leave without saving", value: "leave", isGrave: true },
        { label: "Save and leave", value: "save", isMain: true },
      ],
    });
    if (answer === "save" && !(await watched.save())) return;
    if (answer === "leave") watched.discard();
    if (answer) mcp.shell.go(href);
  }

  addEventListener("beforeunload", leaving);
  document.addEventListener("click", clicked, true);

  return {
    left,
    open(one) {
      watched = one;
      return () => {
        if (one.isChanged()) store({ id: one.id, revision: one.revision(), draft: one.draft() });
        watched = null;
      };
    },
  };
})();
