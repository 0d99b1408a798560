// A node whose clock is not the leader's: its samples have its own times, and so has the window they are shown in.
window.mcp = window.mcp || {};

mcp.nodeClock = (() => {
  const WRONG_MS = 5000;
  const isWrong = (offsetMs) => Math.abs(offsetMs) >= WRONG_MS;
  const text = (ms) => (Math.abs(ms) < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

  // What a wrong clock means for the page; "" for one that is right.
  function note(offsetMs, duration) {
    if (!isWrong(offsetMs)) return "";
    const way = offsetMs < 0 ? "behind" : "ahead of";
    return `Its clock is ${duration(Math.abs(offsetMs) / 1000)} ${way} the leader's; its charts are by its own clock.`;
  }

  // By how much to move a window of the leader's time so that it ends at the node's now, or at its newest sample where
  // that is later. What was fixed is where it was asked for.
  function shiftMs({ isFollowing, isPaused, toMs }, newestMs, offsetMs) {
    const wrongMs = isWrong(offsetMs) ? offsetMs : 0;
    if (isFollowing) return Math.max(Math.min(wrongMs, 0), newestMs - toMs);
    return isPaused ? wrongMs : 0;
  }

  return { isWrong, text, note, shiftMs };
})();
