"""Which type and encoding a column gets."""

from __future__ import annotations

import numpy as np
import pytest

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.storage.encodings import EXACT_BELOW, Encoding, encoding_of, whole_numbers

BYTES = Column("network.bytes_sent", "By", Kind.COUNTER)


@pytest.mark.parametrize(
    ("unit", "kind", "expected"),
    [
        ("By", Kind.COUNTER, True),
        ("{packet}", Kind.COUNTER, True),
        ("By", Kind.GAUGE, False),
        ("{thread}", Kind.GAUGE, False),
        ("1", Kind.COUNTER, True),
        ("1", Kind.GAUGE, False),
        ("%", Kind.GAUGE, False),
        ("s", Kind.COUNTER, False),
        ("", Kind.COUNTER, False),
    ],
)
def test_only_a_counter_of_things_becomes_integers(unit: str, kind: Kind, expected: bool) -> None:
    found = whole_numbers(Column("x", unit, kind), np.array([1.0, 2.0, 3.0]))
    assert (found is not None) is expected


@pytest.mark.parametrize("value", [0.5, float(EXACT_BELOW), -float(EXACT_BELOW), np.inf, -np.inf, 1e300])
def test_one_value_that_an_integer_cannot_hold_keeps_the_column_float(value: float) -> None:
    assert whole_numbers(BYTES, np.array([1.0, value])) is None


def test_integers_are_exact_to_the_last_one_below_2_to_the_53() -> None:
    found = whole_numbers(BYTES, np.array([EXACT_BELOW - 1, -(EXACT_BELOW - 1)], np.float64))
    assert found is not None and found.tolist() == [EXACT_BELOW - 1, -(EXACT_BELOW - 1)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.zeros(3600), Encoding.CONSTANT),
        (np.zeros(3600, np.int64), Encoding.CONSTANT),
        (np.array([1.5]), Encoding.CONSTANT),
        (np.arange(3600, dtype=np.int64), Encoding.PACKED),
        (np.arange(3600, dtype=np.int64) // 10, Encoding.DELTA),
        (np.arange(3600) % 50 / 10, Encoding.DICTIONARY),
        (np.arange(3600) * 7919 % 2400 / 100, Encoding.DICTIONARY),
        (np.arange(3600) * 7919 % 2600 / 100, Encoding.SPLIT),
        (np.sqrt(np.arange(3600)), Encoding.SPLIT),
        (np.sqrt(np.arange(3600) // 5), Encoding.PLAIN),
        (np.sqrt(np.arange(3600) * 3 // 4), Encoding.SPLIT),
        (np.arange(3600) // 900 / 10, Encoding.PLAIN),
    ],
)
def test_the_data_decides(values: np.ndarray, expected: Encoding) -> None:
    assert encoding_of(values) is expected
