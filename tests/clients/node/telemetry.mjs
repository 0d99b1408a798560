// A node of mcp-telemetry in Node.js, from protos/metrics.proto and nothing else. The rules are in that file.
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const CONTRACT = fileURLToPath(new URL("../../../protos/metrics.proto", import.meta.url));
// Nanoseconds do not fit in a double, so 64-bit integers travel as strings.
const LOADING = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };

export const { Telemetry, TelemetryQuery } = grpc.loadPackageDefinition(
  protoLoader.loadSync(CONTRACT, LOADING),
).mcp_telemetry.v1;
export const plaintext = grpc.credentials.createInsecure();

export const nanos = (milliseconds) => String(BigInt(Math.round(milliseconds)) * 1_000_000n);
export const milliseconds = (nanos) => Number(BigInt(nanos) / 1_000_000n);

const OUTBOX_LIMIT = 3600;
const BATCH_LIMIT = 100;
const SOON = 100; // milliseconds between reports where the leader names no interval

// UNAVAILABLE, or what a connection that breaks in the middle of a call looks like. Anything else would fail again.
// OK is a leader that ended the stream in order, to go down.
const WORTH_RETRYING = new Set([
  grpc.status.OK,
  grpc.status.UNAVAILABLE,
  grpc.status.INTERNAL,
  grpc.status.UNKNOWN,
  grpc.status.CANCELLED,
]);

export const isWorthRetrying = ({ code }) => WORTH_RETRYING.has(code);
export const backoff = (failures) => Math.random() * Math.min(500 * 1.6 ** failures, 15_000); // ms, full jitter

// Emits welcome, ack, directive and draining, each with the leader's message, and cut with the status.
export class TelemetryNode extends EventEmitter {
  // The outbox lives in memory, so every start of the program is a new instance. One that keeps its outbox in a file
  // keeps instanceId and the next sequence there, too.
  instanceId = randomUUID();
  #outbox = []; // not yet acknowledged, oldest first, without a gap
  #nextSequence = 1;
  #dropped = 0; // given up since the last batch
  #sent = 0; // the last sequence sent on the present stream
  #acked = 0;
  #flushUpTo = 0;
  #welcome = null; // of the present stream
  #pace = null;
  #call = null;
  #reportTimer = null;
  #stopped = new AbortController();

  constructor(leader, nodeId) {
    super();
    this.nodeId = nodeId;
    this.client = new Telemetry(leader, plaintext);
  }

  // Keeps a snapshot until the leader has it on disk. When the outbox is full the oldest goes, and is counted.
  record(snapshot) {
    this.#outbox.push({ ...snapshot, sequence: this.#nextSequence++ });
    if (this.#outbox.length > OUTBOX_LIMIT) {
      this.#outbox.shift();
      this.#dropped += 1;
    }
  }

  // Returns when everything recorded so far is on the leader's disk.
  async flush() {
    this.#flushUpTo = this.#nextSequence - 1;
    if (this.#welcome) this.#send();
    while (this.#isFlushing) await once(this, "ack");
  }

  get #isFlushing() {
    return this.#acked < this.#flushUpTo;
  }

  // One stream after the other, until stop(). Throws a status that is not worth retrying.
  async run() {
    const { signal } = this.#stopped;
    for (let failures = 0; !signal.aborted; failures += 1) {
      const { status, wasWelcome } = await this.#stream();
      if (signal.aborted) break;
      if (!isWorthRetrying(status)) throw new Error(`${grpc.status[status.code]}: ${status.details}`);
      this.emit("cut", { code: status.code, details: status.details });
      if (wasWelcome) failures = 0;
      await sleep(backoff(failures), null, { signal }).catch(() => {});
    }
    this.client.close();
  }

  stop() {
    this.#stopped.abort();
    this.#call?.write({ goodbye: { reason: "stopped" } });
    this.#call?.end();
  }

  async #stream() {
    this.#call = this.client.StreamMetrics();
    this.#call.write({ hello: this.#hello() });
    this.#call.on("data", (leaderMessage) => this.#receive(leaderMessage));
    this.#call.on("error", () => {}); // the status says the same
    const status = await new Promise((resolve) => this.#call.on("status", resolve));
    clearTimeout(this.#reportTimer);
    const wasWelcome = this.#welcome !== null;
    this.#call = this.#welcome = null;
    return { status, wasWelcome };
  }

  #hello() {
    return {
      node_id: this.nodeId,
      instance_id: this.instanceId,
      process_start_unix_nano: nanos(performance.timeOrigin),
      protocol_version: 1,
      first_sequence: this.#outbox[0]?.sequence ?? this.#nextSequence,
      host: hostFacts(),
      time_unix_nano: nanos(Date.now()),
    };
  }

  #receive(leaderMessage) {
    const name = leaderMessage.message;
    const body = leaderMessage[name];
    if (name === "welcome") this.#start(body);
    if (name === "ack") this.#forget(Number(body.durable_sequence));
    if (name === "directive") this.#keepPace(body.pace);
    this.emit(name, body);
  }

  #start(welcome) {
    this.#forget(Number(welcome.resume_sequence) - 1);
    this.#sent = this.#acked;
    this.#welcome = { ...welcome, clockOffset: milliseconds(welcome.leader_time_unix_nano) - Date.now() };
    this.#send();
    this.#keepPace(welcome.pace);
  }

  #forget(sequence) {
    this.#acked = sequence;
    this.#outbox = this.#outbox.filter((snapshot) => snapshot.sequence > sequence);
  }

  // Reports whenever the leader's clock comes to this node's phase.
  #keepPace(pace) {
    this.#pace = pace;
    clearTimeout(this.#reportTimer);
    this.#reportTimer = setTimeout(() => {
      this.#send();
      this.#keepPace(this.#pace);
    }, this.#untilNextReport());
  }

  #untilNextReport() {
    const { report_interval_ms: interval, report_phase_ms: phase } = this.#pace;
    const sincePhase = Date.now() + this.#welcome.clockOffset - phase;
    return interval === 0 ? SOON : interval - (sincePhase % interval);
  }

  #send() {
    const allowed = this.#acked + this.#welcome.window;
    const unsent = this.#outbox.filter(({ sequence }) => sequence > this.#sent && sequence <= allowed);
    for (let i = 0; i < unsent.length; i += BATCH_LIMIT) this.#sendBatch(unsent.slice(i, i + BATCH_LIMIT));
    if (unsent.length === 0 && this.#isFlushing) this.#sendBatch([]); // sent, but the leader need not ack it yet
  }

  #sendBatch(snapshots) {
    const first_sequence = snapshots[0]?.sequence ?? this.#sent + 1;
    const batch = { first_sequence, snapshots, dropped: this.#dropped, ack_now: this.#isFlushing };
    this.#call.write({ batch: { ...batch, sent_unix_nano: nanos(Date.now()) } });
    this.#sent = first_sequence + snapshots.length - 1;
    this.#dropped = 0;
  }
}

const hostFacts = () => ({
  hostname: os.hostname(),
  os: `${os.type()} ${os.release()}`,
  architecture: os.machine(),
  runtime: `Node.js ${process.versions.node}`,
  boot_unix_nano: nanos(Date.now() - os.uptime() * 1000),
});
