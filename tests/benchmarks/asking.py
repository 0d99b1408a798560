"""The questions that are timed, and `python -m tests.benchmarks.asking`: ten readers who ask them without a pause."""

from __future__ import annotations

import argparse
import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count

import grpc

from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1.metrics_pb2_grpc import TelemetryQueryStub
from tests.benchmarks.history import KEPT_LONG, ROLLED_UP, SAMPLED

__all__ = ["COLUMN", "QUESTIONS", "Asker", "day", "fleet", "month", "two_years"]

COLUMN = "cpu.percent"
_DAY_S = 86_400
_TIMEOUT_S = 120.0


def day(node_id: str) -> pb.QueryRangeRequest:
    """Every sample of the last 24 hours of one node."""
    return _request(_DAY_S, node_ids=[node_id])


def month(node_id: str = KEPT_LONG) -> pb.QueryRangeRequest:
    """30 days of one node."""
    return _request(30 * _DAY_S, node_ids=[node_id], max_points=1000)


def two_years(node_id: str = KEPT_LONG) -> pb.QueryRangeRequest:
    """Two years of one node."""
    return _request(730 * _DAY_S, node_ids=[node_id], max_points=1000)


def fleet(*_: str) -> pb.QueryRangeRequest:
    """The 95th percentile over 100 nodes in 24 hours."""
    return _request(_DAY_S, node_ids=ROLLED_UP, max_points=500, aggregate=pb.QueryRangeRequest.P95)


def _request(seconds: int, **more: object) -> pb.QueryRangeRequest:
    """Up to now, which is another moment each time: nobody can have kept the answer."""
    now_ns = time.time_ns()
    return pb.QueryRangeRequest(
        columns=[COLUMN],
        start_unix_nano=now_ns - seconds * 10**9,
        end_unix_nano=now_ns,
        **more,  # type: ignore[arg-type]
    )


QUESTIONS: tuple[Callable[[str], pb.QueryRangeRequest], ...] = (day, month, two_years, fleet)


class Asker:
    """A connection to a leader."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address)
        self._stub = TelemetryQueryStub(self._channel)

    def __enter__(self) -> Asker:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()

    def ask(self, request: pb.QueryRangeRequest) -> int:
        """How many points came; RuntimeError if none did."""
        points = sum(len(series.values) for series in self._stub.QueryRange(request, timeout=_TIMEOUT_S))
        if not points:
            raise RuntimeError(f"no points came for {request}")
        return points


def main(argv: Sequence[str] | None = None) -> None:
    """Prints `{"ready": readers}`, asks until told to stop, and prints how many questions were answered."""
    arguments = _parser().parse_args(argv)
    stop, answers = threading.Event(), Counter[int]()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    readers = [
        threading.Thread(target=_read, args=(arguments.leader, number, stop, answers))
        for number in range(arguments.readers)
    ]
    for reader in readers:
        reader.start()
    print(json.dumps({"ready": len(readers)}), flush=True)
    start = time.monotonic()
    for reader in readers:
        reader.join()
    print(json.dumps({"answers": answers.total(), "seconds": time.monotonic() - start}), flush=True)


def _read(leader: str, reader: int, stop: threading.Event, answers: Counter[int]) -> None:
    """The questions in turn, each reader beginning with another."""
    with Asker(leader) as asker:
        for number in count(reader):
            if stop.is_set():
                return
            asker.ask(QUESTIONS[number % len(QUESTIONS)](SAMPLED[number % len(SAMPLED)]))
            answers[reader] += 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.asking", description=__doc__)
    parser.add_argument("--leader", required=True, help="host:port")
    parser.add_argument("--readers", type=int, default=10)
    return parser


if __name__ == "__main__":
    main()
