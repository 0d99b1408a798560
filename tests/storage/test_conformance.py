"""The conformance suite, run over every engine."""

from __future__ import annotations

import pytest

from tests.storage.conformance import Conformance, MakeStorage
from tests.storage.engines import ENGINES


class TestEveryEngine(Conformance):
    @pytest.fixture(params=ENGINES.values(), ids=ENGINES.keys())
    def make_storage(self, request: pytest.FixtureRequest) -> MakeStorage:
        make: MakeStorage = request.param
        return make
