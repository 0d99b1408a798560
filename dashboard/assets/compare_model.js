// What the page to compare knows without a page: what there is to choose from, what a choice means, which panels it
// makes, and the rows of its file. A view is {panel: as in panel_model.js, split: "none", "node" or "column"}.
window.mcp = window.mcp || {};

mcp.compareModel = (() => {
  const SPLITS = ["none", "node", "column"];
  const MOST_PANELS = 24;
  const NAMES = ["node", "label", "column", "counters", "aggregate", "by", "kind"];

  // ------------------------------------------------------------------------------------------------ choices

  const baseOf = (column) => column.split("{", 1)[0];
  const nodesText = (count) => `${count.toLocaleString("en")} ${count === 1 ? "node" : "nodes"}`;

  // Units as people write them, where UCUM does otherwise.
  const UNITS = { By: "bytes", "By/s": "bytes/s", s: "seconds", Cel: "°C", 1: "" };
  const unitText = (unit) => UNITS[unit] ?? unit.replace(/^\{(.*)\}$/, "$1");

  // [{value, label, hint}] of what /api/columns gives: a column with labels also as a whole, before its parts.
  function columnOptions(columns) {
    const groups = new Map();
    for (const column of columns) {
      const base = baseOf(column.name);
      groups.set(base, [...(groups.get(base) || []), column]);
    }
    return [...groups].flatMap(([base, parts]) => {
      const isWhole = parts.length === 1 && parts[0].name === base;
      const each = parts.map((part) => columnOption(part.name, part, [nodesText(part.nodes)]));
      if (isWhole) return each;
      const most = Math.max(...parts.map(({ nodes }) => nodes));
      return [columnOption(base, parts[0], [`all ${parts.length} of them`, nodesText(most)]), ...each.filter(({ value }) => value !== base)];
    });
  }

  const columnOption = (name, { unit, kind }, more) => ({
    value: name,
    label: name,
    hint: [unitText(unit), kind === "counter" ? "counter" : "", ...more].filter(Boolean).join(" · "),
  });

  // Labels first, then nodes; a label is "name=value", which no node can be called.
  function nodeOptions(fleet) {
    const counts = new Map();
    for (const { labels } of fleet) {
      for (const pair of Object.entries(labels)) counts.set(pair.join("="), (counts.get(pair.join("=")) || 0) + 1);
    }
    const labels = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      ...labels.map(([text, count]) => ({ value: text, label: text, hint: `label · ${nodesText(count)}`, icon: "tags" })),
      ...fleet.map(({ node_id: id, state }) => ({ value: id, label: id, hint: state === "live" ? "" : state, icon: state })),
    ];
  }

  const labelNames = (fleet) => [...new Set(fleet.flatMap(({ labels }) => Object.keys(labels)))].sort();

  // What is chosen in the field for nodes, and what a choice there means. Nodes go by name or by label, not by both:
  // the last choice tells. Of one label, one value at a time.
  const chosenNodes = ({ node_ids: ids, labels }) => [...labels.map(({ name, value }) => `${name}=${value}`), ...ids];

  function chooseNodes(values) {
    const isLabel = values.at(-1)?.includes("=");
    const pairs = values.filter((value) => value.includes("=")).map((value) => value.split(/=(.*)/s, 2));
    const labels = [...new Map(pairs)].map(([name, value]) => ({ name, value }));
    return isLabel ? { node_ids: [], labels } : { node_ids: values.filter((value) => !value.includes("=")), labels: [] };
  }

  // ------------------------------------------------------------------------------------------------ the view

  function read(params) {
    const split = params.get("split");
    return { panel: mcp.panelModel.fromParameters(params), split: SPLITS.includes(split) ? split : SPLITS[0] };
  }

  // What the address says of it: each parameter with its values, null for none.
  function write({ panel, split }) {
    const pairs = mcp.panelModel.parameters(panel);
    const values = NAMES.map((name) => [name, pairs.filter(([each]) => each === name).map(([, value]) => value)]);
    return Object.fromEntries([...values.map(([name, each]) => [name, each.length ? each : null]), ["split", split === "none" ? null : split]]);
  }

  const isOf = ({ node_ids: ids, labels }, node) =>
    ids.length ? ids.includes(node.node_id) : labels.every(({ name, value }) => node.labels[name] === value);

  // [{key, title, panel}], at most so many; title "" is made from what is drawn.
  function panels({ panel, split }, fleet) {
    if (!panel.columns.length) return [];
    if (split === "column") return panel.columns.map((column) => ({ key: column, title: "", panel: { ...panel, columns: [column] } }));
    if (split === "node" && panel.aggregate === "NONE") {
      const ids = fleet.filter((node) => isOf(panel, node)).map((node) => node.node_id);
      const shown = ids.slice(0, MOST_PANELS);
      return shown.map((id) => ({ key: id, title: id, panel: { ...panel, node_ids: [id], labels: [] } }));
    }
    return [{ key: "", title: "", panel }];
  }

  // How many nodes have no chart, because there are too many.
  function leftOut({ panel, split }, fleet) {
    if (split !== "node" || panel.aggregate !== "NONE") return 0;
    return Math.max(0, fleet.filter((node) => isOf(panel, node)).length - MOST_PANELS);
  }

  // ------------------------------------------------------------------------------------------------ examples, files

  // A few views to begin with; what there is decides which of them make sense.
  function examples(columns, fleet) {
    const has = (base) => columns.some(({ name }) => baseOf(name) === base);
    const [label] = labelNames(fleet);
    const by = label ? `&by=${encodeURIComponent(label)}` : "";
    return [
      ["cpu.percent", "CPU of all nodes, p95", "The level that 95 of 100 nodes stay below", "column=cpu.percent&aggregate=p95"],
      ["requests", `Requests${label ? ` by ${label}` : ""}`, "Summed over nodes, per second", `column=requests&aggregate=sum${by}`],
      ["memory.percent", "Worst memory", "Nodes by how full their memory is", "column=memory.percent&kind=table"],
      ["network.bytes_sent", "Network of the fleet", "Received and sent, summed", "column=network.bytes_recv&column=network.bytes_sent&aggregate=sum"],
      ["cpu.percent", "CPU node by node", "A small chart for each", "column=cpu.percent&split=node"],
      ["cpu.load_1m", "Load and processes", "A chart for each column", "column=cpu.load_1m&column=processes.count&aggregate=mean&split=column"],
    ]
      .filter(([base]) => has(base))
      .map(([, title, text, query]) => ({ title, text, query }));
  }

  // Rows of a file: one a point, by chart and line. `drawn` is [{title, unit, name, x, y}].
  function rows(drawn) {
    const points = drawn.flatMap(({ title, unit, name, x, y }) =>
      x.map((ms, index) => [ms, title, name, unit, y[index]]).filter((row) => row[4] !== null && row[4] !== undefined),
    );
    return [["time", "chart", "line", "unit", "value"], ...points.map(([ms, ...rest]) => [new Date(ms).toISOString(), ...rest])];
  }

  return {
    SPLITS,
    MOST_PANELS,
    columnOptions,
    nodeOptions,
    labelNames,
    chosenNodes,
    chooseNodes,
    read,
    write,
    panels,
    leftOut,
    examples,
    rows,
  };
})();
