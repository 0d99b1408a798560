"""What a leader says of its own health, in words."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["faults"]


def faults(health: pb.LeaderHealth) -> list[str]:
    """A sentence for each thing that went wrong since the leader's start, and what to do; none where all is well."""
    return [*_going_on(health), *_refused(health), *_lost(health)]


def _going_on(health: pb.LeaderHealth) -> Iterator[str]:
    if health.disk_refuses:
        yield "The disk refuses writes right now: make room, or mend it."
    if health.ended_parts:
        yield (
            f"{_many(health.ended_parts, 'part')} of the leader's background work ended with a defect: "
            "start the leader again; its log says which."
        )
    if health.pending_backfill_records:
        yield (
            f"{_many(health.pending_backfill_records, 'record')} of the journal "
            f"{'is' if health.pending_backfill_records == 1 else 'are'} still being written into files: "
            "answers may lack them."
        )


def _refused(health: pb.LeaderHealth) -> Iterator[str]:
    if health.refused_commits:
        yield (
            f"The disk refused {_many(health.refused_commits, 'write')} of the journal: "
            "nodes keep what was not acknowledged and send it again."
        )
    if health.refused_flushes:
        yield (
            f"The disk refused {_many(health.refused_flushes, 'write')} of hour files: "
            "their rows stay in the journal and are tried again."
        )
    if health.refused_upkeep:
        yield (
            f"Old hours could not be summed up or removed, {_many(health.refused_upkeep, 'time')}: "
            "it is tried again; the leader's log says why."
        )
    if health.refused_streams:
        yield (
            f"Nodes were turned away, {_many(health.refused_streams, 'time')}: there was no room for them. "
            "The leader's log says whether to raise --max-nodes or its limit of open files."
        )


def _lost(health: pb.LeaderHealth) -> Iterator[str]:
    if health.damaged_files:
        yield (
            f"{_many(health.damaged_files, 'file')} could not be read: answers lack those rows. "
            "mcp-telemetry doctor says which."
        )
    if health.damaged_segments:
        yield (
            f"{_many(health.damaged_segments, 'segment')} of the journal damaged and set aside, "
            f"{_many(health.damaged_bytes, 'byte')} lost. mcp-telemetry doctor says which."
        )
    if health.forgotten_nodes:
        yield (
            f"{_many(health.forgotten_nodes, 'node')} forgotten, because there were more than --max-nodes: "
            "the files stay."
        )


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
