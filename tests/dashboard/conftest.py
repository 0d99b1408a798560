"""What several tests of the dashboard begin with."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from dashboard.client import LeaderClient


@pytest.fixture
async def client(leader: str) -> AsyncIterator[LeaderClient]:
    """Of the leader that the test file has."""
    client = LeaderClient(leader)
    yield client
    await client.close()
