"""How exactly a measurement is told."""

from __future__ import annotations

__all__ = ["hundredths"]


def hundredths(value: float) -> float:
    """To two decimals: those behind them are noise, and cost room in the hour files."""
    return round(value, 2)
