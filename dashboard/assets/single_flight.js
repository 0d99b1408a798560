// Work that is done once at a time: a double click is one click.
//   mcp.singleFlight(work) -> the same work; called while it is under way it gives the promise of what is under way.
window.mcp = window.mcp || {};

mcp.singleFlight = (work) => {
  let flight = null;
  const begun = async (given) => work(...given);
  const landed = () => {
    flight = null;
  };
  return (...given) => (flight ??= begun(given).finally(landed));
};
