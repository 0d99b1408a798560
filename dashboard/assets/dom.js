// Elements in few words, for scripts that make many of them.
window.mcp = window.mcp || {};

mcp.dom = (() => {
  // `properties` are those of the element; names with a dash are attributes, handlers are {on: {click: …}}.
  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    const { on = {}, ...rest } = properties;
    for (const [name, value] of Object.entries(rest)) {
      if (name.includes("-") || name === "role") element.setAttribute(name, value);
      else element[name] = value;
    }
    for (const [name, handler] of Object.entries(on)) element.addEventListener(name, handler);
    element.append(...children);
    return element;
  }

  const icon = (name) => make("span", { className: `icon icon-${name}`, "aria-hidden": "true" });

  // A button with a symbol, a word, or both; without a word its title says what it does. Pressed again before it has
  // done so, it does nothing.
  function button({ label = "", symbol = "", title = "", className = "", onClick, ...more }) {
    const square = label ? "" : "square";
    const children = [...(symbol ? [icon(symbol)] : []), ...(label ? [make("span", {}, label)] : [])];
    const named = label ? {} : { "aria-label": title };
    const properties = { type: "button", className: `button ${square} ${className}`.trim(), title, ...named, ...more };
    return make("button", { ...properties, on: onClick ? { click: mcp.singleFlight(onClick) } : {} }, ...children);
  }

  return { make, icon, button };
})();
