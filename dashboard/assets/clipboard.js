// Copies texts: links to a view, commands for other machines.
window.mcp = window.mcp || {};

mcp.clipboard = (() => {
  async function copy(text) {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return;
    }
    // Pages over plain http have no clipboard API.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }

  return { copy };
})();
