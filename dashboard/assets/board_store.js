// Kept dashboards over the JSON API. Failures are Errors with words for people and the answer's `status`; 0: none came.
window.mcp = window.mcp || {};

mcp.boardStore = (() => {
  const PATH = "/api/dashboards";
  const GONE = "The dashboard process does not answer. Try again in a moment.";

  async function ask(method, path, body) {
    const headers = body ? { "Content-Type": "application/json" } : {};
    let answer;
    try {
      answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    } catch {
      throw Object.assign(new Error(GONE), { status: 0 });
    }
    const content = answer.status === 204 ? null : await answer.json().catch(() => ({}));
    if (answer.ok) return content;
    throw Object.assign(new Error(content.detail || `The answer was ${answer.status}.`), { status: answer.status });
  }

  const pathOf = (id) => `${PATH}/${encodeURIComponent(id)}`;

  return {
    list: () => ask("GET", PATH),
    get: (id) => ask("GET", pathOf(id)),
    make: (board) => ask("POST", PATH, board),
    replace: (id, board) => ask("PUT", pathOf(id), board),
    remove: (id) => ask("DELETE", pathOf(id)),
  };
})();
