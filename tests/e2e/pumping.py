"""A node by hand that sends as fast as it is acknowledged, over any number of leaders' deaths."""

from __future__ import annotations

import asyncio
import contextlib

import grpc

from tests.streaming import batch, raw_stream, snapshot, welcomed

_BATCH = 200


class Pump:
    """What it has sent is remembered as long as it is not acknowledged, as a node's outbox does.

    acked:     the highest sequence that a leader has acknowledged
    forgotten: sequences at which leaders wanted to go on that were acknowledged before
    """

    def __init__(self, leader: str, node_id: str, columns: int = 3) -> None:
        self._leader = leader
        self.node_id = node_id
        self.acked = 0
        self.forgotten: list[int] = []
        # The same ones again and again: nothing looks at their times.
        self._snapshots = [snapshot(float(n), **{f"c{at}": float(n) for at in range(columns)}) for n in range(_BATCH)]

    async def run(self, until: int = 1 << 62) -> None:
        """Until so many are acknowledged, or cancelled."""
        while self.acked < until:
            with contextlib.suppress(grpc.aio.AioRpcError, AssertionError, TimeoutError):
                async with raw_stream(self._leader) as stream:
                    welcome = await welcomed(stream, self.node_id, first_sequence=self.acked + 1)
                    if welcome.resume_sequence <= self.acked:
                        self.forgotten.append(welcome.resume_sequence)
                    self.acked = welcome.resume_sequence - 1
                    while self.acked < until:
                        await stream.send(batch(self.acked + 1, self._snapshots))
                        await stream.ack(self.acked + _BATCH)
                        self.acked += _BATCH
            await asyncio.sleep(0.05)
