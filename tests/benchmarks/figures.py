"""A figure, what it should be and what it is; and the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Figure", "not_measured", "table"]

_COLUMNS = ("figure", "target", "measured", "of target", "verdict")


@dataclass(frozen=True, slots=True)
class Figure:
    """`measured` is None where it could not be measured, and `note` says why.

    Without a `limit` it is there to compare with. `is_floor`: more is better.
    """

    name: str
    unit: str
    measured: float | None
    limit: float | None = None
    is_floor: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        """pass, MISS, or what else there is to say."""
        if self.measured is None:
            return "not measured"
        if self.limit is None:
            return ""
        is_met = self.measured >= self.limit if self.is_floor else self.measured <= self.limit
        return "pass" if is_met else "MISS"

    def cells(self) -> tuple[str, ...]:
        """One text for each column of the table."""
        bound = "" if self.limit is None else f"{'>=' if self.is_floor else '<='} {_text(self.limit, self.unit)}"
        measured = "" if self.measured is None else _text(self.measured, self.unit)
        share = f"{self.measured / self.limit:.2f}" if self.measured is not None and self.limit else ""
        return (self.name, bound, measured, share, f"{self.verdict} {self.note and f'({self.note})'}".strip())


def not_measured(name: str, why: object) -> Figure:
    """A line of the table that says what is missing."""
    return Figure(name, "", None, note=str(why))


def table(figures: Sequence[Figure]) -> str:
    """Aligned columns, a line each."""
    rows = [_COLUMNS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(_COLUMNS))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _text(value: float, unit: str) -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 4
    return f"{value:.{digits}f} {unit}".strip()
