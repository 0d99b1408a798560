// Which stretch of time is looked at: plain data and functions, no clock and no page. A state is never changed:
//   {range: key of RANGES, stack: [{fromMs, toMs}], pausedMs: 0 or when it was stopped}
// The stack is empty while the window ends now; its last entry is what was fixed or zoomed into.
window.mcp = window.mcp || {};

mcp.timeModel = (() => {
  const MINUTE = 60000;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;
  const LIVE = { "5m": 5 * MINUTE, "15m": 15 * MINUTE, "30m": 30 * MINUTE, "1h": HOUR };
  const RANGES = {
    ...LIVE,
    "6h": 6 * HOUR,
    "24h": DAY,
    "7d": 7 * DAY,
    "30d": 30 * DAY,
    "90d": 90 * DAY,
    "1y": 365 * DAY,
    "2y": 730 * DAY,
  };
  const DEFAULT = "5m";
  // No node told anything before, and few axes can show it.
  const EARLIEST_MS = Date.UTC(2000, 0);
  const SHORTEST_MS = 2000;
  const LONGEST_MS = 731 * DAY;
  const MOST_ZOOMS = 50;
  // Live points are not thinned, and those of a range come only by asking again: often enough for a step to be seen.
  const LIVE_PART = 4;
  const POINTS = 500;
  const SOONEST_MS = 10000;
  const LATEST_MS = 15 * MINUTE;

  const isRange = (range) => Object.hasOwn(RANGES, range);
  const start = (range = DEFAULT) => ({ range: isRange(range) ? range : DEFAULT, stack: [], pausedMs: 0 });

  // From the texts of an address, of which any may be missing or nonsense.
  function read({ range, from, to }, nowMs) {
    const state = start(range || DEFAULT);
    const endMs = Number(to || NaN);
    const toMs = endMs > nowMs + DAY ? nowMs : endMs;
    const fixed = span(Math.max(Number(from || NaN), toMs - LONGEST_MS), toMs);
    return fixed ? { ...state, stack: [fixed] } : state;
  }

  // What an address says of it; null takes the parameter away.
  function write(state) {
    const shown = state.pausedMs ? follows(state, state.pausedMs) : state.stack.at(-1);
    const range = state.range === DEFAULT && !shown ? null : state.range;
    return { range, from: shown ? Math.round(shown.fromMs) : null, to: shown ? Math.round(shown.toMs) : null };
  }

  // The stretch, not too short and not too long; null if there is none, or none of it can have been told of.
  function span(beginMs, toMs) {
    const fromMs = Math.max(beginMs, EARLIEST_MS);
    if (!(toMs > fromMs)) return null;
    const middle = (fromMs + toMs) / 2;
    const width = Math.min(Math.max(toMs - fromMs, SHORTEST_MS), LONGEST_MS);
    return toMs - fromMs === width ? { fromMs, toMs } : { fromMs: middle - width / 2, toMs: middle + width / 2 };
  }

  const follows = (state, nowMs) => ({ fromMs: nowMs - RANGES[state.range], toMs: nowMs });

  // What is to be drawn. isLive: new points are appended as they come; isFixed: it does not end now.
  function window_(state, nowMs) {
    const fixed = state.stack.at(-1);
    const { fromMs, toMs } = fixed || follows(state, state.pausedMs || nowMs);
    const isPaused = !fixed && state.pausedMs > 0;
    const isFollowing = !fixed && !isPaused;
    return {
      fromMs,
      toMs,
      spanMs: toMs - fromMs,
      isLive: isFollowing && state.range in LIVE,
      isPaused,
      isFixed: Boolean(fixed),
      isFollowing,
      depth: state.stack.length,
    };
  }

  // After how long to ask again for what is drawn; 0: never.
  function refreshMs(state) {
    if (state.stack.length || state.pausedMs) return 0;
    const width = RANGES[state.range];
    const wanted = state.range in LIVE ? width / LIVE_PART : width / POINTS;
    return Math.min(Math.max(wanted, SOONEST_MS), LATEST_MS);
  }

  function zoom(state, fromMs, toMs) {
    const into = span(fromMs, toMs);
    if (!into) return state;
    // What was paused is where zooming out leads back to.
    const below = state.pausedMs ? [follows(state, state.pausedMs)] : state.stack;
    return { ...state, pausedMs: 0, stack: [...below.slice(1 - MOST_ZOOMS), into] };
  }

  // The last zoom, or the pause; a state that follows stays as it is.
  function zoomOut(state) {
    const isFollowing = !state.stack.length && !state.pausedMs;
    return isFollowing ? state : { ...state, pausedMs: 0, stack: state.stack.slice(0, -1) };
  }

  const setRange = (state, range) => (isRange(range) ? start(range) : state);
  const resume = (state) => start(state.range);

  function setFixed(state, fromMs, toMs) {
    const fixed = span(fromMs, toMs);
    return fixed ? { ...state, pausedMs: 0, stack: [fixed] } : state;
  }

  const pause = (state, nowMs) => (state.stack.length || state.pausedMs ? state : { ...state, pausedMs: nowMs });

  // Earlier (-1) or later (1) by half of what is seen, but not into the future.
  function move(state, direction, nowMs) {
    const { fromMs, toMs, spanMs } = window_(state, nowMs);
    const by = Math.min((direction * spanMs) / 2, Math.max(0, nowMs - toMs));
    const moved = by && span(fromMs + by, toMs + by);
    // What was zoomed out of stays below it.
    return moved ? { ...state, pausedMs: 0, stack: [...state.stack.slice(0, -1), moved] } : state;
  }

  return {
    LIVE,
    RANGES,
    DEFAULT,
    start,
    read,
    write,
    window: window_,
    refreshMs,
    zoom,
    zoomOut,
    setRange,
    setFixed,
    pause,
    resume,
    move,
  };
})();
