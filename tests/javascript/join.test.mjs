// Where other machines find the leader.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { join } = load(["join"]).mcp;

test("an address that others reach stays, a local one becomes this page's host", () => {
  assert.equal(join.reachable("leader.example:50051", "wall.example"), "leader.example:50051");
  for (const local of ["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "[::]"]) {
    assert.equal(join.reachable(`${local}:6000`, "wall.example"), "wall.example:6000");
  }
});

test("as long as nobody knows the address it is the usual one", () => {
  assert.equal(join.reachable("", "wall.example"), "wall.example:50051");
});
