"""Somebody removes the metrics folder under a running leader: it stops rather than acknowledge into nowhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import grpc
import pytest

from tests.processes import leader_process
from tests.reading import stored_sequences
from tests.streaming import batch, raw_stream, snapshot, welcomed


async def test_nothing_is_acknowledged_into_a_folder_that_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    with leader_process(folder, "--no-dashboard", "--log-level", "error") as leader:
        async with raw_stream(leader.address) as stream:
            await welcomed(stream, "a")
            await stream.send(batch(1, [snapshot()]))
            await stream.ack(1)
            shutil.rmtree(folder)
            await stream.send(batch(2, [snapshot()]))
            with pytest.raises(grpc.aio.AioRpcError, match="newest segment was removed"):
                await stream.ack(2)
        leader.wait(status=1)
        leader.start()
        async with raw_stream(leader.address) as stream:
            assert (await welcomed(stream, "a", first_sequence=2)).resume_sequence == 2
            await stream.send(batch(2, [snapshot()]))
            await stream.ack(2)
        leader.stop()
    assert stored_sequences(folder) == {"a": {"i1": [2]}}
