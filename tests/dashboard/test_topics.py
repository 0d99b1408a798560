"""What travels over the live socket, with a leader that is a script."""

from __future__ import annotations

import orjson
import pytest

from dashboard.fleet import FleetState
from dashboard.mirror import Mirror
from dashboard.topics import StatusSource, source_of
from tests.dashboard.scripted_leader import ScriptedLeader


async def test_the_status_is_told() -> None:
    mirror = Mirror(ScriptedLeader())
    message = orjson.loads(StatusSource(mirror, "leader.example:50051").opening())
    assert (message["leader"], message["address"]) == ("connecting", "leader.example:50051")


@pytest.mark.parametrize(
    "name", ["", "node", "node/", "node/../x", "fleet/x", "node/<b>", "board/", "board/A b", "else"]
)
async def test_a_name_that_means_nothing_has_no_source(name: str) -> None:
    mirror = Mirror(ScriptedLeader())
    assert source_of(name, ScriptedLeader(), mirror, FleetState(mirror), 1.0) is None


async def test_the_names_that_mean_something() -> None:
    mirror = Mirror(ScriptedLeader())
    for name in ("status", "events", "fleet", "node/a", "board/hosts"):
        assert source_of(name, ScriptedLeader(), mirror, FleetState(mirror), 1.0) is not None
