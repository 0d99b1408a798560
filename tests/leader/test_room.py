from __future__ import annotations

import pytest

from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.leader import room as module
from mcp_telemetry.leader.room import Room


def test_readers_and_the_leader_itself_come_before_nodes() -> None:
    room = Room(1024)
    assert (room.connections, room.streams, room.scarce) == (896, 832, 748)
    assert room.shortage.startswith("the limit of open files is 1024, enough for 832 nodes at once: raise it (ulimit")


def test_a_limit_without_room_for_a_node_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "file_limit", lambda: 193)
    assert Room.of_process().streams == 1
    monkeypatch.setattr(module, "file_limit", lambda: 192)
    with pytest.raises(ConfigurationError, match="limit of open files is 192, and a leader needs 193: raise it"):
        Room.of_process()
