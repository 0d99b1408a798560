"""What lines are called: the shortest text that tells them apart, in words rather than in names of columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from mcp_telemetry.model.names import base_name, joined_labels, label_values

__all__ = ["Line", "column_words", "line_names", "title_of"]

# The unit is told elsewhere.
_UNITS = frozenset({"percent", "bytes", "seconds", "celsius"})
_SPELLED = {
    "cpu": "CPU",
    "io": "I/O",
    "iowait": "I/O wait",
    "recv": "received",
    "rss": "RSS",
    "tcp": "TCP",
    "udp": "UDP",
}
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Line:
    """Whose line it is: a column of one node, or of a group of nodes with these values of labels."""

    column: str
    node_id: str = ""
    group: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names the line among all of a panel, the same in figures and in live messages."""
        return f"{self.node_id or joined_labels(self.group)} {self.column}"


def column_words(column: str) -> str:
    """A column as people say it: `memory.used_bytes` is "Memory used", `requests{ping}` is "Requests ping"."""
    return " ".join([_sentence(_words(base_name(column))), *label_values(column)])


def line_names(lines: Sequence[Line], alone: str = "") -> list[str]:
    """One name a line, in their order; `alone` is the name where nothing has to be told apart."""
    bases = _base_names({base_name(line.column) for line in lines})
    has_groups = any(line.group for line in lines)
    has_nodes = len({line.node_id for line in lines}) > 1
    has_labels = len({(base_name(line.column), *label_values(line.column)) for line in lines}) > len(bases)
    names = []
    for line in lines:
        parts = [", ".join(value or "none" for value in line.group)] if has_groups else []
        parts += [line.node_id] if has_nodes else []
        parts += [bases[base_name(line.column)]] if len(bases) > 1 else []
        parts += [" ".join(label_values(line.column))] if has_labels else []
        names.append(" · ".join(part for part in parts if part) or line.node_id or alone or column_words(line.column))
    return names


def title_of(columns: Sequence[str]) -> str:
    """What a chart of these columns is called: the first few of them."""
    words = list(dict.fromkeys(map(column_words, columns)))
    more = len(words) - _MOST_NAMED
    return ", ".join(words[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _base_names(bases: set[str]) -> dict[str, str]:
    """Each base without the words that all of them begin with; as it is, where two would be the same."""
    words = {base: _words(base) for base in bases}
    common = _common(list(words.values()))
    short = {base: _sentence(parts[common:]) for base, parts in words.items()}
    return short if len(set(short.values())) == len(bases) else {base: base for base in bases}


def _common(words: list[list[str]]) -> int:
    """How many words all lists begin with; each keeps at least one."""
    same = takewhile(lambda each: len(set(each)) == 1, zip(*words, strict=False))
    return min(len(list(same)), min((len(each) for each in words), default=1) - 1)


def _words(base: str) -> list[str]:
    """The words of a column's name: without the unit, as long as others are left."""
    if base.startswith("custom."):
        return [base.removeprefix("custom.")]
    parts = [part for part in base.replace(".", "_").split("_") if part]
    return [part for part in parts if part not in _UNITS] or parts


def _sentence(words: Iterable[str]) -> str:
    text = " ".join(_SPELLED.get(word, word) for word in words)
    return text[:1].upper() + text[1:]
