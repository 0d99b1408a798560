// What the colours and marks of the heat view mean.
window.mcp = window.mcp || {};

mcp.heatLegend = (() => {
  const NAMES = { cpu: "CPU", memory: "Memory", disk: "Disk", state: "Status" };
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  function make(tag, className, text = "") {
    const element = document.createElement(tag);
    Object.assign(element, { className, textContent: text });
    return element;
  }

  function scale(colour) {
    const { STEPS } = mcp.heatPaint;
    const line = make("span", "legend-scale");
    line.append(make("span", "legend-name", NAMES[colour]));
    STEPS.forEach((edge, step) => line.append(swatch(`heat-${step}`, `${edge}`)));
    line.append(make("span", "legend-unit", "% and more"));
    return line;
  }

  function swatch(colour, text) {
    const box = make("span", "swatch", text);
    box.style.background = `var(--${colour})`;
    box.style.color = `var(--${colour.replace("heat-", "heat-ink-")})`;
    return box;
  }

  function stateOf(name) {
    const place = make("span", "legend-state");
    const box = swatch(`heat-${name}`, "");
    box.append(make("span", `icon icon-${name}-mark`));
    place.append(box, capital(name));
    return place;
  }

  function show(element, colour) {
    const states = ["stale", "offline", "left"].map(stateOf);
    element.replaceChildren(...(colour === "state" ? [stateOf("live")] : [scale(colour)]), ...states);
  }

  return { show };
})();
