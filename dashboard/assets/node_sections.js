// The node page's sections: a heading, a card for each chart, a list to jump by, and what the node does not report.
window.mcp = window.mcp || {};

mcp.nodeSections = (() => {
  const byId = (id) => document.getElementById(id);
  const make = (tag, more, ...children) => {
    const element = Object.assign(document.createElement(tag), more);
    element.append(...children);
    return element;
  };

  // Builds them from the API's plan; gives Map(key -> {spec, box, now, empty}).
  function build(plan) {
    const cards = new Map();
    byId("node-sections").replaceChildren(...plan.sections.map((section) => sectionOf(section, cards)));
    byId("node-jumps").replaceChildren(...plan.sections.map(jumpOf));
    const absent = [...plan.absent];
    if (plan.hidden) absent.push(`${plan.hidden} more metrics of its own, which Compare can draw`);
    byId("node-absent").textContent = absent.length ? `Not reported: ${absent.join(", ")}.` : "";
    byId("node-absent").hidden = !absent.length;
    return cards;
  }

  function sectionOf(section, cards) {
    const title = make("h2", { className: "section-title", id: `title-${section.key}`, textContent: section.title });
    const grid = make("div", { className: "charts" }, ...section.charts.map((spec) => cardOf(spec, cards)));
    const element = make("section", { id: `section-${section.key}`, className: "node-section" }, title, grid);
    element.setAttribute("aria-labelledby", title.id);
    return element;
  }

  function cardOf(spec, cards) {
    const now = make("span", { className: "chart-now", id: `now-${spec.key}` });
    const box = make("div", { className: "chart-box", role: "figure" });
    const empty = make("p", { className: "chart-empty", id: `empty-${spec.key}`, hidden: true });
    const title = make("h3", { textContent: spec.title, title: spec.columns.join(", ") });
    box.setAttribute("aria-label", `${spec.title} over time`);
    empty.textContent = "Nothing reported in this time";
    cards.set(spec.key, { spec, box, now, empty });
    return make("section", { className: "card chart-card" }, make("div", { className: "chart-head" }, title, now), box, empty);
  }

  function jumpOf(section) {
    const jump = make("button", { type: "button", className: "jump", textContent: section.title });
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    jump.onclick = () => byId(`section-${section.key}`).scrollIntoView({ behavior: isCalm ? "auto" : "smooth" });
    return jump;
  }

  return { build };
})();
