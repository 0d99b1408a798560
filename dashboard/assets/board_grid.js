// Panels that are dragged and resized on the grid: gridstack, loaded when somebody edits.
//   await mcp.boardGrid.ready(); mcp.boardGrid.open(element, onPlaces) -> close()
// `onPlaces` hears {key: {x, y, width, height}} after each change.
// The elements of panels are the children of `element`, with data-key and their place as data-x, data-y, data-width and
// data-height.
window.mcp = window.mcp || {};

mcp.boardGrid = (() => {
  const VENDOR = "/assets/vendor/gridstack.min";
  const VERSION = "14.1.0";
  const MARKS = ["x", "y", "w", "h"];
  const MOST_ROWS = 24;
  let library = null;

  const loaded = (tag, properties) =>
    new Promise((resolve, reject) => {
      const element = Object.assign(document.createElement(tag), properties);
      element.onload = resolve;
      element.onerror = () => reject(new Error("gridstack did not load"));
      document.head.append(element);
    });

  // To be waited for before the first `open`.
  function ready() {
    library ??= Promise.all([
      loaded("link", { rel: "stylesheet", href: `${VENDOR}.css?v=${VERSION}` }),
      loaded("script", { src: `${VENDOR}.js?v=${VERSION}` }),
    ]).catch((error) => {
      library = null;
      throw error;
    });
    return library;
  }

  function mark(item) {
    const { x, y, width, height } = item.dataset;
    item.classList.add("grid-stack-item");
    item.firstElementChild.classList.add("grid-stack-item-content");
    [x, y, width, height].forEach((value, index) => item.setAttribute(`gs-${MARKS[index]}`, value));
    item.setAttribute("gs-max-h", MOST_ROWS);
  }

  function unmark(item) {
    item.classList.remove("grid-stack-item", "ui-draggable", "ui-resizable", "ui-draggable-disabled", "ui-resizable-disabled");
    item.firstElementChild.classList.remove("grid-stack-item-content");
    for (const name of [...MARKS, "max-h"]) item.removeAttribute(`gs-${name}`);
    for (const name of ["top", "left", "width", "height"]) item.style.removeProperty(name);
    for (const handle of item.querySelectorAll(":scope > .ui-resizable-handle")) handle.remove();
  }

  const placeOf = ({ x, y, w, h }) => ({ x, y, width: w, height: h });

  function open(element, onPlaces) {
    const items = [...element.children];
    items.forEach(mark);
    element.classList.add("grid-stack");
    const grid = window.GridStack.init(
      {
        column: 12,
        cellHeight: 80,
        margin: 8,
        animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
        draggable: { handle: ".board-head", cancel: ".board-tools" },
        resizable: { handles: "e,se,s,sw,w" },
        alwaysShowResizeHandle: true,
      },
      element,
    );
    const places = () => Object.fromEntries(grid.engine.nodes.map((node) => [node.el.dataset.key, placeOf(node)]));
    // Gridstack is still at work when it says so.
    grid.on("change", () => setTimeout(() => grid.engine && onPlaces(places())));
    return () => {
      grid.destroy(false);
      element.classList.remove("grid-stack", "grid-stack-animate");
      element.removeAttribute("style");
      items.forEach(unmark);
    };
  }

  return { ready, open };
})();
