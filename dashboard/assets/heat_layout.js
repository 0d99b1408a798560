// Where the cells of the heat view are: as large as they may be so that all nodes are seen at once, by group.
window.mcp = window.mcp || {};

mcp.heatLayout = (() => {
  const LARGEST = 96;
  const LARGEST_OF_WALL = 168;
  const SMALLEST = 12;
  const HEADING = 30;
  const BETWEEN = 10;

  const gapOf = (side) => (side < 24 ? 2 : 3);
  const pitchOf = (side) => side + gapOf(side);
  const columnsOf = (width, side) => Math.max(1, Math.floor((width + gapOf(side)) / pitchOf(side)));
  const linesOf = (count, columns) => Math.ceil(count / columns);

  function heightOf(counts, width, side, hasHeadings) {
    const columns = columnsOf(width, side);
    const lines = counts.reduce((sum, count) => sum + linesOf(count, columns), 0);
    const heads = hasHeadings ? counts.length * HEADING + Math.max(0, counts.length - 1) * BETWEEN : 0;
    return heads + lines * pitchOf(side);
  }

  // On a wall screen, which is read from afar, a cell may be larger than on a desk.
  const largestOf = (width) => Math.round(Math.min(LARGEST_OF_WALL, Math.max(LARGEST, width / 14)));

  function sideOf(counts, width, room, hasHeadings) {
    for (let side = largestOf(width); side > SMALLEST; side -= 1) {
      if (heightOf(counts, width, side, hasHeadings) <= room) return side;
    }
    return SMALLEST;
  }

  // `groups` is [{title, rows}], titles "" for none at all. Gives {side, height, headings: [{y, title, group}], cells:
  // [{x, y, row}]}; cells in the order of rows, so that the next of a cell is the one to its right.
  function arrange(groups, width, room) {
    const hasHeadings = groups.some(({ title }) => title);
    const counts = groups.map(({ rows }) => rows.length);
    const side = sideOf(counts, width, room, hasHeadings);
    const columns = columnsOf(width, side);
    const placed = { side, columns, headings: [], cells: [], height: 0 };
    let top = 0;
    groups.forEach((group, index) => {
      if (hasHeadings) {
        top += index ? BETWEEN : 0;
        placed.headings.push({ y: top, title: group.title, group });
        top += HEADING;
      }
      group.rows.forEach((row, place) => {
        const x = (place % columns) * pitchOf(side);
        placed.cells.push({ x, y: top + Math.floor(place / columns) * pitchOf(side), row });
      });
      top += linesOf(group.rows.length, columns) * pitchOf(side);
    });
    return { ...placed, height: top };
  }

  // The index of the cell at a point, -1 between cells.
  function at({ cells, side }, x, y) {
    return cells.findIndex((cell) => x >= cell.x && x < cell.x + side && y >= cell.y && y < cell.y + side);
  }

  // Where an arrow key leads from cell `index`; up and down to the nearest cell of the next line, across groups.
  function step({ cells }, index, key) {
    if (!cells.length) return -1;
    const last = cells.length - 1;
    const from = Math.min(Math.max(index, 0), last);
    if (index < 0) return 0;
    if (key === "ArrowRight") return Math.min(from + 1, last);
    if (key === "ArrowLeft") return Math.max(from - 1, 0);
    if (key === "Home") return 0;
    if (key === "End") return last;
    return stepLine(cells, from, key === "ArrowUp" ? -1 : 1);
  }

  function stepLine(cells, from, direction) {
    const { x, y } = cells[from];
    let line = null;
    let nearest = from;
    for (let index = from + direction; cells[index]; index += direction) {
      const cell = cells[index];
      if (cell.y === y) continue;
      line ??= cell.y;
      if (cell.y !== line) break;
      if (nearest === from || Math.abs(cell.x - x) < Math.abs(cells[nearest].x - x)) nearest = index;
    }
    return nearest;
  }

  return { arrange, at, step };
})();
