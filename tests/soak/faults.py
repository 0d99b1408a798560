"""What can happen to a swarm, and a schedule of it that a seed reproduces."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.soak.swarm import Leader, Member, Node, Swarm

__all__ = ["KINDS", "Fault", "Limits", "actions", "schedule", "wait_for"]

# How often each happens, relative to the others.
KINDS = {"kill": 4, "stop": 3, "line": 4, "reset": 1, "full": 3, "clock": 2}
_OF_NODES = ("line", "reset")
_LEADER_SHARE = 0.35
# How often the next fault of a round meets the same process: it is killed while its disk is full, say.
_AGAIN_SHARE = 0.4
_SHORTEST_SECONDS = 0.1
_MOST_STEP_SECONDS = 6 * 3600
_MOST_FREE_BYTES = 20_000
_FLUSH_SECONDS = ("0.3", "1", "2", "5", "60")

Action = tuple[float, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest of each in seconds, and within how many seconds of a round they begin."""

    stop: float
    away: float
    line: float
    full: float
    spread: float
    most_at_once: int = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """`how` says more of a kind: the way a line is broken, the free bytes of a disk, the nanoseconds of a step."""

    kind: str
    target: str
    at_s: float
    seconds: float
    how: str = ""

    def __str__(self) -> str:
        how = f" {self.how}" if self.how else ""
        return f"{self.target} {self.kind}{how} {self.at_s:.1f}-{self.at_s + self.seconds:.1f}s"


def schedule(random: Random, swarm: Swarm, limits: Limits, kinds: Sequence[str]) -> list[Fault]:
    """The faults of one round, by when they begin."""
    faults, member = list[Fault](), _member(random, swarm, kinds)
    for _ in range(random.randint(1, limits.most_at_once)):
        faults.append(_fault(random, member, limits, _possible(kinds, member)))
        member = member if random.random() < _AGAIN_SHARE else _member(random, swarm, kinds)
    return sorted(faults, key=lambda fault: fault.at_s)


def _member(random: Random, swarm: Swarm, kinds: Sequence[str]) -> Member:
    is_leader = random.random() < _LEADER_SHARE and _possible(kinds, swarm.leader)
    return swarm.leader if is_leader else random.choice(swarm.nodes)


def _possible(kinds: Sequence[str], member: Member) -> list[str]:
    return [kind for kind in kinds if isinstance(member, Node) or kind not in _OF_NODES]


def _fault(random: Random, member: Member, limits: Limits, kinds: Sequence[str]) -> Fault:
    kind = random.choices(kinds, [KINDS[each] for each in kinds])[0]
    at_s = random.uniform(0, limits.spread)
    match kind:
        case "kill":
            return Fault(kind, member.name, at_s, random.uniform(0, limits.away))
        case "stop":
            return Fault(kind, member.name, at_s, _skewed(random, limits.stop))
        case "line":
            return Fault(kind, member.name, at_s, _skewed(random, limits.line), random.choice(("cut", "mute", "deaf")))
        case "reset":
            return Fault(kind, member.name, at_s, 0)
        case "full":
            return Fault(kind, member.name, at_s, _skewed(random, limits.full), _free_bytes(random))
        case _:
            return Fault(kind, member.name, at_s, 0, f"{_step_seconds(random):+.3f}")


def _skewed(random: Random, longest: float) -> float:
    """Short ones as often as long ones."""
    return math.exp(random.uniform(math.log(_SHORTEST_SECONDS), math.log(longest)))


def _free_bytes(random: Random) -> str:
    return str(random.choice((0, random.randint(0, _MOST_FREE_BYTES))))


def _step_seconds(random: Random) -> float:
    return random.choice((-1, 1)) * math.exp(random.uniform(0, math.log(_MOST_STEP_SECONDS)))


def actions(fault: Fault, swarm: Swarm, random: Random) -> Iterator[Action]:
    """What to do for it, and when, in seconds of the round."""
    member = next(each for each in swarm if each.name == fault.target)
    end_s = fault.at_s + fault.seconds
    match fault.kind:
        case "kill":
            flush = ("--flush-interval", random.choice(_FLUSH_SECONDS))
            yield fault.at_s, member.kill
            yield end_s, lambda: _start(member, flush)
        case "stop":
            yield fault.at_s, lambda: member.signal(signal.SIGSTOP)
            yield end_s, lambda: member.signal(signal.SIGCONT)
        case "full":
            yield fault.at_s, lambda: member.disk.fill(int(fault.how))
            yield end_s, member.disk.free
        case "clock":
            yield fault.at_s, lambda: member.step_clock(round(float(fault.how) * 1e9))
        case _:
            yield from _line_actions(fault, member)


def _line_actions(fault: Fault, member: Member) -> Iterator[Action]:
    assert isinstance(member, Node)
    if fault.kind == "reset":
        yield fault.at_s, member.line.reset
    else:
        yield fault.at_s, lambda: member.line.break_(fault.how)
        yield fault.at_s + fault.seconds, member.line.mend


def _start(member: Member, flags: tuple[str, ...]) -> None:
    if isinstance(member, Leader):
        member.flags = flags
    member.start()


def wait_for(moment: float, meanwhile: Callable[[], None]) -> None:
    """Until that monotonic moment; `meanwhile` is called again and again."""
    while (remaining := moment - time.monotonic()) > 0:
        meanwhile()
        time.sleep(min(0.05, remaining))
