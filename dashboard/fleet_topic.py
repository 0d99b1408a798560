"""The topic `fleet` of /live: all nodes as the table shows them.

    opening    {"topic", "kind": "full", "now", "moments", "totals", "faults", "is_known",
               "history": [totals], "nodes": [[number, facts]], "cells", "sparks"}
    then       {"topic", "kind": "delta", "now", "moments", "totals", "faults", "gone": [number],
               "nodes": [[number, facts]], "cells"}

A node goes by its number. Those that are `gone`, because the leader has forgotten them, are to be dropped before all
else of a delta: one that joins takes the number of one that is gone, or the next. `facts` are {"id", "host",
"os", "agent", "labels": {name: value}, "losses": [gaps, dropped, rejected]}; a delta has those of nodes that are new or
in another state.

`cells` is {cell: [[gap], [value]]} with the cells of dashboard/cells.py that look different than before, a gap being
how many nodes lie between this one and the one before it: [[0, 2], [7, 8]] says 7 of node 0 and 8 of node 3. Header
figures come each refresh, cells of nodes that joined or changed state, too; those of all others each refresh as long as
there are no more than a thousand nodes, then each second, fourth, ... refresh: a large fleet costs no more than a
thousand rows a second.

`is_known` is false as long as the leader has never answered. `sparks` is base64 of 60 bytes a node, in the order of
`nodes`: the CPU of the last two minutes. From then on browsers make them themselves: `moments` counts how many moments
of 2 s there have been, and with each the lines get the cell that is shown, and the history of the header figures
`totals`.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from typing import Any

import orjson

from dashboard.client import LeaderClient
from dashboard.fleet import FleetState
from dashboard.keeper import kept_live

__all__ = ["FleetSource"]


class FleetSource:
    """All nodes: everything first, then each refresh what changed."""

    def __init__(self, state: FleetState, client: LeaderClient, refresh_s: float) -> None:
        self._state = state
        self._client = client
        self._refresh_s = refresh_s

    def opening(self) -> str:
        """Every node with its facts and sparkline."""
        return _text({"topic": "fleet", "kind": "full"} | self._state.opening())

    async def updates(self) -> AsyncGenerator[str, None]:
        """What changed, once a refresh; everything when the leader came back, since nodes may be gone."""
        try:
            async with kept_live(self._client):
                seen = self._state.generation
                for tick in itertools.count():
                    await self._state.heard(self._refresh_s)
                    before, seen = seen, self._state.generation
                    if before == seen:
                        yield _text({"topic": "fleet", "kind": "delta"} | self._delta(tick))
                    else:
                        yield self.opening()
        finally:
            self._state.forget()

    def _delta(self, tick: int) -> dict[str, Any]:
        return self._state.delta(is_whole=tick % self._state.stretch == 0)


def _text(message: dict[str, Any]) -> str:
    return orjson.dumps(message).decode()
