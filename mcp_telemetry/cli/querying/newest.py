"""The newest values of lines that are made of rollups: those end with the extremes of their last bucket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mcp_telemetry.cli.querying.lines import Line, gather
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["find_newest"]

_Query = pb.QueryRangeRequest
_ROLLUPS = (_Query.MINUTE, _Query.HOUR)
# Lines that end within the same time are asked about together.
_TOGETHER_NS = 300 * 10**9
# A rate needs the sample before; the longest usual interval is a minute.
_BEFORE_NS = 150 * 10**9
_TIMEOUT_S = 60.0


def find_newest(query: Any, request: pb.QueryRangeRequest, lines: Sequence[Line]) -> None:
    """Asks for the last samples of single nodes' lines that come from rollups, and notes their newest values."""
    if request.aggregate != _Query.NONE or request.step_ms or request.transform == _Query.DELTA:
        return
    for asked in _questions(request, [line for line in lines if line.head.tier in _ROLLUPS]):
        found = {(line.column, line.title): line for line in gather(query.QueryRange(asked, timeout=_TIMEOUT_S))}
        for line in lines:
            samples = found.get((line.column, line.title))
            if samples is not None and samples.values and samples.times_ns[-1] >= line.times_ns[-1]:
                line.newest = samples.values[-1]


def _questions(request: pb.QueryRangeRequest, lines: Iterable[Line]) -> Iterator[pb.QueryRangeRequest]:
    together: dict[int, list[Line]] = {}
    for line in lines:
        together.setdefault(line.times_ns[-1] // _TOGETHER_NS, []).append(line)
    for some in together.values():
        asked = _Query()
        asked.CopyFrom(request)
        asked.node_ids[:] = sorted({line.title for line in some})
        asked.start_unix_nano = max(0, min(line.times_ns[-1] for line in some) - _BEFORE_NS)
        asked.end_unix_nano = max(line.times_ns[-1] for line in some) + 1
        asked.tier, asked.max_points = _Query.RAW, 0
        yield asked
