// What was done to something, so that it can be undone: states that are never changed in place.
window.mcp = window.mcp || {};

mcp.boardHistory = (() => {
  const MOST = 100;

  const start = (state) => ({ states: [state], at: 0 });
  const now = ({ states, at }) => states[at];
  const canUndo = ({ at }) => at > 0;
  const canRedo = ({ states, at }) => at < states.length - 1;

  // What was undone before is forgotten, and the oldest when there is too much.
  function then(history, state) {
    const states = [...history.states.slice(0, history.at + 1), state].slice(-MOST);
    return { states, at: states.length - 1 };
  }

  // The same step goes on: a word typed letter by letter is one step.
  const amended = (history, state) => ({ ...history, states: [...history.states.slice(0, history.at), state] });

  const undone = (history) => (canUndo(history) ? { ...history, at: history.at - 1 } : history);
  const redone = (history) => (canRedo(history) ? { ...history, at: history.at + 1 } : history);

  return { MOST, start, now, canUndo, canRedo, then, amended, undone, redone };
})();
