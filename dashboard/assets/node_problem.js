// What the node page says while it cannot be filled: what is wrong, and when it is tried again.
window.mcp = window.mcp || {};

mcp.nodeProblem = (() => {
  const UNKNOWN = "What this node reports is not known yet";
  const FIRST_MS = 1000;
  const LONGEST_MS = 30000;
  const byId = (id) => document.getElementById(id);

  // After so many failures in a row: twice as long each time, and never sooner than the server asks for.
  function waitMs(failures, retryAfterS = 0) {
    const asked = Number(retryAfterS) > 0 ? Number(retryAfterS) * 1000 : 0;
    return Math.min(Math.max(FIRST_MS * 2 ** Math.min(failures, 10), asked), LONGEST_MS);
  }

  // A title and a text for an error of mcp.nodeCharts.get: one without a status had no answer at all.
  function words({ status = 0, detail = "" }, pauseMs) {
    const again = `Trying again in ${Math.ceil(pauseMs / 1000)} s.`;
    if (!status) return ["The dashboard does not answer", again];
    const said = detail && !/[.?!]$/.test(detail) ? `${detail}.` : detail;
    return [UNKNOWN, `${said} ${again}`.trim()];
  }

  return {
    waitMs,
    words,
    // No answer has come, and no refusal either.
    waiting: () => [UNKNOWN, "Still waiting for an answer of the leader. This page goes on by itself."],
    show([title, text]) {
      byId("node-problem-title").textContent = title;
      byId("node-problem-text").textContent = text;
      byId("node-problem").hidden = false;
    },
    hide() {
      if (byId("node-problem")) byId("node-problem").hidden = true;
    },
  };
})();
