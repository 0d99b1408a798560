// The library that draws, loaded once and only by pages that draw.
window.mcp = window.mcp || {};

mcp.plotly = (() => {
  let library = null;

  // A promise of Plotly.
  return () => {
    library ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = "/assets/vendor/plotly-basic.min.js?v=4.1.1";
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => {
        library = null;
        script.remove();
        reject(new Error("plotly did not load"));
      };
      document.head.append(script);
    });
    return library;
  };
})();
