// Notes of each sample when it was painted: [sample's time, painted at], both in ms since 1970, in `window.paints`.
// `cell` is the selector of a cell that shows a sample's time; without it, all charts in view have to show the sample.
(cell) => {
  const SILENT_MS = 10000;
  const NEWEST = 20;

  function isInView(element) {
    const { top, bottom, width } = element.getBoundingClientRect();
    return width > 0 && bottom > 0 && top < innerHeight;
  }

  function newest({ data }) {
    return Math.max(...data.map(({ x }) => x[x.length - 1] ?? 0));
  }

  // Times of the samples that every chart has, but for those to which nothing has come for a while.
  function ofCharts() {
    const plots = [...document.querySelectorAll(".js-plotly-plot")].filter((plot) => plot.data?.length && isInView(plot));
    const times = plots.map(newest);
    const last = Math.max(...times);
    const common = Math.min(...times.filter((time) => last - time < SILENT_MS));
    const lines = plots.flatMap(({ data }) => data);
    const line = lines.find(({ x }) => x[x.length - 1] === common);
    if (!line) return [];
    const from = Math.max(0, line.x.length - NEWEST);
    return [...line.x].slice(from).filter((_, index) => line.y[from + index] !== null);
  }

  function ofCell() {
    const digits = document.querySelector(cell)?.textContent.replaceAll(/\D/g, "");
    return digits ? [Number(digits)] : [];
  }

  const drawn = cell ? ofCell : ofCharts;
  let last = drawn().at(-1) ?? 0;
  let inFrame = null;
  let isOutdated = false; // something was drawn after this frame's look
  window.paints = [];

  function look() {
    inFrame = [];
    isOutdated = false;
    requestAnimationFrame(() => {
      inFrame = drawn();
      port2.postMessage(null);
    });
  }

  // A message posted in a frame arrives when that frame was painted.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const now = Date.now();
    for (const time of inFrame.filter((each) => each > last)) window.paints.push([time, now]);
    last = Math.max(last, ...inFrame);
    inFrame = null;
    if (isOutdated) look();
  };

  const isDrawing = ({ target }) => cell || target.closest?.(".js-plotly-plot");
  new MutationObserver((records) => {
    if (!records.some(isDrawing)) return;
    if (inFrame) isOutdated = true;
    else look();
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}
