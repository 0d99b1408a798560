"""What the leader has counted as lost, to be held against the gaps in the files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mcp_telemetry.doctor.folder import Folder
from mcp_telemetry.doctor.journals import records_of, segments_of
from mcp_telemetry.errors import CorruptionError, StorageError
from mcp_telemetry.leader.records import Kind, Record, decode
from mcp_telemetry.settings import JOURNAL_FOLDER

__all__ = ["Losses", "counted_losses"]


class Losses(NamedTuple):
    """Snapshots of a node that no file can have."""

    gaps: int = 0
    dropped: int = 0
    rejected: int = 0

    def __str__(self) -> str:
        return f"{self.gaps} in gaps, {self.dropped} dropped by the node, {self.rejected} rejected"

    def and_more(self, gaps: int, dropped: int, rejected: int) -> Losses:
        """With these, too."""
        return Losses(self.gaps + gaps, self.dropped + dropped, self.rejected + rejected)


def counted_losses(folder: Folder) -> dict[str, Losses]:
    """By node: the journal's last checkpoint, and what came after it. Empty if there is no checkpoint."""
    losses: dict[str, Losses] = {}
    for record in _since_checkpoint(folder):
        if record.kind is Kind.CHECKPOINT:
            losses = {item["node_id"]: _counted(item["counts"]) for item in json.loads(record.data[record.body :])}
        elif record.effect is not None:
            effect, before = record.effect, losses.get(record.node_id, Losses())
            losses[record.node_id] = before.and_more(effect.gap, effect.dropped, effect.rejected)
    return losses


def _counted(counts: dict[str, Any]) -> Losses:
    return Losses(counts["gaps"], counts["dropped"], counts["rejected"])


def _since_checkpoint(folder: Folder) -> Iterator[Record]:
    """A checkpoint is the first record of its segment."""
    newer: list[Path] = []
    for segment in reversed(segments_of(folder.path / JOURNAL_FOLDER)):
        newer.insert(0, segment)
        first = next(_readable(segment), None)
        if first is not None and first.kind is Kind.CHECKPOINT:
            break
    for segment in newer:
        yield from _readable(segment)


def _readable(segment: Path) -> Iterator[Record]:
    """What is wrong with the others, the check of the journal tells."""
    try:
        for data in records_of(segment):
            try:
                yield decode(data)
            except CorruptionError:
                continue
    except (StorageError, OSError):
        return
