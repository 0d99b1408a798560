from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.errors import CorruptionError
from mcp_telemetry.leader.records import Effect, Kind, decode, encode

WIDE, NARROW = st.integers(0, 2**63 - 1), st.integers(0, 2**32 - 1)
EFFECTS = st.builds(Effect, WIDE, WIDE, NARROW, WIDE, WIDE, NARROW, NARROW, NARROW, WIDE)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", fullmatch=True)


@given(st.sampled_from(Kind), WIDE, NAMES, NAMES, st.binary(max_size=300), EFFECTS)
def test_a_record_comes_back_as_it_was(
    kind: Kind, received_ns: int, node_id: str, instance_id: str, body: bytes, did: Effect
) -> None:
    effect = did if kind is Kind.BATCH else None
    record = decode(encode(kind, received_ns, node_id.encode(), instance_id.encode(), body, effect))
    assert record[:5] == (kind, received_ns, node_id, instance_id, effect)
    assert record.data[record.body :] == body


def test_the_bytes_are_those_of_the_description() -> None:
    time, names = bytes([8, 7, 6, 5, 4, 3, 2, 1]), b"\x02\x00" + b"\x01\x00" + b"ab" + b"c"
    effect = Effect(1, 2, 3, 4, 5, 6, 7, 8, 9)
    widths = (8, 8, 4, 8, 8, 4, 4, 4, 8)
    did = b"".join(number.to_bytes(width, "little") for number, width in zip(effect, widths, strict=True))
    assert encode(Kind.BATCH, 0x0102030405060708, b"ab", b"c", b"body", effect) == b"B" + time + did + names + b"body"
    assert encode(Kind.HELLO, 0x0102030405060708, b"ab", b"c", b"body") == b"H" + time + names + b"body"


@pytest.mark.parametrize(
    "data", [b"", b"B\x00", b"X" + bytes(12), b"B" + bytes(20), b"H" + bytes(8) + b"\x01\x00\x00\x00\xff"]
)
def test_what_nobody_wrote_is_told(data: bytes) -> None:
    with pytest.raises(CorruptionError, match="cannot be read"):
        decode(data)
