// Dash is answered from the page itself, as far as the page has brought along what it asks for.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

function opened(answers) {
  const asked = [];
  const fetch = async (address, options) => {
    asked.push([address, options]);
    return new Response("from the server");
  };
  const elements = Object.entries(answers).map(([answer, textContent]) => ({ dataset: { answer }, textContent }));
  const window = load(["brought"], { fetch, document: { querySelectorAll: () => elements } });
  return { fetch: window.fetch, asked };
}

test("what the page brought along is not asked for", async () => {
  const { fetch, asked } = opened({ "/_dash-layout": '{"type": "Div"}' });
  const answer = await fetch("/_dash-layout", { method: "GET" });
  assert.match(answer.headers.get("content-type"), /application\/json/);
  assert.deepEqual([answer.status, await answer.json(), asked], [200, { type: "Div" }, []]);
});

test("the second time it may have changed, and is asked for", async () => {
  const { fetch, asked } = opened({ "/_dash-layout": "{}" });
  await fetch("/_dash-layout");
  assert.equal(await (await fetch("/_dash-layout", { method: "GET" })).text(), "from the server");
  assert.deepEqual(asked, [["/_dash-layout", { method: "GET" }]]);
});

test("everything else is asked for as before", async () => {
  const { fetch, asked } = opened({ "/_dash-layout": "{}" });
  await fetch("/api/nodes", { cache: "no-store" });
  assert.deepEqual(asked, [["/api/nodes", { cache: "no-store" }]]);
});
