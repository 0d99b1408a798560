// Before a page's own scripts: `bench.click(selector)` clicks, and tells after how many ms all charts in view were
// painted with what was asked for then. They are, once nothing is being fetched and each was drawn since the last
// answer with charts came; that has to stay so for a while, as an answer may lead to another question.
(() => {
  const QUIET_MS = 700;
  const LONGEST_MS = 20000;
  let asked = 0;
  let answeredAt = 0;
  const drawnAt = new WeakMap();

  const ask = window.fetch;
  window.fetch = async (...args) => {
    asked += 1;
    const answered = () => {
      asked -= 1;
    };
    try {
      const answer = await ask(...args);
      answer.clone().arrayBuffer().then(answered, answered);
      return noted(answer);
    } catch (error) {
      answered();
      throw error;
    }
  };

  // Of what comes, only charts are painted: events may come after them, and are marked without a new painting.
  function noted(answer) {
    const read = answer.json.bind(answer);
    answer.json = async () => {
      const content = await read();
      if (content.charts) answeredAt = performance.now();
      return content;
    };
    return answer;
  }

  new MutationObserver((records) => {
    for (const { target } of records) {
      const plot = target.closest?.(".js-plotly-plot");
      if (plot) drawnAt.set(plot, performance.now());
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["d"] });

  function isInView(element) {
    const { top, bottom, width } = element.getBoundingClientRect();
    return width > 0 && bottom > 0 && top < innerHeight;
  }

  const hasPoints = (plot) => plot.data?.some(({ y }) => [...y].some((value) => value !== null));

  function isDrawn() {
    const plots = [...document.querySelectorAll(".js-plotly-plot")].filter((plot) => isInView(plot) && hasPoints(plot));
    return plots.length > 0 && plots.every((plot) => (drawnAt.get(plot) || 0) > answeredAt);
  }

  function painted() {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      requestAnimationFrame(() => port2.postMessage(null));
    });
  }

  async function click(selector) {
    const start = performance.now();
    answeredAt = start;
    document.querySelector(selector).click();
    for (let done = 0, now = start; now - start < LONGEST_MS; ) {
      now = await painted();
      if (asked || !isDrawn()) done = 0;
      else if (!done) done = now;
      else if (now - done > QUIET_MS) return done - start;
    }
    throw new Error(`${selector}: not drawn within ${LONGEST_MS} ms`);
  }

  window.bench = { click };
})();
