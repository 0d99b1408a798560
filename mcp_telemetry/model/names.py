"""The grammar of names: node ids, column names with labels, and the selectors that queries use."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = [
    "base_name",
    "column_name",
    "custom_column_name",
    "is_metric_name",
    "is_node_id",
    "is_selected",
    "joined_labels",
    "joined_pairs",
    "label_values",
    "labelled",
]

_NODE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z")
_METRIC_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]{0,127}\Z")
_SPECIAL = re.compile(r"([\\{},=])")
_LABEL = re.compile(r"((?:[^\\,]|\\.)*),", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def is_node_id(text: str) -> bool:
    """Whether `text` may name a node: safe as a file name, in a URL and in a shell."""
    return _NODE_ID.match(text) is not None


def is_metric_name(text: str) -> bool:
    """Whether `text` may name a custom metric."""
    return _METRIC_NAME.match(text) is not None


def column_name(base: str, labels: Iterable[str]) -> str:
    """`requests` and `["tools/call"]` give `requests{tools/call}`; no labels give the base itself."""
    return labelled(base, joined_labels(labels))


def joined_labels(labels: Iterable[str]) -> str:
    """What stands between the braces for these labels."""
    return ",".join(map(_escape, labels))


def joined_pairs(labels: Iterable[tuple[str, str]]) -> str:
    """What stands between the braces of a custom metric's column."""
    return ",".join(f"{_escape(label)}={_escape(value)}" for label, value in labels)


def labelled(base: str, joined: str) -> str:
    """The column name for labels that are joined already."""
    return f"{base}{{{joined}}}" if joined else base


def custom_column_name(name: str, labels: Iterable[tuple[str, str]], part: str = "") -> str:
    """The column of a custom metric, or of a part of its histogram: `custom.queue.depth{lane=fast}`."""
    return labelled(f"custom.{name}{part}", joined_pairs(labels))


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def base_name(column: str) -> str:
    """The column's name without its labels: `requests{tools/call}` gives `requests`."""
    return column.partition("{")[0]


def label_values(column: str) -> list[str]:
    """The labels of a column as they were before escaping: `requests{tools/call}` gives `["tools/call"]`."""
    inside = column.partition("{")[2].removesuffix("}")
    if not inside:
        return []
    return [_ESCAPED.sub(r"\1", label) for label in _LABEL.findall(f"{inside},")]


def is_selected(column: str, selectors: frozenset[str]) -> bool:
    """Whether `column` is asked for: by its full name, or by its base name for all its labels; no selectors: all."""
    return not selectors or column in selectors or base_name(column) in selectors
