// The library that draws, loaded once and only by pages that draw.
window.mcp = window.mcp || {};

mcp.plotly = (() => {
  const ADDRESS = "/assets/vendor/plotly-basic.min.js?v=4.1.1";
  let library = null;
  let failures = 0;

  function load(resolve, reject) {
    const script = document.createElement("script");
    const failed = () => {
      library = null;
      failures += 1;
      script.remove();
      reject(new Error("plotly did not load"));
    };
    // What failed is asked for anew, whatever the browser has kept of it.
    script.src = failures ? `${ADDRESS}&again=${failures}` : ADDRESS;
    // Half of a script is loaded, but does nothing.
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : failed());
    script.onerror = failed;
    document.head.append(script);
  }

  // A promise of Plotly; after a failure the next call tries again.
  return () => {
    library ??= new Promise(load);
    return library;
  };
})();
