// What those hear and feel who do not see: the new page's title, and where the keyboard is after it came.
window.mcp = window.mcp || {};

mcp.announce = (() => {
  const byId = (id) => document.getElementById(id);
  let title = "";

  function say(text) {
    const place = byId("announcer");
    if (place) place.textContent = text;
  }

  function arrived() {
    if (!document.title || document.title === title) return;
    const isFirst = !title;
    title = document.title;
    if (isFirst) return; // a browser says the first by itself
    say(title);
    // What had the focus went with the last page: the next Tab shall not begin at the top of everything.
    if (document.activeElement === document.body) byId("main")?.focus({ preventScroll: true });
  }

  function skip(event) {
    if (!event.target.closest?.(".skip-link")) return;
    event.preventDefault(); // the address stays what it is: it says what is looked at
    byId("main").focus();
  }

  new MutationObserver(arrived).observe(document.head, { subtree: true, childList: true, characterData: true });
  document.addEventListener("click", skip);

  return { say };
})();
