"""Whether a node's clock jumped: told apart from messages that were merely late.

Measured against a clock of this machine that nobody sets, so that a step of the leader's own clock is none of a node's.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

__all__ = ["STEP_NS", "NodeClock", "OwnClock", "steady_ns"]

STEP_NS = 10**9
# What waited in a network or a stopped process comes all at once, and looks as if the clock went back a little less
# with each message. Only what still holds a second later is a step.
_HOLDS_NS = 10**9
_SAME_NS = STEP_NS // 2
# Goes on while the machine sleeps, where there is such a clock.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady_ns() -> int:
    """Nanoseconds since some moment, by a clock that only goes on."""
    return time.clock_gettime_ns(_CLOCK)


@dataclass(slots=True)
class NodeClock:
    """By how much one node's clock differs from the steady one, and from when on it may differ otherwise."""

    base_ns: int | None = None
    other_ns: int = 0
    since_ns: int = 0

    def begin(self, offset_ns: int, now_ns: int, steady: int) -> None:
        """What was known before this process: the node's clock minus the leader's, which is now_ns at `steady`."""
        if self.base_ns is None:
            self.base_ns = offset_ns + now_ns - steady

    def measure(self, sent_ns: int, steady: int) -> int:
        """A message, sent at the node's time and received at the steady one; the width of the step it proves, or 0."""
        found = sent_ns - steady
        if self.base_ns is None or abs(found - self.base_ns) < STEP_NS:
            self.base_ns, self.since_ns = found, 0
            return 0
        if not self.since_ns or abs(found - self.other_ns) > _SAME_NS:
            self.other_ns, self.since_ns = found, steady
            return 0
        if steady - self.since_ns < _HOLDS_NS:
            return 0
        step, self.base_ns, self.since_ns = found - self.base_ns, found, 0
        return step


class OwnClock:
    """The leader's clock, beside the steady one."""

    def __init__(self, now_ns: int, steady: int) -> None:
        self._base_ns = now_ns - steady

    def step(self, now_ns: int, steady: int) -> int:
        """How far it jumped since this was asked last, in nanoseconds; 0 if by less than a second."""
        moved = now_ns - steady - self._base_ns
        self._base_ns += moved
        return moved if abs(moved) >= STEP_NS else 0
