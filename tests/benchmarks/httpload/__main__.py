"""`python -m tests.benchmarks.httpload`: one process, as many connections as nodes."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.httpload.connection import HttpConnection
from tests.benchmarks.httpload.protocols import PROTOCOLS, Protocol
from tests.benchmarks.limits import raise_file_limit
from tests.benchmarks.loadgen.plan import Plan
from tests.benchmarks.loadgen.tally import Tally
from tests.benchmarks.loadgen.walk import Walk

_AHEAD = 50


class HttpNode:
    """Sends the snapshots of one node; counts into `tally`."""

    def __init__(self, index: int, plan: Plan, protocol: Protocol, rng: np.random.Generator, tally: Tally) -> None:
        """Aligned nodes share `plan.slots` moments of the interval; the others have one each."""
        self._node_id = f"load-{index:05}"
        self._plan = plan
        self._protocol = protocol
        self._walk = Walk(rng)
        self._tally = tally
        share = index % plan.slots / plan.slots if plan.aligned else rng.random()
        self._phase_s = share * plan.report_interval_s
        self._head = f"POST {protocol.path} HTTP/1.1\r\nHost: {plan.leader}\r\n{protocol.headers}".encode()

    async def connect(self) -> None:
        """ConnectionError or OSError if nobody listens."""
        host, _, port = self._plan.leader.rpartition(":")
        _, self._connection = await asyncio.get_running_loop().create_connection(HttpConnection, host, int(port))
        self._tally.welcomed += 1

    async def report(self) -> None:
        """One snapshot at each of the node's moments, until cancelled or refused."""
        try:
            while True:
                for row in self._walk.values(_AHEAD):
                    await self._wait()
                    await self._post(np.array([time.time_ns() // 1_000_000]), row[None, :])
        except ConnectionError as error:
            self._tally.count_error(error)

    async def _wait(self) -> None:
        interval = self._plan.report_interval_s
        wait_s = (self._phase_s - time.time()) % interval
        wait_s += interval if wait_s < 0.005 else 0.0
        due = time.perf_counter() + wait_s
        await asyncio.sleep(wait_s)
        self._tally.late_s.append(time.perf_counter() - due)

    async def replay(self) -> None:
        """The backlog, one batch after the other."""
        count = round(self._plan.backlog_seconds / self._plan.sample_interval_s)
        step_ms = round(1000 * self._plan.sample_interval_s)
        times_ms = time.time_ns() // 1_000_000 - step_ms * np.arange(count)[::-1]
        for start in range(0, count, self._plan.batch):
            batch = times_ms[start : start + self._plan.batch]
            await self._post(batch, self._walk.values(len(batch)))

    async def _post(self, times_ms: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        body = self._protocol.encode(self._node_id, times_ms, values)
        self._tally.reports += 1
        self._tally.sent += len(times_ms)
        start = time.perf_counter()
        await self._connection.post(self._head, body)
        self._tally.acks_s.append(time.perf_counter() - start)
        self._tally.acked += len(times_ms)

    def close(self) -> None:
        """Now."""
        self._connection.close()


async def run(plan: Plan, protocol: Protocol) -> Tally:
    """Connects all nodes, prints `{"ready": nodes}`, and does what the plan says."""
    tally = Tally()
    rng = np.random.default_rng(0)
    nodes = [HttpNode(index, plan, protocol, rng, tally) for index in range(plan.nodes)]
    for node in nodes:
        await node.connect()
    print(json.dumps({"ready": tally.welcomed}), flush=True)
    start = time.perf_counter()
    if plan.backlog_seconds:
        await asyncio.gather(*(node.replay() for node in nodes))
    else:
        await _report_for(nodes, plan.seconds)
    tally.seconds = time.perf_counter() - start
    for node in nodes:
        node.close()
    return tally


async def _report_for(nodes: list[HttpNode], seconds: float) -> None:
    tasks = [asyncio.create_task(node.report()) for node in nodes]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main(argv: Sequence[str] | None = None) -> None:
    """Prints the result as JSON."""
    arguments = _parser().parse_args(argv)
    raise_file_limit()
    plan = Plan(
        leader=arguments.target,
        nodes=arguments.nodes,
        seconds=arguments.seconds,
        aligned=arguments.arrival == "aligned",
        slots=arguments.slots,
        backlog_seconds=arguments.backlog_seconds,
        batch=arguments.batch,
    )
    print(json.dumps(asyncio.run(run(plan, PROTOCOLS[arguments.protocol])).summary()), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="httpload", description="Simulated nodes that feed a time series database.")
    parser.add_argument("--target", default="127.0.0.1:8428", help="host:port")
    parser.add_argument("--protocol", choices=tuple(PROTOCOLS), default="remote-write")
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30.0, metavar="S")
    parser.add_argument("--arrival", choices=("aligned", "random"), default="aligned")
    parser.add_argument("--slots", type=int, default=4, help="common moments in a second of aligned nodes")
    parser.add_argument(
        "--backlog-seconds", type=int, default=0, metavar="S", help="instead: old snapshots, in batches"
    )
    parser.add_argument("--batch", type=int, default=1000, help="snapshots a batch of the backlog")
    return parser


if __name__ == "__main__":
    main()
