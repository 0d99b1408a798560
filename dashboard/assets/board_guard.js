// Nobody loses unsaved changes: leaving asks first, and what was left anyway is there again when the page is opened.
//   mcp.boardGuard.open({id, revision, isChanged, draft, save, discard}) -> close()
window.mcp = window.mcp || {};

mcp.boardGuard = (() => {
  const KEPT = "mcp-board-drafts";
  const MOST_DRAFTS = 8;
  let watched = null;

  // [{id, revision, draft}], the newest last. Where storage is blocked, leaving is for good.
  function drafts() {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
    } catch {
      return [];
    }
  }

  // As many of the newest as there is room for.
  function store(all) {
    for (let count = Math.min(all.length, MOST_DRAFTS); count >= 0; count -= 1) {
      try {
        sessionStorage.setItem(KEPT, JSON.stringify(all.slice(all.length - count)));
        return;
      } catch {
        // Full, or blocked: with fewer it may go.
      }
    }
  }

  // What was left unsaved of a dashboard: {id, revision, draft}, or null. It is given once.
  function left(id) {
    const kept = drafts().find((each) => each.id === id) ?? null;
    if (kept) store(drafts().filter((each) => each.id !== id));
    return kept;
  }

  // What is changed is kept; where nothing is, nothing older is, either.
  function keep() {
    if (!watched) return;
    const { id } = watched;
    const others = drafts().filter((each) => each.id !== id);
    const mine = watched.isChanged() ? [{ id, revision: watched.revision(), draft: watched.draft() }] : [];
    store([...others, ...mine]);
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
  addEventListener("pagehide", keep);
  document.addEventListener("click", clicked, true);

  return {
    left,
    open(one) {
      watched = one;
      return () => {
        if (watched !== one) return;
        keep();
        watched = null;
      };
    },
  };
})();
