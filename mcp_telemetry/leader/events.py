"""What happened in the swarm, newest last: noted in memory as it happens, and written to files a little later.

An event that repeats itself stays one event: what happens to the same node within a minute of the first time adds to
its count, and moves its time on. So a node that flaps, or sends a bad value each second, makes one event a minute.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["IDS_BETWEEN_STARTS", "KEPT_NS", "MOST_EVENTS", "Event", "EventLog", "Sentence"]

MOST_EVENTS = 100_000
KEPT_NS = 2 * 365 * 86_400 * 10**9
# What a crash lost was numbered, too, and may have been shown: no number is given twice.
IDS_BETWEEN_STARTS = 100_000
_SAME_NS = 60 * 10**9
# As many nodes may go at one moment, when a network does; who reads more seldom than that asks for the list again.
_MOST_NEWS = 20_000
# Cut a thousand at a time: to cut one moves all others.
_SLACK = 1000


Sentence = Callable[[int, int], str]


@dataclass(frozen=True, slots=True)
class Event:
    """node_id is empty for the leader's own; kind is one of the wire's EventKind; detail is a sentence."""

    id: int
    time_ns: int
    node_id: str
    kind: int
    count: int
    detail: str

    def message(self) -> pb.Event:
        """The event as it travels."""
        return pb.Event(
            id=self.id,
            time_unix_nano=self.time_ns,
            node_id=self.node_id,
            kind=self.kind,  # type: ignore[arg-type]  # a number is what the wire has
            count=self.count,
            detail=self.detail,
        )


@dataclass(slots=True)
class _Run:
    """An event that may still be repeated: when it began, and how often it has happened."""

    event: Event
    first_ns: int
    times: int = 1


class EventLog:
    """The newest events, bounded, by id.

    Quiet until `begin`: what a start finds in the journal has happened before, and was noted then.
    version: grows with each event, and each time one is repeated; next_id: that of the next event
    """

    def __init__(self, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._now_ns = now_ns
        self._events: list[Event] = []
        self.next_id = 1
        self._runs: dict[tuple[str, int, str], _Run] = {}
        self._news: deque[Event] = deque(maxlen=_MOST_NEWS)
        self._unwritten: dict[int, Event] = {}
        self.is_quiet = True
        self.version = 0

    def __len__(self) -> int:
        return len(self._events)

    def load(self, earlier: Iterable[Event]) -> None:
        """Take over what files hold, by id; before `begin`."""
        self._events = list(earlier)[-MOST_EVENTS:]
        if self._events:
            self.next_id = (self._events[-1].id // IDS_BETWEEN_STARTS + 1) * IDS_BETWEEN_STARTS

    def begin(self) -> None:
        """From now on things happen."""
        self.is_quiet = False

    def end(self) -> None:
        """What follows is the leader's own going down, and says nothing about nodes."""
        self.is_quiet = True

    def note(self, kind: int, node_id: str, sentence: Sentence, count: int = 1, cause: str = "") -> None:
        """Something happened now.

        sentence: tells it, given the count so far and how many times it happened
        count:    what one more adds
        cause:    what is of another cause is another event
        """
        if self.is_quiet:
            return
        now_ns, key = self._now_ns(), (node_id, kind, cause)
        run = self._runs.get(key)
        if run is not None and 0 <= now_ns - run.first_ns < _SAME_NS and self._holds(run.event):
            self._repeat(run, now_ns, sentence, count)
        else:
            event = Event(self.next_id, now_ns, node_id, kind, count, sentence(count, 1))
            self._runs[key] = _Run(event, now_ns)
            self._add(event)

    def _add(self, event: Event) -> None:
        self.next_id += 1
        self._events.append(event)
        if len(self._events) >= MOST_EVENTS + _SLACK:
            del self._events[:-MOST_EVENTS]
        self._tell(event)

    def _repeat(self, run: _Run, now_ns: int, sentence: Sentence, count: int) -> None:
        run.times += 1
        total = run.event.count + count
        run.event = replace(run.event, time_ns=now_ns, count=total, detail=sentence(total, run.times))
        # Of one start no number is left out.
        self._events[run.event.id - self.next_id] = run.event
        self._tell(run.event)

    def _holds(self, event: Event) -> bool:
        return self.next_id - event.id <= len(self._events)

    def _tell(self, event: Event) -> None:
        self.version += 1
        self._news.append(event)
        self._unwritten[event.id] = event
        while len(self._unwritten) > MOST_EVENTS:
            del self._unwritten[next(iter(self._unwritten))]

    def since(self, version: int) -> list[Event]:
        """The events that are new or were repeated since this version, each once, by id; at most the newest 20,000."""
        fresh = min(self.version - version, len(self._news))
        newest = {event.id: event for event in islice(self._news, len(self._news) - fresh, None)}
        return [newest[number] for number in sorted(newest)]

    def newest_first(self) -> Iterator[Event]:
        """All events as they are now: what happens while this is read is not in it."""
        return reversed(self._events[:])

    def take_unwritten(self) -> list[Event]:
        """What is in no file as it now is, by id; to be given back if it cannot be written."""
        taken, self._unwritten = self._unwritten, {}
        return [taken[number] for number in sorted(taken)]

    def give_back(self, events: Iterable[Event]) -> None:
        """They could not be written; what became of them meanwhile counts."""
        self._unwritten = {event.id: event for event in events} | self._unwritten

    def sweep(self) -> None:
        """Forget what is too old, and what can be repeated no more."""
        now_ns = self._now_ns()
        over = [key for key, run in self._runs.items() if not 0 <= now_ns - run.first_ns < _SAME_NS]
        for key in over:
            del self._runs[key]
        old = 0
        while old < len(self._events) and self._events[old].time_ns < now_ns - KEPT_NS:
            old += 1
        del self._events[:old]
