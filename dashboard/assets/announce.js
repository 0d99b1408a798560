// What those hear and feel who do not see: the new page's title, and where the keyboard is after it came.
window.mcp = window.mcp || {};

mcp.announce = (() => {
  const byId = (id) => document.getElementById(id);
  let path = location.pathname;

  function say(text) {
    const place = byId("announcer");
    if (place) place.textContent = text;
  }

  function markLink() {
    for (const link of document.querySelectorAll(".nav-link")) {
      if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  function arrived() {
    markLink();
    // Of the page that was loaded a browser says the title by itself.
    if (location.pathname === path) return;
    path = location.pathname;
    say(document.title);
    // What had the focus went with the last page: the next Tab shall not begin at the top of everything.
    if (document.activeElement === document.body) byId("main")?.focus({ preventScroll: true });
  }

  function skip(event) {
    if (!event.target.closest?.(".skip-link")) return;
    event.preventDefault(); // the address stays what it is: it says what is looked at
    byId("main").focus();
  }

  new MutationObserver(arrived).observe(document.querySelector("title"), { childList: true });
  document.addEventListener("click", skip);

  return { say };
})();
