"""Tests share their machine with others: what is pure depends on no clock, all else that fails is tried once more."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Tests that run in the background of a shell ignore SIGINT, and so would all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples each time: a change is refused for what it breaks. Others are found by --hypothesis-profile=explore.
_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", _UNHURRIED, derandomize=True)
settings.register_profile("explore", _UNHURRIED)
settings.load_profile("same")

_TESTS = Path(__file__).parent
# Whose tests wait for no process, socket, thread or browser: what fails there fails each time.
_PURE = {"formats", "model", "series"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(_TESTS).parts[0] not in _PURE:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture
def no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a user who is not in /etc/passwd, in an environment that names no home either."""

    def unknown(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
