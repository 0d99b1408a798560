"""The wire format read by hand: what protobuf writes is found, what it cannot write is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.leader.decoding.wire import (
    FIXED32,
    FIXED64,
    LENGTH,
    MAX_FIELDS,
    VARINT,
    Field,
    MalformedError,
    TooManyFieldsError,
    fields,
    read_varint,
    scan,
)
from tests.leader.decoding.messages import varint


@given(st.integers(0, 2**64 - 1), st.binary(max_size=3), st.binary(max_size=3))
def test_a_varint_is_read_back_wherever_it_stands(number: int, before: bytes, after: bytes) -> None:
    written = varint(number)
    data = before + written + after
    assert read_varint(data, len(before), len(data)) == (number, len(before) + len(written))


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x80" * 10, b"\xff" * 11 + b"\x01"])
def test_a_varint_must_end(data: bytes) -> None:
    with pytest.raises(MalformedError, match="does not end"):
        read_varint(data, 0, len(data))


def test_a_varint_does_not_reach_beyond_its_message() -> None:
    with pytest.raises(MalformedError):
        read_varint(b"\x80\x01", 0, 1)


def test_fields_are_found_with_their_content() -> None:
    data = b"\x08\x96\x01" + b"\x12\x02hi" + b"\x19" + bytes(8) + b"\x25" + bytes(4) + b"\xa2\x06\x00"
    assert list(fields(data, 0, len(data))) == [
        Field(1, VARINT, 1, 3),
        Field(2, LENGTH, 5, 7),
        Field(3, FIXED64, 8, 16),
        Field(4, FIXED32, 17, 21),
        Field(100, LENGTH, 24, 24),
    ]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x12\x05hi", "longer than its message"),
        (b"\x19" + bytes(7), "longer than its message"),
        (b"\x25" + bytes(3), "longer than its message"),
        (b"\x02\x00", "has no number"),
        (b"\x08", "does not end"),
        (b"\x12", "does not end"),
        (b"\x0b", "wire type 3"),
        (b"\x0c", "wire type 4"),
        (b"\x0f", "wire type 7"),
    ],
)
def test_bytes_that_are_no_message_are_malformed(data: bytes, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        list(fields(data, 0, len(data)))


def test_a_message_of_endless_fields_is_given_up_early() -> None:
    data = b"\x08\x00" * (MAX_FIELDS + 1)
    with pytest.raises(MalformedError, match="more than 131072 fields"):
        list(fields(data, 0, len(data)))
    with pytest.raises(TooManyFieldsError, match="more than 3 fields"):
        scan(data, 0, len(data), 3)
    assert len(scan(data, 0, 6, 3)) == 3
