"""Labels that come from outside, such as tool names: made safe to send, and kept from growing without end."""

from __future__ import annotations

import logging
from collections import Counter

__all__ = ["MAX_KINDS", "OTHER", "BoundedCounter", "clean_label"]

logger = logging.getLogger(__name__)

# Each label is a column for ever, and a client of an MCP server can invent as many as it likes.
MAX_KINDS = 64
OTHER = "other"
_MAX_CHARACTERS = 128


def clean_label(text: str) -> str:
    """`text`, shortened to 128 characters, without the lone surrogates that JSON can bring and UTF-8 cannot carry."""
    short = text[:_MAX_CHARACTERS]
    return short if short.isascii() else short.encode(errors="replace").decode()


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
