// The header figures of the fleet: each with a note and the line of the last two minutes.
window.mcp = window.mcp || {};

mcp.fleetHead = (() => {
  const HISTORY = 60;
  const LONG = 9; // characters that fit a card at full size
  const byId = (id) => document.getElementById(id);
  const count = (value) => value.toLocaleString("en");

  function show({ totals, history }) {
    const { rate, percent } = mcp.format;
    const down = totals.nodes - totals.live - totals.left;
    figure("nodes", `${count(totals.live)} / ${count(totals.nodes)}`, missed(totals, down));
    figure("cpu", percent(totals.cpu), worst(totals, "cpu"));
    figure("memory", percent(totals.memory), worst(totals, "memory"));
    figure("requests", rate(totals.requests), ["over all live nodes"]);
    figure("errors", rate(totals.errors), [share(totals)]);
    figure("lost", count(totals.lost), [totals.lost ? "gaps, dropped, rejected" : "nothing is lost"]);
    byId("figure-lost").classList.toggle("warns", totals.lost > 0);
    byId("figure-nodes-note").classList.toggle("warns", down > 0);
    lines(history, totals);
  }

  function lines(history, { nodes }) {
    const tops = { live: nodes, cpu: 100, memory: 100, requests: 0, errors: 0, lost: 0 };
    for (const [field, top] of Object.entries(tops)) {
      const values = field === "lost" ? growth(history) : history.map((totals) => totals[field] ?? null);
      const line = [...Array(HISTORY - values.length).fill(null), ...values];
      mcp.spark.draw(byId(`figure-${field === "live" ? "nodes" : field}-line`), line, top);
    }
  }

  // What was lost in each moment: the sum only ever rises.
  const growth = (history) =>
    history.map(({ lost }, index) => (index ? Math.max(0, lost - history[index - 1].lost) : 0));

  const share = ({ errors, requests }) => (errors && requests ? `${((errors / requests) * 100).toPrecision(2)} % of requests` : "over all live nodes");

  function figure(key, value, note) {
    const element = byId(`figure-${key}`);
    if (element.textContent !== value) element.textContent = value;
    element.classList.toggle("is-long", value.length > LONG);
    element.nextElementSibling.hidden = value === mcp.format.NOTHING;
    const text = note.map((part) => part.textContent ?? part).join("");
    const place = byId(`figure-${key}-note`);
    // A link that somebody is about to click, or that has the focus, stays.
    if (place.textContent === text) return;
    const hadFocus = place.contains(document.activeElement);
    place.replaceChildren(...note);
    if (hadFocus) place.querySelector("a, button")?.focus();
  }

  // Nodes that said goodbye are not missed.
  function missed({ nodes, left }, down) {
    if (!nodes) return ["none yet"];
    return [down ? downLink(down) : "all well", left ? `, ${count(left)} left` : ""];
  }

  function downLink(down) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "note-link", textContent: `${count(down)} not live` });
    button.dataset.show = "down";
    return button;
  }

  // "highest load-0007 98 %", the node's name a link to it.
  function worst(totals, key) {
    const id = totals[`${key}_worst`];
    if (!id) return [""];
    const link = document.createElement("a");
    Object.assign(link, { href: `/node/${encodeURIComponent(id)}`, className: "note-link", textContent: id });
    return ["worst ", link, ` ${mcp.format.percent(totals[`${key}_max`], 0)} %`];
  }

  function showFaults({ since, texts }) {
    byId("fleet-faults").hidden = !texts.length;
    if (!texts.length) return;
    byId("fleet-faults-text").textContent = `Since the leader's start on ${mcp.view.moment(since, "full")}: ${texts.join(" ")}`;
  }

  return { show, showFaults };
})();
