"""Whether nodes notice that somebody reads: from report to durable at rest, and while ten questions run at once."""

from __future__ import annotations

import signal
import subprocess

from tests.benchmarks.children import python_module, read_json, running
from tests.benchmarks.competitors import Server
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.history import LOAD_NODES, serving_history
from tests.benchmarks.loads import checked
from tests.benchmarks.stats import median

__all__ = ["measure"]


def measure(effort: Effort) -> list[Figure]:
    """Windows in turn, at rest and not; of each the p99 of all nodes' reports, of those the median."""
    resting, reading, answers = [], [], []
    with serving_history(effort) as (server, _):
        for _ in range(effort.windows):
            resting.append(_p99_ms(server, effort.window_s))
            with running(python_module("tests.benchmarks.asking", "--leader", server.address), reads=True) as readers:
                read_json(readers)
                reading.append(_p99_ms(server, effort.window_s))
                answers.append(_answers_per_second(readers))
    at_rest, meanwhile = median(resting), median(reading)
    rate = f"{median(answers):.0f} answers a second"
    return [
        Figure(f"{LOAD_NODES} nodes reporting each second: p99 from report to durable", "ms", at_rest),
        Figure("  while 10 questions run at once", "ms", meanwhile, note=rate),
        Figure("  that, 1 being at rest", "", meanwhile / at_rest, 2),
    ]


def _p99_ms(server: Server, seconds: float) -> float:
    """Every node asks for an ack with each report, and times it."""
    nodes = ["--nodes", str(LOAD_NODES), "--probes", str(LOAD_NODES), "--processes", "1"]
    command = python_module("tests.benchmarks.loadgen", "--leader", server.address, *nodes, "--seconds", f"{seconds:g}")
    with running(command, reads=True) as child:
        read_json(child)
        p99_ms: float = checked(read_json(child))["ack_ms"]["p99"]
        return p99_ms


def _answers_per_second(readers: subprocess.Popen[str]) -> float:
    """Has them stop; RuntimeError if one of them failed before."""
    readers.send_signal(signal.SIGTERM)
    result = read_json(readers)
    rate: float = result["answers"] / result["seconds"]
    return rate
