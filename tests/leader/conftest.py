from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.leader.parts import Parts


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    async with Parts(tmp_path) as parts:
        yield parts
