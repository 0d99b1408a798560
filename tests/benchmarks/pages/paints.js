// Notes of each sample when it was painted: [sample's time, painted at], both in ms since 1970.
// `drawn` gives the times of the samples that `root` shows now, in ascending order.
(root, kind) => {
  const isInView = (element) => {
    const { top, bottom, width } = element.getBoundingClientRect();
    return width > 0 && bottom > 0 && top < innerHeight;
  };
  // Samples that all charts in view have; a chart without newer ones than 10 s has no part in it.
  const ofCharts = () => {
    const plots = [...document.querySelectorAll(".js-plotly-plot")].filter((plot) => plot.data?.length && isInView(plot));
    const newest = plots.map((plot) => Math.max(...plot.data.map(({ x }) => x[x.length - 1] ?? 0)));
    const last = Math.max(0, ...newest);
    const common = Math.min(...newest.filter((time) => last - time < 10000));
    const [line] = plots.length ? plots[newest.indexOf(last)].data : [];
    return line ? [...line.x].slice(-20).filter((time, index, x) => time <= common && line.y.at(index - x.length) !== null) : [];
  };
  const ofRow = () => {
    const data = window.dash_ag_grid.getApi("fleet-grid").getRowNode(root.getAttribute("row-id"))?.data;
    return data ? [data.time] : [];
  };
  const drawn = kind === "row" ? ofRow : ofCharts;
  const paints = [];
  let last = drawn().at(-1) ?? 0;
  let inFrame = null;
  // A message posted in a frame arrives when that frame was painted.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const now = Date.now();
    for (const time of inFrame) if (time > last) paints.push([time, now]);
    last = Math.max(last, ...inFrame);
    inFrame = null;
  };
  new MutationObserver(() => {
    if (inFrame) return;
    inFrame = [];
    requestAnimationFrame(() => {
      inFrame = drawn();
      port2.postMessage(null);
    });
  }).observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  window.paints = paints;
}
