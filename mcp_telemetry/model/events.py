"""What kinds of events are called, wherever people or programs read them."""

from __future__ import annotations

from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["KINDS_BY_WORD", "kind_word"]

KINDS_BY_WORD: dict[str, pb.EventKind] = {
    "joined": pb.JOINED,
    "stale": pb.WENT_STALE,
    "offline": pb.WENT_OFFLINE,
    "back": pb.CAME_BACK,
    "restarted": pb.RESTARTED,
    "left": pb.SAID_GOODBYE,
    "gap": pb.GAP,
    "rejected": pb.REJECTED,
    "clock_step": pb.CLOCK_STEP,
    "leader_started": pb.LEADER_STARTED,
    "disk_refused": pb.DISK_REFUSED,
    "disk_recovered": pb.DISK_RECOVERED,
}
_WORDS: dict[int, str] = {kind: word for word, kind in KINDS_BY_WORD.items()}


def kind_word(kind: int) -> str:
    """`offline`; `other` for a kind newer than this program."""
    return _WORDS.get(kind, "other")
