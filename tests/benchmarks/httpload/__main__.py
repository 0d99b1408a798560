"""`python -m tests.benchmarks.httpload`: one process, as many connections as nodes."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Sequence

import numpy as np

from mcp_telemetry.open_files import raise_file_limit
from tests.benchmarks.httpload.node import HttpNode
from tests.benchmarks.httpload.protocols import PROTOCOLS, Protocol
from tests.benchmarks.loadgen.plan import Plan
from tests.benchmarks.loadgen.tally import Tally


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
