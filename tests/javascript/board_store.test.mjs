// Kept dashboards over the JSON API.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

function answering(status, content) {
  const asked = [];
  const fetch = async (path, options) => {
    asked.push([options.method, path, options.body]);
    return { ok: status < 400, status, json: async () => content };
  };
  return { asked, store: load(["board_store"], { fetch }).mcp.boardStore };
}

test("each call has its method, path and body", async () => {
  const { asked, store } = answering(200, []);
  await store.list();
  await store.get("a b");
  await store.make({ title: "T" });
  await store.replace("x", { title: "T" });
  assert.deepEqual(asked, [
    ["GET", "/api/dashboards", undefined],
    ["GET", "/api/dashboards/a%20b", undefined],
    ["POST", "/api/dashboards", '{"title":"T"}'],
    ["PUT", "/api/dashboards/x", '{"title":"T"}'],
  ]);
});

test("an answer without content is null", async () => {
  assert.equal(await answering(204).store.remove("x"), null);
});

test("a refusal is an error with the leader's words", async () => {
  const { store } = answering(409, { detail: "changed meanwhile" });
  await assert.rejects(store.replace("x", {}), { message: "changed meanwhile", status: 409 });
});

test("no answer at all is an error, too", async () => {
  const fetch = async () => {
    throw new TypeError("Failed to fetch");
  };
  const { boardStore: store } = load(["board_store"], { fetch }).mcp;
  await assert.rejects(store.list(), { message: /does not answer/, status: 0 });
});
