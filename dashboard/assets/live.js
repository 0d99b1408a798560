// The live socket: one for the whole page, whatever it shows. A hidden page has none, and costs nothing.
window.mcp = window.mcp || {};

mcp.live = (() => {
  const SILENCE_MS = 10000; // the server says something at least every 4 s
  const SHORTEST_MS = 250;
  const LONGEST_MS = 3000;
  const MOST_KEPT = 30;
  const handlers = new Map();
  const kept = new Map(); // topic -> its messages since its opening, until somebody looks
  let socket = null;
  let pauseMs = SHORTEST_MS;
  let retry = 0;
  let silence = 0;
  let onLink = () => {};
  let aheadMs = 0;

  function connect() {
    clearTimeout(retry);
    if (socket || document.hidden) return;
    const opened = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`);
    socket = opened;
    opened.onopen = () => {
      pauseMs = SHORTEST_MS;
      say();
      heard();
      onLink("open");
    };
    opened.onmessage = (event) => {
      heard();
      const message = JSON.parse(event.data);
      if (message.now) aheadMs = message.now - Date.now();
      // A topic that means nothing never says anything else; what is drawn of it comes from where it was asked for.
      if (message.kind !== "unknown") handlers.get(message.topic)?.(message);
    };
    opened.onclose = () => {
      if (socket === opened) lost();
    };
  }

  function lost() {
    drop();
    onLink("broken");
    if (document.hidden) return;
    retry = setTimeout(connect, pauseMs * (0.5 + Math.random() / 2));
    pauseMs = Math.min(pauseMs * 2, LONGEST_MS);
  }

  function drop() {
    clearTimeout(silence);
    clearTimeout(retry);
    const closing = socket;
    socket = null;
    closing?.close();
  }

  function heard() {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENCE_MS);
  }

  function say() {
    if (socket?.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify({ look_at: [...handlers.keys()] }));
    }
  }

  // Too many have come: nobody is going to look. Whoever does gets the opening again.
  function keep(topic, message) {
    const messages = message.kind === "full" ? [] : kept.get(topic);
    kept.set(topic, [...messages, message]);
    if (messages.length >= MOST_KEPT) leave(topic);
  }

  function leave(topic) {
    kept.delete(topic);
    if (handlers.delete(topic)) say();
  }

  function look(topic, handler) {
    const isNew = !handlers.has(topic);
    handlers.set(topic, handler);
    if (isNew) say();
    connect();
    const messages = kept.get(topic) ?? [];
    kept.delete(topic);
    for (const message of messages) handler(message);
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? drop() : connect()));

  return {
    // From now on `handler` gets the messages of this topic, its opening first.
    look,
    leave,
    // Somebody will look soon: what they want first is on its way before.
    expect(topic) {
      if (handlers.has(topic)) return;
      look(topic, (message) => keep(topic, message));
      kept.set(topic, []);
    },
    // The leader's clock, by which all times are told: this browser's may be wrong.
    now: () => Date.now() + aheadMs,
    // `listener` hears "open" and "broken".
    follow(listener) {
      onLink = listener;
    },
  };
})();
