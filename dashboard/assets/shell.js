// The frame: whether everything is connected, the banner that says what is not, the menu, commands to copy.
(() => {
  const byId = (id) => document.getElementById(id);
  const WORDS = { live: "Live", lost: "Leader lost", connecting: "Connecting", broken: "Offline" };
  let leader = { leader: "connecting", address: "" };
  let isBroken = false;
  let grace = 0;

  function show() {
    const state = isBroken ? "broken" : leader.leader;
    const link = byId("link");
    // Each failed attempt to connect says "broken" again: the banner's grace shall not start again with it.
    if (!link || (link.dataset.state === state && state !== "lost")) return;
    link.dataset.state = state;
    byId("link-text").textContent = WORDS[state];
    clearTimeout(grace);
    document.documentElement.dataset.link = state;
    // A page that is just being opened, or a socket that comes back at once, is not worth a banner.
    if (state === "live") banner("");
    else if (state === "lost") banner("The leader does not answer.", lostText());
    else grace = setTimeout(state === "broken" ? sayBroken : sayConnecting, 1000);
  }

  const lostText = () =>
    ` Nothing has come from ${leader.address} since ${new Date(leader.since).toLocaleTimeString()}. ` +
    "What you see is from before. This page goes on by itself as soon as it is back.";
  const sayBroken = () =>
    banner("The dashboard does not answer.", " Connecting again; this page goes on by itself.");
  const sayConnecting = () =>
    banner(`No leader at ${leader.address} yet.`, " Start it with mcp-leader; this page goes on by itself.");

  function banner(title, text = "") {
    byId("banner").hidden = !title;
    byId("banner-title").textContent = title;
    byId("banner-text").textContent = text;
  }

  // The leader's address as another machine sees it: this page's host, if the dashboard knows only "localhost".
  function joinCommand() {
    const [, host, port] = /^(.*):(\d+)$/.exec(leader.address) || [null, "localhost", "50051"];
    const isLocal = /^(localhost|127\.|0\.0\.0\.0|\[::1?\])/.test(host);
    return `mcp-node --leader ${isLocal ? location.hostname : host}:${port}`;
  }

  function fillCommands() {
    for (const element of document.querySelectorAll("[data-join]")) element.textContent = joinCommand();
  }

  async function copy(text) {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return;
    }
    // Pages over plain http have no clipboard API.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    await copy(joinCommand());
    const [symbol, label] = button.children;
    symbol.className = "icon icon-done";
    label.textContent = "Copied";
    setTimeout(() => {
      symbol.className = "icon icon-copy";
      label.textContent = "Copy";
    }, 1500);
  });

  document.addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    const search = byId("fleet-search");
    if (event.key === "/" && !isTyping && search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      search.blur();
    }
  });

  mcp.live.follow((state) => {
    isBroken = state === "broken" && !document.hidden;
    show();
  });
  mcp.live.look("status", (message) => {
    leader = message;
    isBroken = false;
    fillCommands();
    show();
  });

  mcp.shell = {
    fillCommands,
    // Goes to another page without loading the document again, as a link of Dash does.
    go(href) {
      history.pushState({}, "", href);
      dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
      scrollTo(0, 0);
    },
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.shell = {
    // The menu opens with its button and closes when something of it was chosen.
    menu(opened, ...rest) {
      const navbar = rest.at(-1);
      // Dash calls this first when the frame has just appeared: the state may have come before it.
      show();
      const byButton = window.dash_clientside.callback_context.triggered_id === "menu-button";
      const isOpen = byButton && Boolean(opened);
      return [{ ...navbar, collapsed: { mobile: !isOpen } }, isOpen];
    },
    join() {
      setTimeout(fillCommands);
      return true;
    },
  };
})();
