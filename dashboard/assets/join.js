// Commands to copy: in what a page has prepared, LEADER is the leader's address as another machine sees it, and ORIGIN
// this site's.
window.mcp = window.mcp || {};

mcp.join = (() => {
  const COPIED_MS = 1500;

  // This page's host stands for the leader's, if the dashboard knows only "localhost".
  function reachable(address, pageHost) {
    const [, host, port] = /^(.*):(\d+)$/.exec(address) || [null, "localhost", "50051"];
    const isLocal = /^(localhost|127\.|0\.0\.0\.0|\[::1?\])/.test(host);
    return `${isLocal ? pageHost : host}:${port}`;
  }

  function fill() {
    const leader = reachable(mcp.states.address(), location.hostname);
    for (const element of document.querySelectorAll("[data-template]")) {
      const { template } = element.dataset;
      element.textContent = template.replaceAll("LEADER", leader).replaceAll("ORIGIN", location.origin);
    }
  }

  function confirm(button) {
    const [symbol, label] = button.children;
    symbol.className = "icon icon-done";
    label.textContent = "Copied";
    setTimeout(() => {
      symbol.className = "icon icon-copy";
      label.textContent = "Copy";
    }, COPIED_MS);
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    await mcp.clipboard.copy(button.parentElement.querySelector("code").textContent);
    confirm(button);
  });

  return { reachable, fill };
})();
