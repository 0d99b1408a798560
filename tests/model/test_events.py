from __future__ import annotations

from mcp_telemetry.model.events import KINDS_BY_WORD, kind_word
from mcp_telemetry.v1 import metrics_pb2 as pb


def test_every_kind_of_the_contract_has_a_word() -> None:
    kinds = [kind for kind in pb.EventKind.values() if kind]
    assert [kind for kind in kinds if kind_word(kind) == "other"] == []
    assert {KINDS_BY_WORD[kind_word(kind)] for kind in kinds} == set(kinds)


def test_a_kind_of_a_newer_leader_is_another_one() -> None:
    assert kind_word(999) == "other"
