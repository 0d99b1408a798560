"""Each fault has its sentence, and a healthy leader none."""

from __future__ import annotations

import pytest

from mcp_telemetry.model.health import faults
from mcp_telemetry.v1 import metrics_pb2 as pb


def test_a_healthy_leader_says_nothing() -> None:
    assert faults(pb.LeaderHealth(journal_bytes=1, ring_bytes=2, coalesced_samples=3, start_unix_nano=4)) == []


@pytest.mark.parametrize(
    ("health", "words"),
    [
        (pb.LeaderHealth(refused_commits=1), "refused 1 write of the journal"),
        (pb.LeaderHealth(refused_flushes=2000), "refused 2,000 writes of hour files"),
        (pb.LeaderHealth(disk_refuses=True), "refuses writes right now: make room"),
        (pb.LeaderHealth(refused_upkeep=1), "could not be summed up or removed, 1 time:"),
        (pb.LeaderHealth(damaged_files=2), "2 files could not be read"),
        (
            pb.LeaderHealth(damaged_segments=1, damaged_bytes=5),
            "1 segment of the journal damaged and set aside, 5 bytes",
        ),
        (pb.LeaderHealth(forgotten_nodes=3), "3 nodes forgotten"),
        (pb.LeaderHealth(ended_parts=1), "1 part of the leader's background work ended with a defect"),
        (pb.LeaderHealth(refused_streams=2), "Nodes were turned away, 2 times: there was no room"),
    ],
)
def test_each_fault_is_one_sentence(health: pb.LeaderHealth, words: str) -> None:
    (text,) = faults(health)
    assert words in text


def test_several_are_told_together() -> None:
    assert len(faults(pb.LeaderHealth(refused_commits=1, forgotten_nodes=1))) == 2
