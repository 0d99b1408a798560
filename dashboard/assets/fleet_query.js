// Which nodes are shown, and how they are grouped: pure functions of rows.
window.mcp = window.mcp || {};

mcp.fleetQuery = (() => {
  const collator = new Intl.Collator("en", { numeric: true });
  const byName = (a, b) => collator.compare(a, b);

  // `labels` are texts "name=value": of one name any of its values, of different names all.
  function filterOf({ q = "", states = [], labels = [] }) {
    const wanted = new Map();
    for (const label of labels) {
      const at = label.indexOf("=");
      const name = label.slice(0, at);
      wanted.set(name, [...(wanted.get(name) || []), label.slice(at + 1)]);
    }
    return { words: q.toLowerCase().split(/\s+/).filter(Boolean), states, labels: [...wanted] };
  }

  // How many are shown; of how many, where not all are asked for.
  function countText(shown, all, { words, states, labels }) {
    const isNarrowed = [words, states, labels].some((each) => each.length);
    const [few, many] = [shown, all].map((number) => number.toLocaleString("en"));
    return `${isNarrowed ? `${few} of ` : ""}${many} ${all === 1 ? "node" : "nodes"}`;
  }

  function passes(row, { words, states, labels }) {
    if (states.length && !states.includes(row.state)) return false;
    if (!labels.every(([name, values]) => values.includes(row.labels[name] ?? ""))) return false;
    return words.every((word) => row.text.includes(word));
  }

  // What a node belongs to; "" for those without that label.
  const groupOf = (row, by) => row.labels[by] ?? "";

  // In order of name, those without one last: {value, count, down, left, cpu, worst, worstCpu}; CPU of the live ones. A
  // node that said goodbye is not down: it was stopped on purpose.
  function groupsOf(rows, by) {
    const groups = new Map();
    for (const row of rows) {
      const value = groupOf(row, by);
      if (!groups.has(value)) groups.set(value, blankGroup(value));
      count(groups.get(value), row);
    }
    const described = [...groups.values()].map(({ sum, present, ...group }) => ({
      ...group,
      cpu: present ? sum / present : null,
    }));
    return described.sort((a, b) => (a.value === "") - (b.value === "") || byName(a.value, b.value));
  }

  const blankGroup = (value) => ({ value, count: 0, down: 0, left: 0, sum: 0, present: 0, worst: "", worstCpu: null });

  function count(group, row) {
    group.count += 1;
    if (row.state !== "live") {
      group[row.state === "left" ? "left" : "down"] += 1;
      return;
    }
    if (row.cpu === null) return;
    group.sum += row.cpu;
    group.present += 1;
    if (group.worstCpu === null || row.cpu > group.worstCpu) Object.assign(group, { worst: row.id, worstCpu: row.cpu });
  }

  // Which labels there are: [[name, [[value, nodes]]]], in order of name.
  function labelsOf(rows) {
    const names = new Map();
    for (const row of rows) {
      for (const [name, value] of Object.entries(row.labels)) {
        if (!names.has(name)) names.set(name, new Map());
        const values = names.get(name);
        values.set(value, (values.get(value) || 0) + 1);
      }
    }
    const sorted = (entries) => [...entries].sort(([a], [b]) => byName(a, b));
    return sorted(names).map(([name, values]) => [name, sorted(values)]);
  }

  // How many nodes are in each state.
  function countStates(rows) {
    const counts = { live: 0, stale: 0, offline: 0, left: 0 };
    for (const row of rows) counts[row.state] += 1;
    return counts;
  }

  return { filterOf, countText, passes, groupOf, groupsOf, labelsOf, countStates, byName };
})();
