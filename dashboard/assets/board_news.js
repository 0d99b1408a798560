// What others do meanwhile to the dashboard that is open: they save a newer version, or delete it.
//   mcp.boardNews.open(id, revision, onNews) -> {check(), close()}
// `revision()` is the one that is shown, null for none yet; `onNews` hears "newer" or "gone" as often as the leader is
// heard of while it is so.
window.mcp = window.mcp || {};

mcp.boardNews = (() => {
  // Revisions are whole numbers as texts; null is told as long as nobody knows.
  function newsOf({ revision = null, is_gone: isGone = false }, shown) {
    if (shown === null) return "";
    if (isGone) return "gone";
    return revision !== null && Number(revision) > Number(shown) ? "newer" : "";
  }

  function open(id, revision, onNews) {
    const topic = `board/${id}`;
    let heard = {};
    const check = () => {
      const news = newsOf(heard, revision());
      if (news) onNews(news);
    };
    mcp.live.look(topic, (message) => {
      heard = message;
      check();
    });
    return { check, close: () => mcp.live.leave(topic) };
  }

  return { newsOf, open };
})();
