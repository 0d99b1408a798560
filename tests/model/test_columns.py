"""The columns are those of the contract, and each says what it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mcp_telemetry.model.columns import Column, Kind, defined_columns
from mcp_telemetry.v1 import metrics_pb2

CONTRACT = Path(__file__).parents[2] / "protos" / "metrics.proto"


def test_every_column_of_the_contract_is_defined_once() -> None:
    in_contract = CONTRACT.read_text().count("[(column) = {")
    names = Counter(column.name for column in defined_columns())
    assert len(names) == in_contract
    assert set(names.values()) == {1}


@pytest.mark.parametrize(
    "column",
    [
        Column("cpu.percent", "%", Kind.GAUGE),
        Column("network.bytes_sent", "By", Kind.COUNTER),
        Column("requests", "{request}", Kind.COUNTER),
        Column("uptime_seconds", "s", Kind.GAUGE),
        Column("disk.mount.percent", "%", Kind.GAUGE),
    ],
)
def test_a_column_has_the_unit_and_kind_of_the_contract(column: Column) -> None:
    assert column in defined_columns()


def test_the_order_is_that_of_the_contract() -> None:
    names = [column.name for column in defined_columns()]
    assert names[0] == "cpu.percent"
    assert names.index("memory.percent") < names.index("disk.percent") < names.index("requests")


def test_every_column_says_its_unit_and_kind() -> None:
    assert [column for column in defined_columns() if not column.unit or column.kind not in Kind] == []


def test_names_carry_their_units() -> None:
    suffixes = {"By": "_bytes", "s": "_seconds", "%": "percent", "Cel": "_celsius"}
    # The counters of bytes sent and received are named as psutil and the JSON API name them.
    of_psutil = ("bytes_sent", "bytes_recv")
    unnamed = [
        column.name
        for column in defined_columns()
        if not column.name.endswith((suffixes.get(column.unit, ""), *of_psutil))
    ]
    assert unnamed == []


def test_kinds_have_the_numbers_of_the_wire() -> None:
    assert (Kind.GAUGE, Kind.COUNTER) == (metrics_pb2.GAUGE, metrics_pb2.COUNTER)
