// node demo.mjs LEADER NODE_ID [SNAPSHOTS] [INTERVAL_MS]
// Joins the swarm as a node, streams snapshots of this host, and reads them back. Prints one JSON object a line.
import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

import { backoff, isWorthRetrying, milliseconds, nanos } from "./telemetry.mjs";
import { plaintext, TelemetryNode, TelemetryQuery } from "./telemetry.mjs";

const [leader = "localhost:50051", nodeId = "node-js", snapshots = "10", intervalMs = "1000"] = process.argv.slice(2);
const print = (event, details) => console.log(JSON.stringify({ event, ...details }));

function cpuTimes() {
  const times = os.cpus().map((cpu) => cpu.times);
  const idle = times.reduce((sum, cpu) => sum + cpu.idle, 0);
  return { idle, total: times.reduce((sum, cpu) => sum + Object.values(cpu).reduce((a, b) => a + b), 0) };
}

let before = cpuTimes();

function snapshot(requests) {
  const now = cpuTimes();
  const elapsed = now.total - before.total;
  // Nothing elapsed, nothing known: a field left out is stored as missing, never as 0.
  const percent = elapsed > 0 ? 100 * (1 - (now.idle - before.idle) / elapsed) : undefined;
  before = now;
  return {
    time_unix_nano: nanos(Date.now()),
    system: {
      cpu: { percent, count: os.cpus().length, load_1m: os.loadavg()[0] },
      memory: {
        total_bytes: os.totalmem(),
        available_bytes: os.freemem(),
        percent: 100 * (1 - os.freemem() / os.totalmem()),
      },
      uptime_seconds: process.uptime(),
    },
    application: { requests: [{ kind: "tools/call", count: requests }] },
  };
}

// Collects the sequences of this node's samples as they come in. Overlapping backfills close what a cut left open.
async function watch(query, count) {
  const sequences = new Set();
  for (let failures = 0; sequences.size < count; failures += 1) {
    try {
      await watchOnce(query, sequences, count);
    } catch (error) {
      if (!isWorthRetrying(error)) throw error;
      await sleep(backoff(failures));
    }
  }
  print("watched", { sequences: [...sequences].sort((a, b) => a - b) });
}

async function watchOnce(query, sequences, count) {
  const call = query.Watch({ node_ids: [nodeId], columns: ["cpu.percent"], live: true, backfill_ms: 60_000 });
  call.on("error", () => {}); // the loop throws it; after the loop it is our own cancel
  for await (const { samples } of call) {
    samples.flatMap((rows) => rows.sequences).forEach((sequence) => sequences.add(Number(sequence)));
    if (sequences.size >= count) break;
  }
  call.cancel();
}

async function queryRange(query, start) {
  const request = { node_ids: [nodeId], columns: ["memory.percent", "requests"], start_unix_nano: start };
  for await (const { column, times_unix_nano, values } of query.QueryRange(request)) {
    print("series", { column: column.name, unit: column.unit, times: times_unix_nano.map(milliseconds), values });
  }
}

const start = nanos(Date.now());
const query = new TelemetryQuery(leader, plaintext);
const node = new TelemetryNode(leader, nodeId);
for (const event of ["welcome", "ack", "directive", "draining", "cut"]) {
  node.on(event, (details) => print(event, details));
}
const streaming = node.run().catch((refusal) => {
  console.error(refusal.message);
  process.exit(1);
});

node.record(snapshot(1));
await node.flush();
const watching = watch(query, Number(snapshots));
for (let i = 2; i <= Number(snapshots); i += 1) {
  await sleep(Number(intervalMs));
  node.record(snapshot(i));
}
await node.flush();
await watching;
await queryRange(query, start);

node.stop();
await streaming;
query.close();
