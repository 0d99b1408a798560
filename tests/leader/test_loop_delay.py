"""How late the loop is, with real blocking."""

from __future__ import annotations

import asyncio
import time

from mcp_telemetry.leader.loop_delay import LoopDelay
from tests.leader.parts import until


async def test_a_loop_that_was_blocked_was_as_late() -> None:
    delay = LoopDelay(every_s=0.01)
    task = asyncio.create_task(delay.run())
    await asyncio.sleep(0)
    assert delay.seconds == 0
    time.sleep(0.2)  # noqa: ASYNC251 - this is what is to be noticed
    await until(lambda: delay.seconds)
    assert 0.15 < delay.seconds < 2
    task.cancel()


async def test_what_was_long_ago_is_forgotten() -> None:
    delay = LoopDelay(every_s=0.01, looked_back_s=1)
    task = asyncio.create_task(delay.run())
    await asyncio.sleep(0)
    time.sleep(0.3)  # noqa: ASYNC251 - likewise
    await until(lambda: delay.seconds > 0.2)
    await until(lambda: delay.seconds < 0.2)
    task.cancel()
