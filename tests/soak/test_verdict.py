"""The verdict finds what is wrong: a comparison that could not fail would prove nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.stored import Answered, Row
from tests.soak.truth import Truth, check_of
from tests.soak.verdict import Verdict, judge

LOG = """\
start aa 1 0 0
sample 1 1 1001
kept 1 2 0
sample 2 2 1002
kept 2 3 0
acked 2
sample 3 3 1003
kept 3 4 0
"""


@pytest.fixture
def truth(tmp_path: Path) -> Truth:
    return told(tmp_path, LOG)


def told(tmp_path: Path, log: str) -> Truth:
    truth = Truth(tmp_path / "truth")
    truth.log.write_text(log)
    truth.read()
    return truth


def row(serial: int, sequence: int = 0, instance: str = "aa") -> Row:
    return Row(instance, sequence or serial, 1000 + serial, serial, check_of(serial))


def point(serial: int) -> Answered:
    return Answered(1000 + serial, serial, check_of(serial))


def complaints(verdict: Verdict) -> list[str]:
    return verdict.wrong + verdict.missing


def test_everything_stored_once_is_right(truth: Truth) -> None:
    assert judge(truth, 0, 3, [row(1), row(2), row(3)]) == Verdict(sampled=3, stored=3)
    assert judge(truth, 0, 3, [row(1)], [point(1), point(2), point(3)]) == Verdict(sampled=3, stored=3)
    assert judge(truth, 1, 2, [row(1), row(2), row(3)]) == Verdict(sampled=1, stored=1)


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([row(1), row(3)], "ACKED AND MISSING: 1: aa:2"),
        ([row(1), row(2)], "missing, and not counted as dropped: 1: aa:3"),
        ([row(1), row(2), row(3), row(2)], "stored twice"),
        ([row(1), row(2), row(3), row(3, sequence=4)], "stored as"),
        ([row(1), row(2), row(3, instance="bb")], "stored as"),
        ([row(1), row(2), row(3), row(4)], "stored, but never sampled"),
        ([row(1), row(2), row(3)._replace(check=1.5)], "another value is stored"),
    ],
)
def test_what_is_wrong_with_rows_is_said(truth: Truth, rows: list[Row], complaint: str) -> None:
    assert [each for each in complaints(judge(truth, 0, 3, rows)) if complaint in each]


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ([point(1), point(3)], "ACKED AND MISSING: 1: aa:2"),
        ([point(2), point(3)], "in a file, but not in the answer: 1: aa:1"),
        ([point(1), point(2), point(2), point(3)], "answered twice"),
        ([point(2), point(1), point(3)], "answered out of order"),
        ([point(1), point(2), point(3)._replace(time_ns=9999)], "answered as"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(truth: Truth, answer: list[Answered], complaint: str) -> None:
    assert [each for each in complaints(judge(truth, 0, 3, [row(1)], answer)) if complaint in each]


def test_what_was_dropped_may_be_missing_if_it_is_counted(tmp_path: Path) -> None:
    dropped = LOG + "sample 4 4 1004\ndropped 3 4\nkept 4 5 1\n"
    rows = [row(1), row(2), row(4)]
    assert judge(told(tmp_path, dropped), 0, 4, rows) == Verdict(sampled=4, stored=3, dropped=1)
    uncounted = dropped.replace("kept 4 5 1", "kept 4 5 2")
    assert judge(told(tmp_path, uncounted), 0, 4, rows).wrong == ["1 were dropped, but the node counted 2"]


def test_a_sample_that_a_kill_interrupted_may_be_stored_or_not(tmp_path: Path) -> None:
    interrupted = LOG + "sample 4 4 1004\nstart aa 4 2 0\nsample 4 5 1005\nkept 4 5 0\n"
    rows = [row(1), row(2), row(3), row(5, sequence=4)]
    assert judge(told(tmp_path, interrupted), 0, 5, rows) == Verdict(sampled=4, stored=4)


def test_a_number_given_twice_is_found_when_one_of_them_is_missing(tmp_path: Path) -> None:
    twice = LOG.replace("kept 3 4 0", "kept 3 3 0") + "start aa 3 2 0\nsample 3 4 1004\nkept 3 4 0\nacked 3\n"
    wrong = judge(told(tmp_path, twice), 0, 4, [row(1), row(2), row(3)]).missing
    assert [each for each in wrong if "ACKED AND MISSING: 1: aa:3 (serial 4" in each]


def test_renewed_samples_have_other_numbers(tmp_path: Path) -> None:
    renewed = LOG + "renewed bb 3 4 0\nacked 1\n"
    rows = [row(1), row(2), row(3, sequence=1, instance="bb")]
    assert judge(told(tmp_path, renewed), 0, 3, rows) == Verdict(sampled=3, stored=3)
