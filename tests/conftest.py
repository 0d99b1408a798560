"""Tests of real processes share their machine with others: one of them that fails is tried once more, and told of."""

from __future__ import annotations

import signal

import pytest

# Tests that run in the background of a shell ignore SIGINT, and so would all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Whose tests wait for other processes, sockets or a browser. What is pure fails at once.
_WITH_PROCESSES = {"benchmarks", "browser", "cli", "collectors", "e2e", "leader", "node"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _WITH_PROCESSES & set(item.path.parts):
            item.add_marker(pytest.mark.flaky(reruns=1))
