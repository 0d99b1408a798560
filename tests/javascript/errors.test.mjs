// What is told of failures.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

const { errors } = load(["errors"]).mcp;

test("a failure is told in its own words", () => {
  assert.equal(errors.told(new Error("no script")), "no script");
  assert.equal(errors.told(new TypeError("x is undefined")), "TypeError: x is undefined");
  assert.equal(errors.told("just a text"), "just a text");
  assert.equal(errors.told({ message: "Script error." }), "Script error.");
});

test("what was called off is no failure", () => {
  assert.equal(errors.told(new DOMException("aborted", "AbortError")), "");
  assert.equal(errors.told({ message: "ResizeObserver loop completed with undelivered notifications." }), "");
  assert.equal(errors.told(undefined), "");
});

test("where there is no card to show it on nothing happens", () => {
  errors.show(new Error("early"));
  errors.clear();
});
