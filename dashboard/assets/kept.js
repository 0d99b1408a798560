// What goes along from page to page in one tab. Storage may be blocked: then nothing does.
window.mcp = window.mcp || {};

mcp.kept = {
  // The value under this key, null if there is none.
  get(key) {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      sessionStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Blocked.
    }
  },
};
