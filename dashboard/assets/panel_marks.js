// What happened to the nodes that the panels of a page draw, marked in their charts: asked for once for all of them,
// and followed live.
//   mcp.panelMarks.open(panels) -> {load(window), renew(), close()}
// `panels()` gives those of panel.js that there are; `renew` is to be called when one of them has drawn other nodes.
window.mcp = window.mcp || {};

mcp.panelMarks = (() => {
  const MOST_EVENTS = 500;
  // As many as the API lets be named, and as many as one panel draws lines of.
  const MOST_NODES = 100;
  const MOST_OF_PANEL = 24;
  const SOON_MS = 150;

  // The nodes whose events a panel marks: those it names, or else those it draws lines of. Of a fleet that is summed up
  // there is always something, which says nothing about the sum.
  function nodesOf({ aggregate = "NONE", node_ids: named = [] }, lines) {
    if (named.length && named.length <= MOST_OF_PANEL) return [...new Set(named)];
    const drawn = aggregate === "NONE" ? lines.map(({ meta }) => meta.node_id).filter(Boolean) : [];
    return [...new Set(drawn)].slice(0, MOST_OF_PANEL);
  }

  // Of all panels, bounded.
  const union = (lists) => [...new Set(lists.flat())].slice(0, MOST_NODES);

  // The events of these nodes; where there are several nodes, their sentences name them.
  function eventsOf(ids, events) {
    const own = events.filter(({ node_id: id }) => ids.includes(id));
    const named = (event) => (event.detail ? { ...event, detail: `${event.node_id}: ${event.detail}` } : event);
    return ids.length > 1 ? own.map(named) : own;
  }

  // With those that came live, at most so many: the newest.
  const merged = (events, news) => mcp.events.merge(events, news).slice(0, MOST_EVENTS);

  // What follows has no end: nothing is missed between the answer and what comes live.
  function address(ids, { fromMs, toMs, isFollowing }) {
    const end = isFollowing ? [] : [["end", toMs / 1000]];
    const times = [["start", fromMs / 1000], ...end, ["limit", MOST_EVENTS]];
    return `/api/events?${new URLSearchParams([...ids.map((id) => ["node", id]), ...times])}`;
  }

  class Marks {
    constructor(panels) {
      this.panels = panels;
      this.events = [];
      this.fresh = []; // came while the others are asked for
      this.asked = "";
      this.window = null;
      this.timer = 0;
      mcp.live.look("events", (message) => this.hear(message));
    }

    load(window_) {
      this.window = window_;
      this.renew();
    }

    // Panels answer one after the other: what they draw is asked about once.
    renew() {
      this.timer ||= setTimeout(() => {
        this.timer = 0;
        this.ask();
      }, SOON_MS);
    }

    nodes() {
      return union(this.panels().map((panel) => panel.nodes()));
    }

    async ask() {
      if (!this.window) return;
      const ids = this.nodes();
      const wanted = ids.length ? address(ids, this.window) : "";
      if (wanted === this.asked) {
        this.show();
        return;
      }
      this.asked = wanted;
      this.fresh = [];
      const found = wanted ? await answerOf(wanted) : [];
      // Without an answer what is marked stays: the leader's return opens the topic again.
      if (wanted === this.asked && found) this.put(merged(found, this.fresh));
    }

    hear({ kind, events }) {
      if (kind === "open") {
        this.asked = "";
        this.renew();
        return;
      }
      const ids = new Set(this.nodes());
      const news = events.filter(({ node_id: id }) => ids.has(id));
      this.fresh = merged(this.fresh, news);
      if (news.length) this.put(merged(this.events, news));
    }

    put(events) {
      this.events = events;
      this.show();
    }

    show() {
      for (const panel of this.panels()) panel.setMarks(eventsOf(panel.nodes(), this.events));
    }

    close() {
      clearTimeout(this.timer);
      this.asked = null;
      this.window = null;
      this.panels = () => [];
      mcp.live.leave("events");
    }
  }

  async function answerOf(path) {
    try {
      const answer = await fetch(path);
      return answer.ok ? (await answer.json()).events : null;
    } catch (error) {
      // No answer, or half of one; anything else is a defect.
      if (error instanceof TypeError || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  return { nodesOf, union, eventsOf, address, open: (panels) => new Marks(panels) };
})();
