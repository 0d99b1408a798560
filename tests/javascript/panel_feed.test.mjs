// Panels with the same topic share one subscription.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

function fake() {
  const topics = new Map();
  const live = { look: (topic, handler) => topics.set(topic, handler), leave: (topic) => topics.delete(topic) };
  return { topics, feed: load(["panel_feed"], { mcp: { live } }).mcp.panelFeed };
}

test("each taker hears each message, and the last one to go ends it", () => {
  const { topics, feed } = fake();
  const heard = [];
  const ends = ["a", "b"].map((name) => feed.look("panel?x", (message) => heard.push([name, message.kind])));
  topics.get("panel?x")({ kind: "append" });
  assert.deepEqual(heard, [["a", "append"], ["b", "append"]]);
  ends[0]();
  ends[0]();
  assert.equal(topics.size, 1);
  ends[1]();
  assert.equal(topics.size, 0);
});

test("who joins hears what came since the last opening", () => {
  const { topics, feed } = fake();
  feed.look("panel?x", () => {});
  for (const message of ["append 1", "open", "append 2"]) topics.get("panel?x")({ kind: message.split(" ")[0], message });
  const heard = [];
  feed.look("panel?x", ({ message }) => heard.push(message));
  assert.deepEqual(heard, ["open", "append 2"]);
});

test("what is kept is no older than half a minute", (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const { topics, feed } = fake();
  feed.look("panel?x", () => {});
  for (let second = 0; second < 100; second += 1) {
    topics.get("panel?x")({ kind: "append", second });
    context.mock.timers.tick(1000);
  }
  const heard = [];
  feed.look("panel?x", ({ second }) => heard.push(second));
  assert.equal(heard.length, 30);
  assert.equal(heard.at(-1), 99);
});
