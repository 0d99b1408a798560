// What a chart's box says while it does not show what is asked for: that this is on its way, or why it is not.
window.mcp = window.mcp || {};

mcp.chartWait = (() => {
  // For an error of mcp.nodeCharts.get: one without a status had no answer at all.
  function words({ status = 0, detail = "" }) {
    if (!status) return "The dashboard does not answer. Trying again.";
    const said = detail || `The dashboard failed with status ${status}`;
    return `${said[0].toUpperCase()}${said.slice(1)}${/[.?!]$/.test(said) ? "" : "."} Trying again.`;
  }

  // Whether a window is that before, or only later: what is drawn of it stays true until the rest is there.
  function goesOn(before, after) {
    if (!before || before === after) return before === after;
    return before.isFollowing && after.isFollowing && before.spanMs === after.spanMs;
  }

  const noticeOf = (box) => box.querySelector(":scope > .chart-problem");

  return {
    words,
    goesOn,
    // It is asked for; what is drawn is of another time.
    begin: (box) => box.setAttribute("aria-busy", "true"),
    // It is drawn.
    end(box) {
      box.removeAttribute("aria-busy");
      noticeOf(box)?.remove();
    },
    // It was refused, and will be asked for again.
    fail(box, error) {
      const text = words(error);
      box.setAttribute("aria-busy", "true");
      noticeOf(box)?.remove();
      box.append(mcp.dom.make("p", { className: "chart-problem" }, mcp.dom.icon("warning"), text));
    },
  };
})();
