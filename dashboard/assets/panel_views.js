// How panels look that are no charts: large figures, tables, text, and what stands there while nothing else can.
window.mcp = window.mcp || {};

mcp.panelViews = (() => {
  const MOST_FIGURES = 12;
  const NO_LINE = { x: [], y: [], gapMs: 0 };
  let sized = null;

  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  }

  const icon = (name) => {
    const element = make("span", `icon icon-${name}`);
    element.setAttribute("aria-hidden", "true");
    return element;
  };

  function amount(value, unit) {
    const [number, name] = mcp.format.withUnit(value, unit);
    return name ? [number, make("span", "unit", name)] : [number];
  }

  // `lines` is key -> {x, y, gapMs}; `when` is {window, nowMs, stepMs}. Tiles stay while their values change.
  function figures(element, values, lines, when) {
    const shown = values.slice(0, MOST_FIGURES);
    const place = figuresPlace(element);
    if (place.children.length !== shown.length) {
      place.replaceChildren(...shown.map(tile));
      place.classList.toggle("many", shown.length > 1);
      reach(place);
    }
    shown.forEach((each, index) => renew(place.children[index], each, lines.get(each.key) || NO_LINE, when));
  }

  function tile() {
    const part = (tag, name) => make(tag, `panel-${name}`);
    return make("div", "panel-figure", part("p", "figure-name"), part("p", "figure-value"), part("p", "figure-age"), part("div", "spark"));
  }

  function renew(figure, { name, value, unit, time_ms: timeMs }, line, { window: window_, nowMs, stepMs }) {
    const [title, amountOf, age, spark] = figure.children;
    const isOld = mcp.panelAge.isOld(timeMs, window_.isFixed ? window_.toMs : nowMs, { stepMs, gapMs: line.gapMs });
    const said = isOld ? mcp.format.ago(timeMs + stepMs, nowMs) : "";
    if (title.textContent !== name) title.textContent = name;
    if (age.textContent !== said) age.textContent = said;
    figure.classList.toggle("is-old", isOld);
    amountOf.replaceChildren(...amount(value, unit));
    mcp.spark.draw(spark, mcp.panelAge.spread(line, window_, line.gapMs), unit === "%" ? 100 : 0);
  }

  // Where figures scroll that do not fit; it stays while they change.
  function figuresPlace(element) {
    const found = element.querySelector(".panel-figures");
    if (found) return found;
    const place = make("div", "panel-figures");
    element.replaceChildren(place);
    sized ??= new ResizeObserver((entries) => entries.forEach(({ target }) => reach(target)));
    sized.observe(place);
    return place;
  }

  // What scrolls is within reach of the keyboard; what does not is no stop on its way.
  function reach(place) {
    const scrolls = place.scrollHeight > place.clientHeight + 1;
    const attributes = { tabindex: "0", role: "group", "aria-label": "Newest values" };
    for (const [name, value] of Object.entries(attributes)) {
      if (scrolls) place.setAttribute(name, value);
      else place.removeAttribute(name);
    }
  }

  function nameCell(each) {
    const cell = make("th", "", each.name);
    cell.scope = "row";
    if (!each.node_id) return cell;
    const link = make("a", "", each.name);
    link.href = `/node/${encodeURIComponent(each.node_id)}`;
    cell.replaceChildren(link);
    return cell;
  }

  function barCell(each, top) {
    const share = each.value === null || !top ? 0 : Math.min(100, Math.max(0, (each.value / top) * 100));
    const fill = make("span", "fill");
    fill.style.width = `${share}%`;
    return make("td", "panel-bar", make("span", "bar", fill));
  }

  // Highest first; the bar is of 100 %, or of the highest.
  function table(element, values, { nowMs, stepMs }) {
    const top = Math.max(0, ...values.map((each) => (each.unit === "%" ? 100 : each.value ?? 0)));
    const rows = mcp.panelModel.highestFirst(values).map((each) => {
      const isOld = mcp.panelAge.isOld(each.time_ms, nowMs, { stepMs });
      const age = make("td", "panel-age", isOld ? mcp.format.ago(each.time_ms + stepMs, nowMs) : "");
      const value = make("td", "number", ...amount(each.value, each.unit));
      return make("tr", isOld ? "is-old" : "", nameCell(each), barCell(each, top), value, age);
    });
    const titles = ["Name", "Share", "Value", "Age"].map((title) => make("th", "", title));
    const place = tablePlace(element);
    const focused = place.contains(document.activeElement) ? document.activeElement.pathname : null;
    const at = place.scrollTop;
    place.replaceChildren(make("table", "", make("thead", "", make("tr", "", ...titles)), make("tbody", "", ...rows)));
    place.scrollTop = at;
    if (focused) [...place.querySelectorAll("a")].find((link) => link.pathname === focused)?.focus();
  }

  // Where a table scrolls, also by the keyboard; it stays while its rows come and go.
  function tablePlace(element) {
    const found = element.querySelector(".panel-table");
    if (found) return found;
    const place = make("div", "panel-table");
    place.tabIndex = 0;
    place.setAttribute("role", "region");
    place.setAttribute("aria-label", "Newest values");
    element.replaceChildren(place);
    return place;
  }

  // Plain text, line by line; an address becomes a link.
  function text(element, content) {
    const parts = content.split(/(https?:\/\/[^\s<>"]+)/);
    const link = (address) => Object.assign(make("a", "", address), { href: address, rel: "noreferrer" });
    element.replaceChildren(make("div", "panel-text", ...parts.map((part, index) => (index % 2 ? link(part) : part))));
  }

  // What stands over a panel: symbol, title and text; `retry` makes a button.
  function notice(symbol, title, said, retry) {
    const children = [icon(symbol), make("strong", "", title), make("span", "", said)];
    if (retry) {
      const button = make("button", "button", "Try again");
      button.type = "button";
      button.addEventListener("click", retry);
      children.push(button);
    }
    return make("div", "panel-notice", ...children);
  }

  return { make, icon, figures, table, text, notice };
})();
