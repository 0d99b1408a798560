// Live topics that several panels of a page look at: one subscription each, and what came lately for those that join.
window.mcp = window.mcp || {};

mcp.panelFeed = (() => {
  const KEPT_MS = 30000;
  const feeds = new Map(); // topic -> {takers: Set, kept: [{at, message}]}

  function hear(topic, message) {
    const feed = feeds.get(topic);
    if (!feed) return;
    const at = Date.now();
    // An opening has everything that came before it and still matters.
    if (message.kind !== "append") feed.kept = [];
    feed.kept = [...feed.kept.filter((entry) => entry.at > at - KEPT_MS), { at, message }];
    for (const take of feed.takers) take(message);
  }

  // From now on `take` gets the messages of this topic, first those of the last half minute; gives what ends that.
  function look(topic, take) {
    const feed = feeds.get(topic) || { takers: new Set(), kept: [] };
    const isNew = !feeds.has(topic);
    feeds.set(topic, feed);
    feed.takers.add(take);
    if (isNew) mcp.live.look(topic, (message) => hear(topic, message));
    else for (const { message } of feed.kept) take(message);
    return () => leave(topic, take);
  }

  function leave(topic, take) {
    const feed = feeds.get(topic);
    if (!feed?.takers.delete(take) || feed.takers.size) return;
    feeds.delete(topic);
    mcp.live.leave(topic);
  }

  return { look };
})();
