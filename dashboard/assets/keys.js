// The keyboard: `/` searches, `g` and a letter goes to a page, `?` tells all keys, Escape clears a search or leaves it.
window.mcp = window.mcp || {};

mcp.keys = (() => {
  const PAGES = { f: "/", c: "/compare", d: "/dashboards", e: "/events", s: "/system" };
  const PATIENCE_MS = 1500;
  const SEARCH_MS = 3000;
  const SEARCHES = "[data-search], #fleet-search";
  const own = new Map(); // key -> action of the page that is open
  let goSinceMs = -Infinity;

  const GENERAL = { g: ["wait"], "/": ["search"], "?": ["help"] };

  // What a key means: ["search"], ["help"], ["go", address], ["wait"] for the letter after `g`, ["leave"] the field,
  // ["own", key], or null. `since` is when `g` was pressed.
  function meaning({ key, isTyping: isText, isChord, now, since, ownKeys }) {
    if (isText) return key === "Escape" ? ["leave"] : null;
    if (isChord) return null;
    if (now - since < PATIENCE_MS && PAGES[key]) return ["go", PAGES[key]];
    return GENERAL[key] ?? (ownKeys.has(key) ? ["own", key] : null);
  }

  const isField = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  // A group of choices is an input, too, but nobody types into it.
  const isTyping = (element) => isField(element) && !/^(radio|checkbox|button|range)$/.test(element.type);

  const ACTIONS = {
    search,
    help: () => mcp.shell.open("help-dialog"),
    go: (event, href) => mcp.shell.go(href),
    leave: ({ target }) => target.matches(SEARCHES) && (target.value ? clear(target) : target.blur()),
    own: (event, key) => own.get(key)(event),
    wait: () => {},
  };

  const searchField = () => document.querySelector(SEARCHES);

  // As if it was deleted by hand: whoever listens to the field hears of it.
  function clear(field) {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, "");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function search() {
    if (searchField()) {
      searchField().focus();
      return;
    }
    // Nodes are what is searched: on a page without a field of its own, that of the fleet.
    mcp.shell.go("/");
    const until = performance.now() + SEARCH_MS;
    const wait = () => {
      if (searchField()) searchField().focus();
      else if (performance.now() < until) requestAnimationFrame(wait);
    };
    wait();
  }

  function pressed(event) {
    if (event.defaultPrevented || event.isComposing || isModal()) return;
    const found = meaning({
      key: event.key,
      isTyping: isTyping(event.target),
      isChord: event.ctrlKey || event.metaKey || event.altKey,
      now: performance.now(),
      since: goSinceMs,
      ownKeys: own,
    });
    goSinceMs = found?.[0] === "wait" ? performance.now() : -Infinity;
    if (!found) return;
    if (found[0] !== "leave") event.preventDefault();
    ACTIONS[found[0]](event, found[1]);
  }

  // A dialog has the keyboard to itself.
  const isModal = () =>
    [...document.querySelectorAll('[role="dialog"][aria-modal="true"]')].some((dialog) => dialog.checkVisibility());

  document.addEventListener("keydown", pressed);

  return {
    meaning,
    // From now on `key` does this, until what is returned is called: for the page that is open.
    on(key, action) {
      own.set(key, action);
      return () => own.delete(key);
    },
  };
})();
