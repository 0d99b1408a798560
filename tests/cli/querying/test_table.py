"""Tables: which way they go, and what they fit into."""

from __future__ import annotations

import io
from datetime import UTC

from rich.console import Console

from mcp_telemetry.cli.querying.lines import gather, silences
from mcp_telemetry.cli.querying.table import show_table
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.cli.scripted import SECOND, SENT, START, series


def shown(*messages: pb.Series, width: int = 80, encoding: str = "utf-8") -> list[str]:
    """As a terminal of this width shows it, without what is only colour."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(file=file, width=width, force_terminal=True, color_system=None, highlight=False)
    show_table(gather(messages), UTC, console)
    file.flush()
    return raw.getvalue().decode(encoding).splitlines()


def test_parts_of_a_series_are_put_together() -> None:
    later = pb.Series(node_id="a", column=series([]).column, times_unix_nano=[START + 9 * SECOND], values=[7])
    (line,) = gather([series([1, 2]), later])
    assert list(line.values) == [1, 2, 7]
    assert len(line.times_ns) == 3


def test_series_that_share_their_moments_stand_beside_each_other() -> None:
    lines = shown(series([1, 2]), series([1000, 2000], SENT))
    assert lines[1].split() == ["time", "cpu.percent", "network.bytes_sent"]
    assert lines[3].split() == ["2026-01-01", "00:00:00", "1", "%", "1", "kB"]


def test_more_of_them_than_fit_get_a_row_each() -> None:
    many = [series([1, 2], node_id=f"n{number}") for number in range(20)]
    assert shown(*many)[0].split()[:2] == ["node", "column"]
    assert shown(*many, width=400)[1].split()[:2] == ["time", "cpu.percent"]


def test_nothing_is_wider_than_the_terminal() -> None:
    wide = [series([1.5] * count, node_id="a-name-that-is-long" * 2) for count in (3,)]
    for width in (60, 80, 120):
        lines = shown(*wide, series([2, 3]), width=width)
        assert max(map(len, lines)) <= width


def test_the_shape_is_on_one_scale_and_has_a_hole_where_nothing_came() -> None:
    peak = pb.Series(node_id="b", column=series([]).column)
    peak.times_unix_nano.extend(START + second * SECOND for second in (0, 1, 2, 3, 4, 90, 91, 92))
    peak.values.extend([10, 10, 10, 10, 100, 10, 10, 10])
    lines = shown(series([50] * 93), peak)
    flat, holed = lines[2].split("   ")[-1], lines[3][lines[2].index("▅") :]
    assert set(flat.strip()) == {"▅"}
    assert "█" in holed
    assert "     " in holed.strip()


def test_without_utf_8_there_is_no_shape_and_all_is_ascii() -> None:
    lines = shown(series([1, 2]), series([1, 2, 3], node_id="b"), encoding="ascii")
    assert "\n".join(lines).isascii()
    assert "over time" not in lines[0]


def test_silences_are_told_by_the_usual_distance() -> None:
    assert silences([0, 1, 2, 3, 60, 61, 62]) == [4]
    assert silences([0, 1, 20, 21, 40, 41, 60]) == [], "thinned points come in pairs"
    assert silences([0, 50]) == []
