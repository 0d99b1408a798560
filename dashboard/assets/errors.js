// A script that fails leaves no blank page: a card says what happened and what to do.
window.mcp = window.mcp || {};

mcp.errors = (() => {
  const byId = (id) => document.getElementById(id);
  // Not failures: a fetch that was called off, and a notice of browsers without consequence.
  const HARMLESS = /^(AbortError|ResizeObserver loop)/;

  // The text for an error; "" for one that is none.
  function told(error) {
    const name = error?.name ?? "Error";
    const message = error?.message ?? String(error ?? "");
    if (HARMLESS.test(name) || HARMLESS.test(message)) return "";
    return name === "Error" ? message : `${name}: ${message}`;
  }

  function show(error) {
    const text = told(error);
    const card = byId("page-error");
    if (!text || !card) return;
    byId("page-error-text").textContent = text.slice(0, 500);
    card.hidden = false;
  }

  addEventListener("error", (event) => show(event.error ?? event));
  addEventListener("unhandledrejection", (event) => show(event.reason));
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#page-error-reload")) location.reload();
    if (event.target.closest?.("#page-error-close")) byId("page-error").hidden = true;
  });

  return {
    told,
    show,
    // Another page has its own chance.
    clear() {
      if (byId("page-error")) byId("page-error").hidden = true;
    },
  };
})();
