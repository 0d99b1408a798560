// The system page: shows what the live socket tells about the leader.
window.mcp = window.mcp || {};

mcp.system = (() => {
  const LOSSES = ["lost", "gaps", "dropped", "rejected"];
  const byId = (id) => document.getElementById(id);
  let history = {};
  let lastStep = 0;
  let newest = null; // what was last told of the leader
  const lost = new MutationObserver(() => newest && byId("system-page") && showVerdict(newest));

  function take(message) {
    if (!byId("system-page")) return;
    history = message.history ?? mcp.vitals.put(history, lastStep, message);
    lastStep = message.last_step;
    // A leader that has never answered has said nothing of this; the banner tells.
    if (!message.leader.version) return;
    newest = message;
    showVerdict(message);
    const { cards, rows } = mcp.vitals;
    for (const [key, card] of Object.entries(cards(message.leader, mcp.format))) showCard(key, card);
    for (const [key, row] of Object.entries(rows(message.leader, message.now, mcp.format))) showRow(key, row);
    showLosses(message.losses);
    byId("system-page").setAttribute("aria-busy", "false");
    mcp.states.filled("system-page");
  }

  function showVerdict({ leader, now }) {
    const isHeard = !["lost", "broken"].includes(document.documentElement.dataset.link);
    const { state, icon, title, texts } = mcp.vitals.verdict(leader, isHeard);
    byId("system-verdict-note").textContent = state === "well" ? mcp.vitals.unblemished(leader, now, mcp.format) : "";
    const card = byId("system-verdict");
    const said = [title, ...texts].join(" ");
    if (card.dataset.said === said) return; // it is read out whenever it changes
    card.dataset.said = said;
    card.dataset.state = state;
    byId("system-verdict-icon").className = `icon icon-${icon}`;
    byId("system-verdict-title").textContent = title;
    byId("system-verdict-list").hidden = !texts.length;
    byId("system-verdict-list").replaceChildren(...texts.map((text) => element("li", text)));
  }

  function showCard(key, { value: [value, unit], note, figure, top }) {
    const place = byId(`figure-system-${key}`);
    place.textContent = value;
    place.nextElementSibling.textContent = unit;
    byId(`figure-system-${key}-note`).textContent = note;
    mcp.spark.draw(byId(`figure-system-${key}-line`), mcp.vitals.padded(history[figure]), top);
  }

  function showRow(key, [value, note = "", percent = 0]) {
    const place = byId(`system-${key}`);
    place.textContent = value;
    place.title = value; // it may be cut
    const noted = byId(`system-${key}-note`);
    if (noted) noted.textContent = note;
    const bar = byId(`system-${key}-bar`);
    if (bar) bar.style.width = `${percent}%`;
  }

  function showLosses(losses) {
    byId("system-losses-note").textContent = mcp.vitals.lossNote(losses);
    byId("system-losses-table").hidden = !losses.worst.length;
    // A link that somebody is about to click, or that has the focus, stays.
    const said = JSON.stringify(losses.worst);
    const rows = byId("system-losses-rows");
    if (rows.dataset.said === said) return;
    rows.dataset.said = said;
    rows.replaceChildren(...losses.worst.map(lossRow));
  }

  function lossRow(node) {
    const href = `/node/${encodeURIComponent(node.node_id)}`;
    const link = element("a", node.node_id, { href, className: "system-link" });
    const state = element("span", "", { className: "state" });
    state.dataset.state = node.state;
    state.append(element("span", "", { className: `icon icon-${node.state}` }), capital(node.state));
    const counts = LOSSES.map((kind) => element("td", node[kind].toLocaleString("en"), { className: "number" }));
    const row = element("tr");
    row.append(wrapped("th", link, { scope: "row" }), wrapped("td", state), ...counts);
    return row;
  }

  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const element = (name, textContent = "", more = {}) => Object.assign(document.createElement(name), { textContent, ...more });

  function wrapped(name, content, more = {}) {
    const outer = element(name, "", more);
    outer.append(content);
    return outer;
  }

  return {
    open() {
      mcp.join.fill();
      lost.observe(document.documentElement, { attributeFilter: ["data-link"] });
      mcp.live.look("system", take);
    },
    close() {
      mcp.live.leave("system");
      lost.disconnect();
      newest = null;
    },
  };
})();
