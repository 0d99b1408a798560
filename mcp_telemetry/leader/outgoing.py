"""What the leader still has to tell one node: bounded, because newer news replace older ones."""

from __future__ import annotations

import asyncio

from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Outgoing"]

# More rejections than this in one ack are counted in ListNodes only.
_MOST_REJECTIONS = 1000


class Outgoing:
    """At most one message of each kind; `get` hands them out in the order a node can use them."""

    def __init__(self) -> None:
        self._welcome: pb.Welcome | None = None
        self._ack: pb.Ack | None = None
        self._pace: pb.Pace | None = None
        self._draining: pb.Draining | None = None
        self._wake = asyncio.Event()
        self._ended = False

    def welcome(self, message: pb.Welcome) -> None:
        """Open the stream."""
        self._welcome = message
        self._wake.set()

    def ack(self, durable: int, rejections: list[pb.Rejection]) -> None:
        """Everything up to `durable` is on disk."""
        if self._ack is None:
            self._ack = pb.Ack()
        self._ack.durable_sequence = max(durable, self._ack.durable_sequence)
        self._ack.rejections.extend(rejections[: _MOST_REJECTIONS - len(self._ack.rejections)])
        self._wake.set()

    def direct(self, pace: pb.Pace) -> None:
        """Take up a new pace."""
        self._pace = pace
        self._wake.set()

    def drain(self, message: pb.Draining) -> None:
        """Go elsewhere."""
        self._draining = message
        self._wake.set()

    def end(self) -> None:
        """Nothing comes after what is here now."""
        self._ended = True
        self._wake.set()

    async def get(self) -> list[pb.LeaderMessage]:
        """The messages to send now; empty when nothing will come any more."""
        await self._wake.wait()
        messages = [
            *([pb.LeaderMessage(welcome=self._welcome)] if self._welcome else []),
            *([pb.LeaderMessage(ack=self._ack)] if self._ack else []),
            *([pb.LeaderMessage(directive=pb.Directive(pace=self._pace))] if self._pace else []),
            *([pb.LeaderMessage(draining=self._draining)] if self._draining else []),
        ]
        self._welcome = self._ack = self._pace = self._draining = None
        if not self._ended:
            self._wake.clear()
        return messages
