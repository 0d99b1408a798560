// The live socket: what is looked at, and what comes before anybody looks.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./load.mjs";

class Socket {
  static OPEN = 1;
  static opened = [];
  readyState = Socket.OPEN;
  said = [];

  constructor() {
    Socket.opened.push(this);
  }

  send(text) {
    this.said.push(JSON.parse(text).look_at);
  }

  close() {}

  tell(message) {
    this.onmessage({ data: JSON.stringify({ topic: "fleet", ...message }) });
  }
}

function connected() {
  const { live } = load(["live"], { WebSocket: Socket, setTimeout: () => 0, clearTimeout: () => {} }).mcp;
  live.expect("fleet");
  const socket = Socket.opened.at(-1);
  socket.onopen();
  return { live, socket };
}

test("a topic that means nothing says nothing to who looks at it", () => {
  const { live, socket } = connected();
  const numbers = heard(live);
  socket.tell({ kind: "unknown", number: 1 });
  socket.tell({ kind: "append", number: 2 });
  assert.deepEqual(numbers, [2]);
});

const heard = (live) => {
  const messages = [];
  live.look("fleet", ({ number }) => messages.push(number));
  return messages;
};

test("what is expected is asked for at once, and given to whoever looks, in order", () => {
  const { live, socket } = connected();
  assert.deepEqual(socket.said, [["fleet"]]);
  socket.tell({ kind: "full", number: 1 });
  socket.tell({ kind: "delta", number: 2 });
  const messages = heard(live);
  socket.tell({ kind: "delta", number: 3 });
  assert.deepEqual(messages, [1, 2, 3]);
  assert.deepEqual(socket.said, [["fleet"]], "it is not asked for twice");
});

test("a new opening takes the place of what came before", () => {
  const { live, socket } = connected();
  for (const [number, kind] of ["full", "delta", "full", "delta"].entries()) socket.tell({ kind, number });
  assert.deepEqual(heard(live), [2, 3]);
});

test("when nobody looks for long, it ends, and who looks then begins anew", () => {
  const { live, socket } = connected();
  socket.tell({ kind: "full", number: 0 });
  for (let number = 1; socket.said.length < 2; number += 1) socket.tell({ kind: "delta", number });
  assert.deepEqual(socket.said.at(-1), []);
  const messages = heard(live);
  assert.deepEqual([messages, socket.said.at(-1)], [[], ["fleet"]]);
});

test("who looks already goes on looking", () => {
  const { live, socket } = connected();
  const messages = heard(live);
  live.expect("fleet");
  socket.tell({ kind: "full", number: 1 });
  assert.deepEqual(messages, [1]);
});

test("who leaves hears nothing more", () => {
  const { live, socket } = connected();
  const messages = heard(live);
  live.leave("fleet");
  socket.tell({ kind: "delta", number: 1 });
  assert.deepEqual([messages, socket.said.at(-1)], [[], []]);
});
