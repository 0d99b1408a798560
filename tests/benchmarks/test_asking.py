"""The questions that are timed ask for what the targets say."""

from __future__ import annotations

import time

import grpc
import pytest

from tests.benchmarks.asking import QUESTIONS, Asker, day, fleet, month, two_years
from tests.benchmarks.children import free_port
from tests.benchmarks.history import KEPT_LONG, ROLLED_UP

DAY_NS = 86_400 * 10**9


@pytest.mark.parametrize(
    ("question", "days", "nodes", "points"),
    [(day, 1, 1, 0), (month, 30, 1, 1000), (two_years, 730, 1, 1000), (fleet, 1, 100, 500)],
)
def test_a_question_is_about_the_time_up_to_now(question: object, days: int, nodes: int, points: int) -> None:
    assert question in QUESTIONS
    request = QUESTIONS[QUESTIONS.index(question)](KEPT_LONG)  # type: ignore[arg-type]
    assert request.end_unix_nano - request.start_unix_nano == days * DAY_NS
    assert abs(time.time_ns() - request.end_unix_nano) < 60 * 10**9
    assert (len(request.node_ids), request.max_points) == (nodes, points)


def test_each_question_is_another_one() -> None:
    assert day(KEPT_LONG) != day(KEPT_LONG)
    assert len(set(ROLLED_UP)) == 100


def test_a_leader_that_is_not_there_is_an_error() -> None:
    with Asker(f"127.0.0.1:{free_port()}") as asker, pytest.raises(grpc.RpcError):
        asker.ask(day(KEPT_LONG))
