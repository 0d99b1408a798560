"""Labels that come from outside, such as tool names: fit to be part of a column's name, and bounded in number."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable

__all__ = ["MAX_CHARACTERS", "MAX_COLUMN_NAME", "MAX_KINDS", "OTHER", "BoundedCounter", "RecentLabels", "clean_label"]

logger = logging.getLogger(__name__)

# Each label is a column for ever, and a client of an MCP server can invent as many as it likes.
MAX_KINDS = 64
OTHER = "other"
# A leader refuses longer column names, and with them the snapshot. Two labels fit even when all of them is escaped.
MAX_COLUMN_NAME = 512
MAX_CHARACTERS = 100
# A leader counts the columns of a node hour by hour.
_FORGET_SECONDS = 3600.0


def clean_label(text: str) -> str:
    """The first 100 characters, with `?` for what cannot be printed; a leader refuses those, too."""
    short = text[:MAX_CHARACTERS]
    return short if short.isprintable() else "".join(char if char.isprintable() else "?" for char in short)


class BoundedCounter(Counter[str]):
    """Counts by kind; when there are MAX_KINDS of them, further ones are counted together as `other`."""

    def __setitem__(self, kind: str, count: int) -> None:
        """Set the count of a known kind; a kind that goes by another name here adds to the count of that."""
        kept = self._kept(kind)
        super().__setitem__(kept, count if kept == kind else self[kept] + count)

    def _kept(self, kind: str) -> str:
        cleaned = clean_label(kind)
        if cleaned in self or len(self) < MAX_KINDS:
            return cleaned
        if OTHER not in self:
            logger.warning("over %d kinds are counted; %r and further ones are counted as %r", MAX_KINDS, kind, OTHER)
        return OTHER


class RecentLabels:
    """Lets MAX_KINDS different labels through within any hour; further ones go by `other`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock  # in seconds
        self._used_at: dict[str, float] = {}  # the longest unused first

    def kept(self, label: str) -> str:
        """The label itself, or `other`."""
        now = self._clock()
        if self._used_at.pop(label, None) is None and len(self._used_at) >= MAX_KINDS:
            longest_unused, used_at = next(iter(self._used_at.items()))
            if now - used_at <= _FORGET_SECONDS:
                return OTHER
            del self._used_at[longest_unused]
        self._used_at[label] = now
        return label
