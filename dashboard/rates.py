"""The rates of counters as samples come one by one. What is stored, the leader makes rates of, by the same rule."""

from __future__ import annotations

__all__ = ["CounterRates"]

_NS_PER_S = 1e9


class CounterRates:
    """All counters of one node. One that falls has started again at 0: it increased by what it is since."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[int, float]] = {}

    def step(self, time_ns: int, counters: dict[str, float]) -> dict[str, float]:
        """Rates by column, each since that column was last there; none for the first time."""
        found = {name: self._rate(name, time_ns, value) for name, value in counters.items()}
        self._before.update((name, (time_ns, value)) for name, value in counters.items())
        return {name: rate for name, rate in found.items() if rate is not None}

    def _rate(self, name: str, time_ns: int, value: float) -> float | None:
        before_ns, before = self._before.get(name, (time_ns, value))
        if time_ns <= before_ns:
            return None
        increase = value - before if value >= before else value
        return increase / (time_ns - before_ns) * _NS_PER_S
