"""`python -m tests.benchmarks.loadgen`: the command line and the processes behind it."""

from __future__ import annotations

import argparse
import json
import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import Connection

from mcp_telemetry.open_files import raise_file_limit
from tests.benchmarks.loadgen.plan import Plan
from tests.benchmarks.loadgen.snapshot import STANDARD_COLUMNS
from tests.benchmarks.loadgen.tally import Tally
from tests.benchmarks.loadgen.worker import work


def main(argv: Sequence[str] | None = None) -> None:
    """Connects all nodes, prints `{"ready": nodes}`, runs, and prints the result."""
    arguments = _parser().parse_args(argv)
    raise_file_limit()
    plans = _plan(arguments).split(arguments.processes)
    print(json.dumps(run(plans).summary()), flush=True)


def run(plans: Sequence[Plan]) -> Tally:
    """Each plan in a process of its own, started together once all of them are connected."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in plans]
    workers = [
        context.Process(target=work, args=(plan, theirs), daemon=True)
        for plan, (_, theirs) in zip(plans, pipes, strict=True)
    ]
    for worker in workers:
        worker.start()
    for _, theirs in pipes:
        theirs.close()
    tally = _conduct([ours for ours, _ in pipes])
    for worker in workers:
        worker.join()
    return tally


def _conduct(pipes: Sequence[Connection]) -> Tally:
    welcomed = sum(pipe.recv() for pipe in pipes)
    print(json.dumps({"ready": welcomed}), flush=True)
    for pipe in pipes:
        pipe.send(True)
    return Tally.total(pipe.recv() for pipe in pipes)


def _plan(arguments: argparse.Namespace) -> Plan:
    return Plan(
        leader=arguments.leader,
        nodes=arguments.nodes,
        probes=arguments.probes,
        sample_interval_s=arguments.sample_interval,
        report_interval_s=arguments.report_interval,
        seconds=arguments.seconds,
        aligned=arguments.arrival == "aligned",
        backlog_seconds=arguments.backlog_seconds,
        batch=arguments.batch,
        columns=arguments.columns,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="loadgen", description="Simulated nodes, each on its own connection, against a leader."
    )
    parser.add_argument("--leader", default="127.0.0.1:50051", help="host:port")
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--probes", type=int, default=20, help="nodes that ask for an ack at once and time it")
    parser.add_argument("--sample-interval", type=float, default=1.0, metavar="S", help="seconds between two snapshots")
    parser.add_argument(
        "--report-interval",
        type=float,
        default=1.0,
        metavar="S",
        help="seconds between two reports; as the leader's --report-interval",
    )
    parser.add_argument("--seconds", type=float, default=30.0, metavar="S", help="how long to report")
    parser.add_argument(
        "--arrival",
        choices=("aligned", "random"),
        default="aligned",
        help="at the leader's phases, or each node at a moment of its own",
    )
    parser.add_argument(
        "--processes", type=int, default=2, help="of the generator; with two or more the probes have one to themselves"
    )
    parser.add_argument(
        "--backlog-seconds",
        type=int,
        default=0,
        metavar="S",
        help="instead: send so many seconds of old snapshots as fast as acks allow",
    )
    parser.add_argument("--batch", type=int, default=1000, help="snapshots a batch of the backlog")
    parser.add_argument("--columns", type=_columns, default=STANDARD_COLUMNS, help="of a snapshot: 44 or more")
    return parser


def _columns(text: str) -> int:
    if not text.isdecimal() or int(text) < STANDARD_COLUMNS:
        raise argparse.ArgumentTypeError(f"{text!r}: want {STANDARD_COLUMNS} or more")
    return int(text)


if __name__ == "__main__":
    main()
