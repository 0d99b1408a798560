"""Which version of a dashboard is kept, told to those who have it open."""

from __future__ import annotations

from collections.abc import Sequence

import grpc
import orjson
import pytest

from dashboard import board_topic
from dashboard.board_topic import BoardSource
from dashboard.client import LeaderGoneError
from dashboard.kept import KeptDashboards
from mcp_telemetry.errors import TelemetryError, UnknownDashboardError
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.scripted_leader import taken

GONE = UnknownDashboardError("no dashboard 'mine'")
NO_LEADER = LeaderGoneError("the leader does not answer")


class ScriptedDashboards(KeptDashboards):
    """Answers with revisions or errors, one after the other; the last one for good."""

    def __init__(self, answers: Sequence[int | TelemetryError]) -> None:
        super().__init__(grpc.aio.insecure_channel("127.0.0.1:1"), lambda error: LeaderGoneError(str(error)))
        self._answers = list(answers)

    async def get(self, dashboard_id: str) -> pb.Dashboard:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, TelemetryError):
            raise answer
        return pb.Dashboard(id=dashboard_id, revision=answer)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_topic, "_EVERY_S", 0.001)


def source(*answers: int | TelemetryError) -> BoardSource:
    return BoardSource("board/mine", "mine", ScriptedDashboards(answers))


async def test_each_change_is_told_once() -> None:
    messages = await taken(source(1, 1, 1, 2, GONE, GONE, 3), 4)
    assert [(message["revision"], message["is_gone"]) for message in messages] == [
        ("1", False),
        ("2", False),
        (None, True),
        ("3", False),
    ]
    assert {(message["topic"], message["kind"]) for message in messages} == {("board/mine", "revision")}


async def test_a_leader_that_does_not_answer_changes_nothing() -> None:
    messages = await taken(source(NO_LEADER, 1, NO_LEADER, 1, 2), 2)
    assert [message["revision"] for message in messages] == ["1", "2"]


async def test_who_joins_gets_what_is_known() -> None:
    one = source(4)
    assert orjson.loads(one.opening())["revision"] is None
    await taken(one, 1)
    assert orjson.loads(one.opening())["revision"] == "4"
