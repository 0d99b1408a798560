"""The answer to ListEvents."""

from __future__ import annotations

import asyncio
from collections import Counter

from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.leader.events import EventLog
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["events_of"]

_USUAL_LIMIT = 1000
_MOST = 10_000
_AT_ONCE = 1000
_END_OF_TIME_NS = 2**64


async def events_of(log: EventLog, request: pb.ListEventsRequest, node_ids: list[str]) -> pb.ListEventsResponse:
    """The events asked for, newest first; reports of nodes are taken in between.

    InvalidQueryError for an inverted range, an unknown kind and too high a limit.
    """
    kinds, limit = _kinds(request), _limit(request)
    start_ns, end_ns = _range(request)
    wanted, before = frozenset(node_ids), request.before_id or log.next_id
    answer, counts = pb.ListEventsResponse(), Counter[int]()
    for number, event in enumerate(log.newest_first(), 1):
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
        if (wanted and event.node_id not in wanted) or not start_ns <= event.time_ns < end_ns:
            continue
        counts[event.kind] += 1
        if answer.has_more or event.id >= before or (kinds and event.kind not in kinds):
            continue
        if len(answer.events) < limit:
            answer.events.append(event.message())
            continue
        answer.has_more = True
        if not request.count_kinds:
            break
    if request.count_kinds:
        answer.kinds.extend(_counted(counts))
    return answer


def _counted(counts: Counter[int]) -> list[pb.ListEventsResponse.KindCount]:
    return [
        pb.ListEventsResponse.KindCount(kind=kind, events=events)  # type: ignore[arg-type]  # a number is what it is
        for kind, events in sorted(counts.items())
    ]


def _range(request: pb.ListEventsRequest) -> tuple[int, int]:
    start_ns, end_ns = request.start_unix_nano, request.end_unix_nano or _END_OF_TIME_NS
    if start_ns >= end_ns:
        raise InvalidQueryError(f"start_unix_nano is {start_ns} and end_unix_nano {end_ns}: start must be before end")
    return start_ns, end_ns


def _kinds(request: pb.ListEventsRequest) -> frozenset[int]:
    unknown = [kind for kind in request.kinds if kind not in pb.EventKind.values() or not kind]
    if unknown:
        raise InvalidQueryError(f"kinds has {unknown[0]}: want numbers of EventKind, 1 to {max(pb.EventKind.values())}")
    return frozenset(request.kinds)


def _limit(request: pb.ListEventsRequest) -> int:
    if request.limit > _MOST:
        raise InvalidQueryError(f"limit is {request.limit}: want at most {_MOST}, and before_id for the next page")
    return request.limit or _USUAL_LIMIT
