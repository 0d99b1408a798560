from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.collectors.labels import (
    MAX_CHARACTERS,
    MAX_COLUMN_NAME,
    MAX_KINDS,
    OTHER,
    BoundedCounter,
    RecentLabels,
    clean_label,
)
from mcp_telemetry.model.names import column_name
from mcp_telemetry.v1 import metrics_pb2

ANY_TEXT = st.text(st.characters(codec=None), max_size=300)


@given(ANY_TEXT)
def test_a_label_can_be_sent_and_be_part_of_a_column_name(text: str) -> None:
    label = clean_label(text)
    assert metrics_pb2.Label(value=label).value == label
    name = column_name("operation.duration_bucket", [label, label, "0.01"])
    assert name.isprintable()
    assert len(name) <= MAX_COLUMN_NAME
    assert clean_label(label) == label


def test_the_longest_label_fits_with_every_character_escaped() -> None:
    assert len(column_name("operation.duration_bucket", ["{" * MAX_CHARACTERS] * 2 + ["0.01"])) <= MAX_COLUMN_NAME


@given(st.text(st.characters(categories=["L", "N", "P"]), max_size=MAX_CHARACTERS))
def test_what_is_fit_already_stays(text: str) -> None:
    assert clean_label(text) == text


def test_counts_as_a_counter_does() -> None:
    counter = BoundedCounter()
    counter["a"] += 1
    counter["a"] += 2
    counter.update(["b", "a"])
    assert counter == {"a": 4, "b": 1}
    assert counter.most_common(1) == [("a", 4)]


@given(st.lists(ANY_TEXT, max_size=200))
def test_nothing_is_lost_and_kinds_are_bounded(kinds: list[str]) -> None:
    counter = BoundedCounter()
    for kind in kinds:
        counter[kind] += 1
    assert counter.total() == len(kinds)
    assert len(counter) <= MAX_KINDS + 1


def test_a_flood_of_kinds_goes_to_other_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    counter = BoundedCounter()
    with caplog.at_level(logging.WARNING):
        for number in range(1000):
            counter[f"kind {number}"] += 1
        counter["kind 0"] += 1
    assert counter[OTHER] == 1000 - MAX_KINDS
    assert counter["kind 0"] == 2
    assert len(caplog.records) == 1


def test_kinds_that_look_alike_when_cleaned_are_one() -> None:
    counter = BoundedCounter()
    for kind in ("a\n", "a\t", "a?"):
        counter[kind] += 1
    assert counter == {"a?": 3}


def test_labels_not_used_for_an_hour_make_room() -> None:
    now = 0.0
    labels = RecentLabels(lambda: now)
    assert [labels.kept(f"old {number}") for number in range(MAX_KINDS)][-1] == f"old {MAX_KINDS - 1}"
    now = 3000
    assert [labels.kept(label) for label in ("old 0", "new")] == ["old 0", OTHER]
    now = 3601
    assert [labels.kept(label) for label in ("new", "newer", "old 0")] == ["new", "newer", "old 0"]


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 100)), max_size=300))
def test_within_an_hour_there_are_never_too_many(uses: list[tuple[int, int]]) -> None:
    now, kept = 0.0, list[tuple[float, str]]()
    labels = RecentLabels(lambda: now)
    for passed, number in uses:
        now += passed
        kept.append((now, labels.kept(str(number))))
        assert len({label for then, label in kept if then >= now - 3600}) <= MAX_KINDS + 1
