// Runs before the first paint, so that a page opened in the dark does not flash white.
// "auto" follows the system; Mantine keeps a choice made with the toggle under this key. A link may say which it was
// made in, as ?scheme=dark or light: that counts as such a choice.
(() => {
  const KEY = "mantine-color-scheme-value";
  let chosen = new URLSearchParams(location.search).get("scheme");
  try {
    if (chosen === "dark" || chosen === "light") localStorage.setItem(KEY, chosen);
    else chosen = localStorage.getItem(KEY);
  } catch {
    // Storage is blocked: this page alone is as the link says, or follows the system.
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.mantineColorScheme = dark ? "dark" : "light";
})();
