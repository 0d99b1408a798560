// What Dash asks for first, the page has brought along (dashboard/brought.py): it is answered from there, each once.
(() => {
  const elements = [...document.querySelectorAll("script[data-answer]")];
  const brought = new Map(elements.map(({ dataset, textContent }) => [dataset.answer, textContent]));
  const ask = window.fetch;

  window.fetch = (address, options) => {
    const text = brought.get(address);
    if (!brought.delete(address)) return ask(address, options);
    return Promise.resolve(new Response(text, { headers: { "Content-Type": "application/json" } }));
  };
})();
