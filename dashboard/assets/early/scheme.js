// Dark or light. Runs before the first paint, so that a page opened in the dark does not flash white.
// What is in the address (?scheme=dark or light) counts for this visit; what was set counts from then on; otherwise the
// page is as the system is, and follows it.
window.mcp = window.mcp || {};

mcp.scheme = (() => {
  const KEY = "mantine-color-scheme-value";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const known = (value) => (value === "dark" || value === "light" ? value : null);
  let chosen = known(new URLSearchParams(location.search).get("scheme")) ?? stored() ?? "auto";

  function stored() {
    try {
      return known(localStorage.getItem(KEY));
    } catch {
      return null; // storage is blocked: what is set lasts as long as the page
    }
  }

  function store(choice) {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // As above.
    }
  }

  const shown = () => known(chosen) ?? (system.matches ? "dark" : "light");

  function apply() {
    if (root.dataset.mantineColorScheme !== shown()) root.dataset.mantineColorScheme = shown();
  }

  apply();
  system.addEventListener("change", apply);
  // Mantine writes what it knows when it starts: the stored choice, whatever the address says.
  new MutationObserver(apply).observe(root, { attributeFilter: ["data-mantine-color-scheme"] });

  return {
    // "auto", "dark" or "light".
    get: () => chosen,
    shown,
    set(choice) {
      chosen = known(choice) ?? "auto";
      store(chosen);
      if (mcp.view?.get("scheme")) mcp.view.set({ scheme: known(chosen) });
      apply();
    },
  };
})();
