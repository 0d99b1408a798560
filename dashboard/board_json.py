"""A dashboard from JSON that a person wrote or a program made: what is wrong in it is named by its place.

protobuf's own reader says the same in words about messages and descriptors; it still has the last word.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from mcp_telemetry.errors import InvalidDashboardError
from mcp_telemetry.model.dashboards import from_json
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["dashboard_of"]

_MOST_SHOWN = 64
# Its type has two names, one of which is private.
_DASHBOARD: Any = pb.Dashboard.DESCRIPTOR
_BITS = {FieldDescriptor.CPPTYPE_UINT32: 32, FieldDescriptor.CPPTYPE_UINT64: 64}


def dashboard_of(content: bytes) -> pb.Dashboard:
    """The dashboard; InvalidDashboardError names the place of what is wrong, its value, and what to write instead."""
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        return from_json(content)
    _check_message("", given, _DASHBOARD)
    return from_json(content)


def _check_message(place: str, given: Any, kind: Descriptor) -> None:
    if not isinstance(given, dict):
        _refuse(place or "the dashboard", given, "an object")
    fields = {name: field for field in kind.fields for name in (field.name, field.json_name)}
    for name, value in given.items():
        at = f"{place}.{name[:_MOST_SHOWN]}" if place else name[:_MOST_SHOWN]
        if name not in fields:
            known = ", ".join(field.name for field in kind.fields)
            raise InvalidDashboardError(f"{at} is no field: want one of {known}")
        if value is not None:
            _check_field(at, value, fields[name])


def _check_field(place: str, value: Any, field: FieldDescriptor) -> None:
    # How a field tells that it is repeated is another attribute in older versions.
    if field.default_value != []:
        _check_value(place, value, field)
        return
    if not isinstance(value, list):
        _refuse(place, value, "a list")
    for index, each in enumerate(value):
        _check_value(f"{place}[{index}]", each, field)


def _check_value(place: str, value: Any, field: FieldDescriptor) -> None:
    if field.message_type is not None:
        _check_message(place, value, field.message_type)
    elif field.enum_type is not None:
        _check_choice(place, value, field.enum_type)
    elif field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        _check_text(place, value)
    elif field.cpp_type in _BITS:
        _check_number(place, value, 2 ** _BITS[field.cpp_type] - 1)
    elif not isinstance(value, bool):
        _refuse(place, value, "true or false")


def _check_choice(place: str, value: Any, choices: EnumDescriptor) -> None:
    """A number is looked at by the rules of dashboards: newer programs have more of them."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number and not (isinstance(value, str) and value in choices.values_by_name):
        _refuse(place, value, f"one of {', '.join(choices.values_by_name)}")


def _check_text(place: str, value: Any) -> None:
    if not isinstance(value, str):
        _refuse(place, value, "text")
    if not value.isascii() and value != value.encode(errors="replace").decode():
        _refuse(place, value, "text without halves of characters (surrogates)")


def _check_number(place: str, value: Any, most: int) -> None:
    """64 bits may come as text, as protobuf writes them."""
    is_text = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20
    is_whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
    if not (is_text or is_whole) or not 0 <= int(value) <= most:
        _refuse(place, value, f"a whole number from 0 to {most}")


def _refuse(place: str, value: Any, wanted: str) -> NoReturn:
    shown = repr(value) if isinstance(value, str) else json.dumps(value)
    raise InvalidDashboardError(
        f"{place} is {shown if len(shown) <= _MOST_SHOWN else shown[:_MOST_SHOWN] + '…'}: want {wanted}"
    )
