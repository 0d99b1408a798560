// What is said of the connection.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const nothing = () => {};
const { states } = load(["states"], { mcp: { live: { follow: nothing, look: nothing } } }).mcp;
const time = () => "12:00";

test("where all is well there is no banner", () => {
  assert.deepEqual(states.words("live", { address: "host:1" }), { mark: "Live", title: "", text: "" });
});

test("a lost leader is named, with since when, and that the page goes on by itself", () => {
  const { mark, title, text } = states.words("lost", { address: "host:1", since: 5 }, time);
  assert.deepEqual([mark, title], ["Leader lost", "The leader does not answer."]);
  assert.match(text, /from host:1 since 12:00\..*goes on by itself/);
});

test("a page that shows nothing does not say that it is from before", () => {
  for (const state of ["lost", "broken"]) {
    assert.match(states.words(state, { address: "host:1" }, time).text, /What you see is from before\./);
    const { text } = states.words(state, { address: "host:1" }, time, true);
    assert.match(text, /There is nothing to show yet\..*goes on by itself/);
    assert.doesNotMatch(text, /from before/);
  }
});

test("a leader that was never there is another matter than a dashboard that is away", () => {
  assert.equal(states.words("connecting", { address: "host:1" }).title, "No leader at host:1 yet.");
  assert.equal(states.words("connecting", {}).title, "Connecting to the dashboard.");
  assert.equal(states.words("broken", {}).title, "The dashboard does not answer.");
});
