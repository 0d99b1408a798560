"""Which of what is stored has had its time: by age, and by size. A span is told by its first day since 1970."""

from __future__ import annotations

from collections.abc import Mapping

from mcp_telemetry.storage.shelf import DAY_NS

__all__ = ["excess", "expired"]


def expired(ends: Mapping[int, int], keep_ns: int, now_ns: int) -> list[int]:
    """The spans, given with the days they end before, that are over for longer than `keep_ns`; 0 keeps all."""
    if not keep_ns:
        return []
    return sorted(span for span, end in ends.items() if end * DAY_NS <= now_ns - keep_ns)


def excess(sizes: Mapping[int, int], limit_bytes: int, newest: int) -> list[int]:
    """The oldest spans, given with their bytes, without which the rest is within the limit; 0 is no limit.

    Spans from `newest` on stay, whatever they take: they are being written to.
    """
    total, going = sum(sizes.values()), list[int]()
    for span in sorted(sizes):
        if not limit_bytes or total <= limit_bytes or span >= newest:
            break
        going.append(span)
        total -= sizes[span]
    return going
