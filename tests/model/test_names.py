"""Names survive being written and read, whatever characters they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.model.names import (
    base_name,
    column_name,
    custom_column_name,
    is_metric_name,
    is_node_id,
    is_selected,
    label_values,
)

# Drawn mostly from what is escaped, so that every neighbourhood of special characters comes up.
LABELS = st.lists(st.text(st.sampled_from("\\{},= \nab") | st.characters(exclude_categories=["Cs"])), max_size=4)


@pytest.mark.parametrize("node_id", ["a", "7", "node-1", "web.eu-1_b", "a" * 128])
def test_a_node_id_is_letters_digits_dots_dashes_underscores(node_id: str) -> None:
    assert is_node_id(node_id)


@pytest.mark.parametrize(
    "node_id", ["", ".", "..", "../up", "-x", "_x", ".hidden", "a/b", "a b", "a\n", "ä", "a\x00", "a" * 129]
)
def test_a_node_id_is_safe_as_a_file_name_and_in_a_shell(node_id: str) -> None:
    assert not is_node_id(node_id)


@pytest.mark.parametrize("name", ["queue.depth", "_x", "jobs/done", "a" * 128])
def test_a_custom_metric_may_be_named(name: str) -> None:
    assert is_metric_name(name)


@pytest.mark.parametrize("name", ["", "1st", ".x", "a{b}", "a,b", "a b", "a\n", "a" * 129])
def test_a_custom_metric_may_not_be_named(name: str) -> None:
    assert not is_metric_name(name)


@pytest.mark.parametrize(
    ("labels", "column"),
    [
        ([], "requests"),
        (["tools/call"], "requests{tools/call}"),
        (["tools/call", "search"], "requests{tools/call,search}"),
        (["tools/call", ""], "requests{tools/call,}"),
        (["", ""], "requests{,}"),
        (["a,b"], r"requests{a\,b}"),
        ([","], r"requests{\,}"),
        (["{=}"], r"requests{\{\=\}}"),
        (["\\"], r"requests{\\}"),
    ],
)
def test_labels_stand_in_braces_with_special_characters_escaped(labels: list[str], column: str) -> None:
    assert column_name("requests", labels) == column
    assert label_values(column) == labels


@given(LABELS.filter(lambda labels: labels != [""]))
def test_labels_come_back_as_they_were(labels: list[str]) -> None:
    column = column_name("requests", labels)
    assert label_values(column) == labels
    assert base_name(column) == "requests"


def test_one_empty_label_is_no_label() -> None:
    assert column_name("requests", [""]) == "requests"


@pytest.mark.parametrize(
    ("labels", "part", "column"),
    [
        ([], "", "custom.queue"),
        ([], ".sum", "custom.queue.sum"),
        ([("lane", "fast"), ("zone", "b")], "", "custom.queue{lane=fast,zone=b}"),
        ([("lane", "a=b")], ".bucket", r"custom.queue.bucket{lane=a\=b}"),
    ],
)
def test_a_custom_metric_names_its_labels(labels: list[tuple[str, str]], part: str, column: str) -> None:
    assert custom_column_name("queue", labels, part) == column
    assert base_name(column) == f"custom.queue{part}"


@pytest.mark.parametrize(
    ("selectors", "selected"),
    [
        (set(), True),
        ({"requests"}, True),
        ({"requests{tools/call}"}, True),
        ({"cpu.percent", "requests"}, True),
        ({"requests{tools/list}"}, False),
        ({"request"}, False),
        ({"cpu.percent"}, False),
    ],
)
def test_a_column_is_selected_by_its_name_or_its_base_name(selectors: set[str], selected: bool) -> None:
    assert is_selected("requests{tools/call}", frozenset(selectors)) is selected
