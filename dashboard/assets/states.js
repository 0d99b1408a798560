// Whether everything is connected: the mark in the header, and the banner that says what is not and what happens next.
window.mcp = window.mcp || {};

mcp.states = (() => {
  const byId = (id) => document.getElementById(id);
  const WORDS = { live: "Live", lost: "Leader lost", connecting: "Connecting", broken: "Reconnecting" };
  const GRACE_MS = 1000;
  let leader = { leader: "connecting", address: "" };
  let isBroken = false;
  let shown = "";
  let grace = 0;

  // What is to be seen in a state: the mark's word, and the banner's title and text; no title is no banner. A page that
  // was opened since shows nothing of before.
  function words(state, { address = "", since = 0 }, time = (ms) => new Date(ms).toLocaleTimeString(), isBlank = false) {
    const seen = isBlank ? "There is nothing to show yet." : "What you see is from before.";
    // Only what is asked for is made: the first time of day that is written costs a page dear.
    const texts = {
      live: () => ["", ""],
      lost: () => [
        "The leader does not answer.",
        `Nothing has come from ${address} since ${time(since)}. ${seen} ` +
          "This page goes on by itself as soon as it is back.",
      ],
      connecting: () => [
        address ? `No leader at ${address} yet.` : "Connecting to the dashboard.",
        "Start it with mcp-leader; this page goes on by itself.",
      ],
      broken: () => [
        "The dashboard does not answer.",
        `${seen} Connecting again; this page goes on by itself.`,
      ],
    };
    const [title, text] = texts[state]();
    return { mark: WORDS[state], title, text };
  }

  const isBlank = () => !document.querySelector(".page[data-about]:not([data-blank])");

  function show() {
    const state = isBroken ? "broken" : leader.leader;
    const link = byId("link");
    if (!link) return;
    // Each failed attempt to connect says "broken" again: the banner's grace shall not start again with it.
    if (link.dataset.state === state && shown === state && state !== "lost") return;
    shown = state;
    link.dataset.state = state;
    document.documentElement.dataset.link = state;
    byId("link-text").textContent = WORDS[state];
    clearTimeout(grace);
    // A page that is just being opened, or a socket that comes back at once, is not worth a banner.
    if (state === "live" || state === "lost") banner();
    else grace = setTimeout(banner, GRACE_MS);
  }

  function banner() {
    const { title, text } = words(shown, leader, mcp.view?.time, isBlank());
    byId("banner").hidden = !title;
    say("banner-title", title);
    say("banner-text", title && ` ${text}`);
  }

  // It is read out whenever it changes.
  function say(id, text) {
    if (byId(id).textContent !== text) byId(id).textContent = text;
  }

  // Another page has opened, or this one shows something now: the banner says another thing of it.
  function renew() {
    if (byId("banner") && !byId("banner").hidden) banner();
  }

  // From now on there is something to see on the page with this element.
  function filled(id) {
    const page = byId(id);
    if (!page || !("blank" in page.dataset)) return;
    delete page.dataset.blank;
    renew();
  }

  function listen() {
    mcp.live.follow((state) => {
      isBroken = state === "broken" && !document.hidden;
      show();
    });
    mcp.live.look("status", (message) => {
      leader = message;
      isBroken = false;
      mcp.join.fill();
      show();
    });
  }

  return { words, show, renew, filled, listen, address: () => leader.address };
})();

mcp.states.listen();
