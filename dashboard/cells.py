"""What the table of nodes shows of a node, rounded as it is shown, and what of that has changed since it was last sent.

A value that looks the same is not sent again: of two thousand nodes that is most of what would travel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dashboard.facts import state_name
from dashboard.mirror import NodeView

__all__ = ["CELLS", "STATES", "Cells", "cells_of", "changes"]

CELLS = (
    *("state", "seen", "cpu", "memory", "disk", "received", "sent"),
    *("load", "requests", "errors", "connections", "uptime", "lost"),
)
STATES = ("live", "stale", "offline", "left")

Cells = tuple[float | None, ...]
# Seen so lately is shown as "now".
_NOW_MS = 8000
_STATE_CODES = {name: code for code, name in enumerate(STATES)}


def cells_of(view: NodeView, now_ms: int) -> Cells:
    """The values of CELLS, None where nobody knows.

    state: index into STATES; seen: Unix seconds, 0 for "now"; cpu, memory, disk: whole percent; received, sent: kB/s of
    the network, two digits; load: of one minute, tenths; requests, errors: per second; connections; uptime: whole
    minutes; lost: snapshots.
    """
    latest, rates = view.latest.get, view.rates.get
    return (
        _STATE_CODES[state_name(view.info.state)],
        0 if now_ms - view.last_seen_ms < _NOW_MS else view.last_seen_ms // 1000,
        _whole(latest("cpu.percent")),
        _whole(latest("memory.percent")),
        _whole(latest("disk.percent")),
        _kilobytes(rates("network.bytes_recv")),
        _kilobytes(rates("network.bytes_sent")),
        _tenths(latest("cpu.load_1m")),
        _rate(rates("requests")),
        _rate(rates("errors")),
        _whole(latest("active_connections")),
        _minutes(latest("uptime_seconds")),
        view.lost,
    )


def changes(before: Sequence[Cells], now: Sequence[tuple[int, Cells]]) -> dict[str, list[list[float | None]]]:
    """Of the nodes `(number, cells)`, by number, what differs from `before`: {cell: [[gap], [value]]}.

    A gap is how many nodes lie between this one and the one named before it. Nodes beyond the end of `before` are new:
    all their cells differ.
    """
    columns: dict[str, list[list[float | None]]] = {}
    for index, name in enumerate(CELLS):
        changed = [(n, cells[index]) for n, cells in now if n >= len(before) or cells[index] != before[n][index]]
        if changed:
            columns[name] = [list(_gaps(number for number, _ in changed)), [value for _, value in changed]]
    return columns


def _gaps(numbers: Iterable[int]) -> Iterator[Any]:
    before = -1
    for number in numbers:
        yield number - before - 1
        before = number


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _minutes(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds // 60)


def _tenths(value: float | None) -> float | None:
    return None if value is None else _plain(round(value, 1))


def _rate(value: float | None) -> float | None:
    """Whole from a hundred, tenths from a tenth, hundredths below: as a rate is shown."""
    if value is None:
        return None
    return _plain(round(value, 0 if value >= 100 else 1 if value >= 0.1 else 2))


def _kilobytes(bytes_per_s: float | None) -> float | None:
    if bytes_per_s is None:
        return None
    kilobytes = bytes_per_s / 1000
    return _plain(float(f"{kilobytes:.2g}")) if kilobytes >= 0.1 else _plain(round(kilobytes, 2))


def _plain(value: float) -> float:
    """Without a decimal point that says nothing: two characters of each value on the wire."""
    return int(value) if value.is_integer() else value
