"""Lines are called by the shortest text that tells them apart."""

from __future__ import annotations

import pytest

from dashboard.line_names import Line, column_words, line_names, title_of


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("cpu.percent", "CPU"),
        ("memory.used_bytes", "Memory used"),
        ("network.bytes_recv", "Network received"),
        ("network.interface.bytes_sent{eth0}", "Network interface sent eth0"),
        ("cpu.iowait_percent", "CPU I/O wait"),
        ("requests{tools/call}", "Requests tools/call"),
        ("uptime_seconds", "Uptime"),
        ("custom.queue.depth{lane=fast}", "Queue.depth lane=fast"),
        ("percent", "Percent"),
    ],
)
def test_a_column_in_words(column: str, words: str) -> None:
    assert column_words(column) == words


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ([("a", "cpu.percent")], ["a"]),
        ([("a", "cpu.percent"), ("b", "cpu.percent")], ["a", "b"]),
        ([("a", "cpu.percent"), ("a", "memory.percent")], ["CPU", "Memory"]),
        ([("a", "network.bytes_recv"), ("a", "network.bytes_sent")], ["Received", "Sent"]),
        ([("a", "cpu.percent"), ("b", "memory.percent")], ["a · CPU", "b · Memory"]),
        ([("a", "requests{x}"), ("a", "requests{y}")], ["x", "y"]),
        ([("a", "requests{x}"), ("b", "requests{y}")], ["a · x", "b · y"]),
        ([("a", "requests{x}"), ("a", "errors{x}")], ["Requests", "Errors"]),
        ([("a", "disk.total_bytes"), ("a", "disk.total_percent")], ["disk.total_bytes", "disk.total_percent"]),
    ],
)
def test_nodes_columns_and_labels_are_named_where_they_differ(lines: list[tuple[str, str]], names: list[str]) -> None:
    assert line_names([Line(column, node_id) for node_id, column in lines]) == names


def test_groups_are_named_by_their_values() -> None:
    lines = [Line("requests{x}", group=("eu", "")), Line("requests{x}", group=("us", "blue"))]
    assert line_names(lines, "sum") == ["eu, none", "us, blue"]


def test_a_single_aggregate_is_called_as_it_is_made() -> None:
    assert line_names([Line("cpu.percent")], "p95") == ["p95"]


def test_keys_differ_even_where_names_could_be_alike() -> None:
    lines = [Line("a{x}", "n"), Line("a", "n"), Line("a{x}", group=("n",)), Line("a{x}", group=("n,m",))]
    lines.append(Line("a{x}", group=("n", "m")))
    keys = [line.key for line in lines]
    assert keys[:2] == ["n a{x}", "n a"]
    assert keys[3] != keys[4]


def test_a_title_names_a_few_columns() -> None:
    assert title_of(["cpu.percent"]) == "CPU"
    assert title_of(["cpu.percent", "memory.percent", "disk.percent", "swap.percent"]) == "CPU, Memory, Disk and 1 more"
