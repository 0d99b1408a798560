// A finger on a chart scrolls the page, as anywhere. One that rests for a moment first selects a stretch to zoom into:
// as far as it moves then.
window.mcp = window.mcp || {};

mcp.chartTouch = (() => {
  const REST_MS = 350;
  const STILL_PX = 10;
  const LEAST_PX = 16;

  // What a finger means. `onSelect(from, to)` while it selects and `onDone(from, to)` when it is lifted, both with two
  // places in pixels, the lesser first, or with null when nothing is selected any more.
  function finger({ onSelect, onDone }) {
    let start = null;
    let isSelecting = false;
    let timer = 0;
    const between = (x) => [Math.min(start.x, x), Math.max(start.x, x)];

    function forget() {
      clearTimeout(timer);
      if (isSelecting) onSelect(null, null);
      start = null;
      isSelecting = false;
    }

    return {
      down(x, y) {
        forget();
        start = { x, y };
        timer = setTimeout(() => {
          isSelecting = true;
          onSelect(x, x);
        }, REST_MS);
      },
      // Whether it selects: then the page shall not scroll.
      move(x, y) {
        if (isSelecting) onSelect(...between(x));
        else if (start && Math.hypot(x - start.x, y - start.y) > STILL_PX) forget();
        return isSelecting;
      },
      // Whether it selected.
      up(x) {
        const wasSelecting = isSelecting;
        const [from, to] = wasSelecting ? between(x) : [0, 0];
        forget();
        if (to - from >= LEAST_PX) onDone(from, to);
        return wasSelecting;
      },
      forget,
    };
  }

  // On `element`, what is selected is shown in `over`, whose width is all of the time that is drawn.
  // `onZoom(from, to)`: two shares of it.
  function follow(element, over, onZoom) {
    const box = Object.assign(document.createElement("div"), { className: "chart-selection", hidden: true });
    over.append(box);

    function onSelect(from, to) {
      box.hidden = from === null;
      if (!box.hidden) Object.assign(box.style, { left: `${from}px`, width: `${to - from}px` });
    }

    const press = finger({ onSelect, onDone: (from, to) => onZoom(from / over.clientWidth, to / over.clientWidth) });
    const placeOf = ({ clientX, clientY }) => {
      const { left, width } = over.getBoundingClientRect();
      return [Math.min(Math.max(clientX - left, 0), width), clientY];
    };
    const claim = (event, isOurs) => {
      if (isOurs && event.cancelable) event.preventDefault();
    };
    const on = (name, handler) => element.addEventListener(name, handler, { passive: false });

    // Where a mouse is what people mostly use, Plotly zooms at once, by a finger as well.
    on("touchstart", ({ touches }) => {
      if (touches.length > 1 || !matchMedia("(pointer: coarse)").matches) press.forget();
      else press.down(...placeOf(touches[0]));
    });
    on("touchmove", (event) => claim(event, press.move(...placeOf(event.touches[0]))));
    on("touchend", (event) => claim(event, press.up(placeOf(event.changedTouches[0])[0])));
    on("touchcancel", press.forget);
    // What else a long press means.
    on("contextmenu", (event) => claim(event, !box.hidden));
  }

  return { finger, follow };
})();
