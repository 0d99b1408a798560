// What others do to the dashboard that is open.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

function fake(revision) {
  const topics = new Map();
  const live = { look: (topic, take) => topics.set(topic, take), leave: (topic) => topics.delete(topic) };
  const shown = { revision };
  const heard = [];
  const { boardNews } = load(["board_news"], { mcp: { live } }).mcp;
  const news = boardNews.open("mine", () => shown.revision, (what) => heard.push(what));
  return { topics, shown, heard, news, tell: (message) => topics.get("board/mine")(message) };
}

test("a later revision is newer, as numbers go", () => {
  const { heard, tell } = fake("9");
  for (const revision of [null, "8", "9"]) tell({ revision, is_gone: false });
  assert.deepEqual(heard, []);
  tell({ revision: "10", is_gone: false });
  assert.deepEqual(heard, ["newer"]);
});

test("one that was deleted is gone", () => {
  const { heard, tell } = fake("9");
  tell({ revision: null, is_gone: true });
  assert.deepEqual(heard, ["gone"]);
});

test("what was heard counts again for what is shown then", () => {
  const { shown, heard, news, tell } = fake(null);
  news.check();
  tell({ revision: "3", is_gone: false });
  assert.deepEqual(heard, []);
  shown.revision = "2";
  news.check();
  shown.revision = "3";
  news.check();
  assert.deepEqual(heard, ["newer"]);
});

test("a page that is left follows nothing", () => {
  const { topics, news } = fake("1");
  news.close();
  assert.equal(topics.size, 0);
});
