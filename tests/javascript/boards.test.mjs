// What is done with a dashboard wherever one is.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

// With a leader that answers as `store` does, and somebody who agrees to everything; `said` is what is told.
function page(store = {}) {
  const said = [];
  const dialog = { say: (text) => said.push(text), confirm: async () => true };
  const { boards } = load(["board_model", "boards"], { mcp: { dialog, boardStore: store } }).mcp;
  return { boards, said };
}

const failing = (status, message) => async () => {
  throw Object.assign(new Error(message), { status });
};
const file = (name, text) => ({ name, size: text.length, text: async () => text });

test("of several files each outcome is told", async () => {
  const { boards } = page({ make: async (board) => board });
  const files = [file("bad.json", "[]"), file("good.json", '{"title": "Good"}'), { name: "big.json", size: 2 ** 20 }];
  const results = [];
  for (const each of files) results.push(await boards.imported(each));
  assert.deepEqual(boards.importedText(results).split("\n"), [
    "Imported “Good”.",
    "bad.json was not imported: The file holds no dashboard: it has no title or no panels. Take one that “Export” made.",
    "big.json was not imported: The file is larger than any dashboard, which is 512 KiB.",
  ]);
});

test("of many files some are named and the others counted", () => {
  const { boards } = page();
  const results = Array.from({ length: 8 }, (_, number) => ({ name: `${number}.json`, fault: "Bad." }));
  const made = Array.from({ length: 7 }, (_, number) => ({ name: `${number}.json`, title: `T${number}` }));
  const lines = boards.importedText([...results, ...made]).split("\n");
  assert.equal(lines[0], "Imported “T0”, “T1”, “T2”, “T3”, “T4” and 2 more.");
  assert.deepEqual([lines.length, lines.at(-1)], [7, "Not imported either: 3 more."]);
});

test("panels go into a dashboard with room for all of them, which is told of the others", async () => {
  const { boards } = page();
  const of = (count) => ({ panels: Array(count).fill({}) });
  assert.deepEqual(boards.roomOf(of(1), 1), { about: "1 panel", isFull: false });
  assert.deepEqual(boards.roomOf(of(60), 4), { about: "60 panels", isFull: false });
  assert.deepEqual(boards.roomOf(of(60), 5), { about: "room for 4 of 5 panels", isFull: true });
  assert.deepEqual(boards.roomOf(of(64), 1), { about: "full", isFull: true });
});

test("each panel has a place of its own in the dashboard it goes into", async () => {
  const kept = { id: "a", revision: "3", title: "A", panels: [{ columns: ["x"], width: 6, height: 4 }] };
  const { boards } = page({ get: async () => kept, replace: async (_id, board) => board });
  const made = await boards.into("a", ["n1", "n".repeat(128)].map((id) => ({ title: id, node_ids: [id], columns: ["x"] })));
  assert.deepEqual(made.panels.map(({ title, x = 0, y = 0 }) => [title, x, y]), [[undefined, 0, 0], ["n1", 6, 0], ["n".repeat(120), 0, 4]]);
  assert.equal(made.revision, "3");
});

test("what somebody else deleted is gone, too; another failure is told", async () => {
  const deleted = page({ remove: failing(404, "no dashboard") });
  assert.deepEqual([await deleted.boards.removed({ id: "a", title: "A" }), deleted.said], [true, []]);
  const refused = page({ remove: failing(503, "The leader does not answer.") });
  assert.equal(await refused.boards.removed({ id: "a", title: "A" }), false);
  assert.deepEqual(refused.said, ["It was not deleted: The leader does not answer."]);
});
