from __future__ import annotations

import asyncio

import pytest

from mcp_telemetry.errors import TooManyQueriesError
from mcp_telemetry.leader.gate import Gate
from tests.leader.parts import until


async def inside(gate: Gate, entered: list[int], number: int, leave: asyncio.Event) -> None:
    async with gate:
        entered.append(number)
        await leave.wait()


async def test_so_many_run_some_wait_and_the_rest_is_turned_away() -> None:
    gate, entered, leave = Gate(2, 3), list[int](), asyncio.Event()
    tasks = [asyncio.create_task(inside(gate, entered, number, leave)) for number in range(6)]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    (refused,) = done
    with pytest.raises(TooManyQueriesError, match="2 queries run and 3 wait: try again"):
        await refused
    assert (entered, gate.refused) == ([0, 1], 1)
    leave.set()
    await asyncio.wait(tasks)
    assert entered == [0, 1, 2, 3, 4]


async def test_who_is_cancelled_makes_room() -> None:
    gate, entered, leave = Gate(1, 1), list[int](), asyncio.Event()
    running, waiting = (asyncio.create_task(inside(gate, entered, number, leave)) for number in range(2))
    await until(lambda: entered)
    waiting.cancel()
    await asyncio.wait({waiting})
    another = asyncio.create_task(inside(gate, entered, 2, leave))
    running.cancel()
    await until(lambda: entered == [0, 2])
    leave.set()
    await another
