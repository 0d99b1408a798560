// Times as people read and type them. The zone of these tests is one with an offset that changes.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

process.env.TZ = "America/New_York";
const texts = load(["time_texts"]).mcp.timeTexts;
const AT = Date.UTC(2026, 2, 1, 12, 30, 5);
const format = (ms, style) => `${style} ${new Date(ms).toISOString().slice(style === "date" ? 0 : 5, style === "date" ? 10 : 16)}`;

test("a field holds the time of its zone, and gives it back", () => {
  assert.equal(texts.toField(AT, true), "2026-03-01T12:30:05");
  assert.equal(texts.toField(AT, false), "2026-03-01T07:30:05");
  for (const isUtc of [true, false]) assert.equal(texts.fromField(texts.toField(AT, isUtc), isUtc), AT);
  assert.equal(texts.fromField("2026-03-01T12:30", true), AT - 5000);
  assert.ok(Number.isNaN(texts.fromField("", true)));
});

test("a stretch of minutes has seconds, one over midnight both days, one of months only days", () => {
  assert.match(texts.stretch(AT, AT + 60_000, format), /^day .*, time .* – time /);
  assert.match(texts.stretch(AT, AT + 86_400_000, format), /^day .*, short .* – day .*, short /);
  assert.match(texts.stretch(AT, AT + 40 * 86_400_000, format), /^date .* – date /);
});

test("what is wrong is said with what to do", () => {
  const said = (from, to) => texts.complaint(from, to, AT);
  assert.equal(said(AT - 2, AT - 1), "");
  assert.match(said(NaN, AT), /to begin with/);
  assert.match(said(AT, NaN), /to end with/);
  assert.match(said(AT, AT), /before the end/);
  assert.match(said(1, AT), /before the year 2000/);
  assert.match(said(AT + 1, AT + 2), /in the future/);
  assert.match(said(AT - 800 * 86_400_000, AT), /longer than two years/);
});
