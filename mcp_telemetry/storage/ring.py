"""The newest samples of one node in memory: a numpy block that wraps around.

A row is addressed by its absolute number, counted from the first row ever appended; it lies at that number modulo the
block's height. Rows not yet in a file are never overwritten: while they need it, the block may grow past its capacity.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Column
from mcp_telemetry.model.names import is_selected
from mcp_telemetry.series.merge import take
from mcp_telemetry.series.rows import Rows

__all__ = ["Ring"]

_FIRST_HEIGHT = 16
_SMALLEST_FLUSH = 64
_COLUMN_STEP = 8
_SELECTIONS = 16
_END_OF_TIME_NS = 2**63 - 1

Selection = tuple[list[int], tuple[Column, ...]]
_FEW_INSTANCES = 64
_FEW_COLUMNS = 64


class Ring:
    """Rows of one node; times strictly as they arrived.

    capacity: rows it shall keep; may be set at any time, and is kept at the next append
    appended: rows ever appended; flushed: how many of them, from the first on, are in a file

    `began_ns` is when the ring began: older rows may be in files without ever having been here.
    """

    def __init__(self, capacity: int, began_ns: int = 0) -> None:
        self.capacity = capacity
        self._gone_until_ns = began_ns
        self._newest_gone_ns = 0
        self.columns: tuple[Column, ...] = ()
        self.appended = 0
        self.flushed = 0
        self._oldest = 0
        self._places: dict[Column, int] = {}
        self._selections: dict[frozenset[str], Selection] = {}
        self._newest_columns: tuple[Column, ...] | None = None
        self._newest_places: NDArray[np.intp] | None = None
        self._instance_ids: list[str] = []
        self._most_instances = _FEW_INSTANCES
        self._trimmed_width = 0
        self._allocate(0, 0)

    def __len__(self) -> int:
        return self.appended - self._oldest

    @property
    def unflushed(self) -> int:
        """Rows that are in no file yet."""
        return self.appended - self.flushed

    @property
    def is_half_unflushed(self) -> bool:
        """Whether it is time to write its rows to files."""
        return self.appended - self.flushed >= max(self.capacity // 2, _SMALLEST_FLUSH)

    @property
    def is_overfull(self) -> bool:
        """Whether rows that are in no file make it twice as large as it should be: take no more before they are."""
        return self.appended - self.flushed >= 2 * max(self.capacity, _SMALLEST_FLUSH)

    @property
    def nbytes(self) -> int:
        """Memory of the block."""
        return self._values.nbytes + self._times.nbytes + self._sequences.nbytes + self._instances.nbytes

    @property
    def row_bytes(self) -> int:
        """Memory of one row."""
        return 8 * self._values.shape[1] + 20

    @property
    def is_much_wider(self) -> bool:
        """Whether so many columns came since the last `trim` that it may find many without a value."""
        return len(self.columns) > 2 * self._trimmed_width + _FEW_COLUMNS

    @property
    def newest_step_ns(self) -> int:
        """The time between the two newest rows; 0 if there are not two."""
        if len(self) < 2:
            return 0
        newest, before = (self.appended - 1) % len(self._times), (self.appended - 2) % len(self._times)
        return int(self._times[newest] - self._times[before])

    # -- Writing ------------------------------------------------------------------------------------------------------

    def append(
        self,
        columns: tuple[Column, ...],
        times_ns: NDArray[np.int64],
        sequences: NDArray[np.int64],
        values: NDArray[np.float64],
        instance_id: str,
    ) -> None:
        """Add n rows: times_ns, sequences [n], values [n, columns]. Oldest rows go if they are in a file."""
        count = len(times_ns)
        if columns is not self._newest_columns:
            self._adopt(columns)
        self._make_room(count)
        at = self.appended % len(self._times)
        before_end = len(self._times) - at
        if count <= before_end:
            self._put(slice(at, at + count), times_ns, sequences, values, instance_id)
        else:
            head, tail = slice(0, before_end), slice(before_end, None)
            self._put(slice(at, None), times_ns[head], sequences[head], values[head], instance_id)
            self._put(slice(0, count - before_end), times_ns[tail], sequences[tail], values[tail], instance_id)
        self.appended += count

    def mark_flushed(self, until: int) -> None:
        """All rows before the absolute number `until` are in a file."""
        self.flushed = max(self.flushed, min(until, self.appended))

    def trim(self) -> None:
        """Give memory back: keep the newest `capacity` rows and those in no file, and no column without a value."""
        keep = max(min(len(self), self.capacity), self.unflushed)
        self._let_go(self.appended - keep)
        rows = self._rows(self._oldest, self.appended, None)
        used = [at for at in range(len(self.columns)) if not np.isnan(rows.values[:, at]).all()]
        self._restart(rows, used)

    # -- Reading ------------------------------------------------------------------------------------------------------

    def rows(self, start_ns: int, end_ns: int, selectors: frozenset[str] = frozenset()) -> Rows:
        """Copies of the rows with start_ns <= time < end_ns, in order of arrival, and of the selected columns."""
        times = self._in_order(self._times, self._oldest, self.appended)
        if len(times) and bool((times[1:] >= times[:-1]).all()):
            first, last = np.searchsorted(times, (start_ns, end_ns)).tolist()
            return self._rows(self._oldest + first, self._oldest + max(first, last), self._selected(selectors))
        rows = self._rows(self._oldest, self.appended, self._selected(selectors))
        inside = (rows.times_ns >= start_ns) & (rows.times_ns < end_ns)
        return rows if inside.all() else take(rows, inside)

    def since(self, number: int, selectors: frozenset[str] = frozenset()) -> Rows:
        """Copies of the rows from the absolute number on, as far as they are still here."""
        return self._rows(max(number, self._oldest), self.appended, self._selected(selectors))

    def is_whole_from(self, start_ns: int) -> bool:
        """Whether every row of that time or later that was ever stored is here."""
        return start_ns > self._gone_until_ns

    @property
    def newest_ns(self) -> int:
        """The latest time of any row that ever was here."""
        times = self._in_order(self._times, self._oldest, self.appended)
        return max(self._newest_gone_ns, int(times.max())) if len(times) else self._newest_gone_ns

    @property
    def oldest_ns(self) -> int:
        """The earliest time of the rows that are here; the end of time if there are none."""
        times = self._in_order(self._times, self._oldest, self.appended)
        return int(times.min()) if len(times) else _END_OF_TIME_NS

    def follow(self, newest_ns: int) -> None:
        """There were rows before, of another process, the newest of this time; they are in files."""
        self._newest_gone_ns = max(self._newest_gone_ns, newest_ns)
        self._gone_until_ns = max(self._gone_until_ns, newest_ns)

    def latest(self) -> tuple[int, NDArray[np.float64]] | None:
        """Time and values of the newest row, float64[columns], not a copy; None if there is none."""
        if not self.appended:
            return None
        at = (self.appended - 1) % len(self._times)
        return int(self._times[at]), self._values[at, : len(self.columns)]

    # -- Inside -------------------------------------------------------------------------------------------------------

    def _allocate(self, height: int, width: int) -> None:
        self._times = np.zeros(height, np.int64)
        self._sequences = np.zeros(height, np.int64)
        self._instances = np.zeros(height, np.int32)
        self._values = np.full((height, width), np.nan)

    def _put(
        self,
        target: slice,
        times_ns: NDArray[np.int64],
        sequences: NDArray[np.int64],
        values: NDArray[np.float64],
        instance_id: str,
    ) -> None:
        self._times[target] = times_ns
        self._sequences[target] = sequences
        self._instances[target] = self._instance(instance_id)
        if self._newest_places is None:
            self._values[target, : values.shape[1]] = values
        else:
            self._values[target] = np.nan
            self._values[target, self._newest_places] = values

    def _adopt(self, columns: tuple[Column, ...]) -> None:
        """Find places for the columns of the rows to come; None for places means: as they are."""
        new = [column for column in columns if column not in self._places]
        if new:
            # The same tuple for all nodes with the same columns, where the decoder gives it so.
            self._widen((*self.columns, *new) if self.columns else columns)
        self._newest_columns = columns
        is_plain = columns == self.columns
        self._newest_places = None if is_plain else np.array([self._places[column] for column in columns], np.intp)

    def _widen(self, columns: tuple[Column, ...]) -> None:
        self.columns = columns
        self._places = {column: at for at, column in enumerate(self.columns)}
        self._selections.clear()
        width = self._values.shape[1]
        if len(self.columns) > width:
            # Exact for the first columns, with some to spare for later ones: a new label comes seldom alone.
            wider = len(self.columns) + (_COLUMN_STEP if width else 0)
            values = np.full((len(self._times), wider), np.nan)
            values[:, :width] = self._values
            self._values = values

    def _make_room(self, count: int) -> None:
        needed = len(self) + count
        if needed <= len(self._times):
            return
        kept = max(min(needed, self.capacity), self.unflushed + count)
        if kept > len(self._times):
            grown = max(kept, min(max(2 * len(self._times), _FIRST_HEIGHT), self.capacity))
            self._resize(grown, self.appended - min(len(self), grown))
        self._let_go(self.appended + count - len(self._times))

    def _let_go(self, oldest: int) -> None:
        """Rows before the absolute number `oldest` leave."""
        if oldest > self._oldest:
            first = self._oldest % len(self._times)
            if oldest - self._oldest == 1:
                newest_gone = int(self._times[first])
            else:
                newest_gone = int(self._in_order(self._times, self._oldest, oldest).max())
            self.follow(newest_gone)
            self._oldest = oldest

    def _resize(self, height: int, oldest: int) -> None:
        rows = self._rows(oldest, self.appended, None)
        self._allocate(height, self._values.shape[1])
        self._fill(rows, rows.values)

    def _fill(self, rows: Rows, values: NDArray[np.float64]) -> None:
        """Put these rows, the newest ones, into an empty block, absolute numbers unchanged."""
        self._oldest = self.appended - len(rows)
        places = np.arange(self._oldest, self.appended) % max(len(self._times), 1)
        self._times[places] = rows.times_ns
        self._sequences[places] = rows.sequences
        self._instances[places] = rows.instances
        self._values[places, : values.shape[1]] = values

    def _restart(self, rows: Rows, used: list[int]) -> None:
        """Begin a new block with these rows and those of their columns that are used."""
        self.columns = tuple(self.columns[at] for at in used)
        self._places = {column: at for at, column in enumerate(self.columns)}
        self._selections.clear()
        self._newest_columns, self._newest_places = None, None
        self._instance_ids = list(rows.instance_ids)
        self._trimmed_width = len(used)
        self._allocate(max(len(rows), min(self.capacity, _FIRST_HEIGHT)), len(used))
        self._fill(rows, rows.values[:, used])

    def _instance(self, instance_id: str) -> int:
        if not self._instance_ids or self._instance_ids[-1] != instance_id:
            if instance_id in self._instance_ids:
                return self._instance_ids.index(instance_id)
            if len(self._instance_ids) >= self._most_instances:
                self._forget_instances()
            self._instance_ids.append(instance_id)
        return len(self._instance_ids) - 1

    def _forget_instances(self) -> None:
        """Keep the names of the outboxes that rows are from: one that comes anew each minute must not fill memory."""
        places = np.arange(self._oldest, self.appended) % max(len(self._times), 1)
        used, numbers = np.unique(self._instances[places], return_inverse=True)
        self._instances[places] = numbers
        self._instance_ids = [self._instance_ids[number] for number in used.tolist()]
        self._most_instances = max(_FEW_INSTANCES, 2 * len(used))

    def _selected(self, selectors: frozenset[str]) -> Selection | None:
        if not selectors:
            return None
        selection = self._selections.get(selectors)
        if selection is None:
            if len(self._selections) >= _SELECTIONS:
                self._selections.clear()
            places = [at for at, column in enumerate(self.columns) if is_selected(column.name, selectors)]
            selection = self._selections[selectors] = (places, tuple(self.columns[at] for at in places))
        return selection

    def _rows(self, first: int, end: int, selection: Selection | None) -> Rows:
        places, columns = selection or (None, self.columns)
        return Rows(
            columns,
            self._in_order(self._times, first, end),
            self._in_order(self._sequences, first, end),
            self._in_order(self._instances, first, end),
            tuple(self._instance_ids),
            self._matrix(first, end, places),
        )

    def _matrix(self, first: int, end: int, places: list[int] | None) -> NDArray[np.float64]:
        if places is None:
            return self._in_order(self._values[:, : len(self.columns)], first, end)
        matrix = np.empty((max(0, end - first), len(places)))
        for target, place in enumerate(places):
            matrix[:, target] = self._in_order(self._values[:, place], first, end)
        return matrix

    def _in_order(self, block: NDArray, first: int, end: int) -> NDArray:  # type: ignore[type-arg]
        """A copy of the block's rows from absolute number `first` up to `end`."""
        if end <= first:
            return block[:0].copy()
        height = len(block)
        begin, stop = first % height, (end - 1) % height + 1
        if begin < stop:
            return block[begin:stop].copy()
        return np.concatenate((block[begin:], block[:stop]))
