"""Where the rollups of a tier are kept: one file for each node and day, or month.

Minutes are in `<folder>/_minutes/YYYY-MM-DD/<node_id>_00-00-00.parquet`, hours in
`<folder>/_hours/YYYY-MM/<node_id>_01_00-00-00.parquet`: each file is named for the moment its span of time begins. A
span is told by the number of its first day since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS
from mcp_telemetry.storage.layout import (
    DAY_HOURS,
    HOURS_FOLDER,
    MINUTES_FOLDER,
    day_name,
    day_number,
    is_temporary,
    names_in,
)

__all__ = ["DAY_NS", "Shelf", "hours_shelf", "minutes_shelf"]

DAY_NS = DAY_HOURS * HOUR_NS
_MONTH_LENGTH = len("YYYY-MM")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The paths of one tier. step_ns: how wide its buckets are; ending: of its files' names."""

    folder: Path
    step_ns: int
    is_monthly: bool
    ending: str

    def span(self, day: int) -> int:
        """The span that a day is in."""
        return day - int(day_name(day)[-2:]) + 1 if self.is_monthly else day

    def end(self, span: int) -> int:
        """The first day after a span."""
        return self.span(span + 31) if self.is_monthly else span + 1

    def path(self, node_id: str, span: int) -> Path:
        """The file of one node, whether it exists or not."""
        return self._span_folder(span) / f"{node_id}{self.ending}"

    def spans(self, start_ns: int = 0, end_ns: int = 2**63 - 1) -> list[int]:
        """Those that have a folder and that [start_ns, end_ns) touches, ascending."""
        if not self.folder.is_dir() or end_ns <= start_ns:
            return []
        first, last = self.span(start_ns // DAY_NS), (end_ns - 1) // DAY_NS
        spans = map(self._number, names_in(self.folder))
        return sorted(span for span in spans if span is not None and first <= span <= last)

    def sizes(self) -> dict[int, int]:
        """Each span that has files, oldest first, and their bytes."""
        sizes = {span: sum(path.stat().st_size for path in self._files(span)) for span in self.spans()}
        return {span: size for span, size in sizes.items() if size}

    def remove(self, span: int) -> int:
        """Unlink the files of a span; its folder goes, too, unless something else is in it."""
        paths = list(self._files(span))
        for path in paths:
            path.unlink(missing_ok=True)
        with suppress(OSError):
            self._span_folder(span).rmdir()
        return len(paths)

    def temporaries(self) -> Iterator[Path]:
        """What writes left that never ended."""
        for span in self.spans():
            folder = self._span_folder(span)
            yield from (folder / name for name in names_in(folder) if is_temporary(name))

    def _span_folder(self, span: int) -> Path:
        name = day_name(span)
        return self.folder / (name[:_MONTH_LENGTH] if self.is_monthly else name)

    def _number(self, name: str) -> int | None:
        if not self.is_monthly:
            return day_number(name)
        return day_number(f"{name}-01") if len(name) == _MONTH_LENGTH else None

    def _files(self, span: int) -> Iterator[Path]:
        folder = self._span_folder(span)
        if folder.is_dir():
            yield from (folder / name for name in names_in(folder) if self._is_file(name))

    def _is_file(self, name: str) -> bool:
        return name.endswith(self.ending) and not name.startswith(".")


def minutes_shelf(metrics: Path) -> Shelf:
    """A file for each day."""
    return Shelf(metrics / MINUTES_FOLDER, MINUTE_NS, is_monthly=False, ending="_00-00-00.parquet")


def hours_shelf(metrics: Path) -> Shelf:
    """A file for each month."""
    return Shelf(metrics / HOURS_FOLDER, HOUR_NS, is_monthly=True, ending="_01_00-00-00.parquet")
