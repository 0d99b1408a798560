"""Points of panels on their way to browsers: by the times that lines share, and the last ones for newcomers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import orjson

from dashboard.client import Series
from dashboard.figures import rounded
from dashboard.panel_figure import line_of

__all__ = ["KEPT_MS", "Part", "Recent", "append", "joined", "series_part", "text", "values_of"]

KEPT_MS = 30_000
_NS_PER_MS = 1_000_000

# Times in ms, and the values of each line at them, null where there is none.
Part = tuple[list[int], dict[str, list[float | None]]]


class Recent:
    """The parts of the last half minute, for browsers that join: [time of arrival, parts], and since when."""

    def __init__(self) -> None:
        self.since_ms = 0
        self._kept: deque[tuple[int, Sequence[Part]]] = deque()

    def restart(self, since_ms: int) -> None:
        """Something may be missing before this time."""
        self._kept.clear()
        self.since_ms = since_ms

    def put(self, now_ms: int, parts: Sequence[Part]) -> None:
        """Keeps them for half a minute."""
        self._kept.append((now_ms, parts))
        while self._kept[0][0] < now_ms - KEPT_MS:
            self.since_ms = self._kept.popleft()[0]

    def opening(self, topic: str) -> str:
        """The message for a browser that joins."""
        parts = [part for _, parts in self._kept for part in parts]
        return text({"topic": topic, "kind": "open", "since_ms": self.since_ms, "parts": parts})


def series_part(series: Series, step_ms: int) -> Part:
    """The points of a line, each at the beginning of its step."""
    steps = series.times_ns // _NS_PER_MS // step_ms * step_ms
    return steps.tolist(), {line_of(series).key: values_of(series.values)}


def joined(parts: Iterable[Part]) -> list[Part]:
    """Lines of the same times in one part."""
    by_times: dict[tuple[int, ...], dict[str, list[float | None]]] = {}
    for times, lines in parts:
        by_times.setdefault(tuple(times), {}).update(lines)
    return [(list(times), lines) for times, lines in by_times.items()]


def values_of(values: Any) -> list[float | None]:
    """As JSON has them: to six digits, null where there is none."""
    exact = rounded(np.array(values, np.float64)).tolist()
    return [None if value != value else value for value in exact]


def append(topic: str, now_ms: int, parts: Sequence[Part]) -> str:
    """The message for those that look at it already."""
    return text({"topic": topic, "kind": "append", "now_ms": now_ms, "parts": parts})


def text(message: dict[str, Any]) -> str:
    """As it travels."""
    return orjson.dumps(message, option=orjson.OPT_SERIALIZE_NUMPY).decode()
