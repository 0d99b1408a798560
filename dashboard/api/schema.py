"""JSON Schema in few words, for the tables of endpoints."""

from __future__ import annotations

from typing import Any

__all__ = [
    "BOOLEAN",
    "COUNT",
    "INTEGER",
    "NODE_ID",
    "NUMBER",
    "TEXT",
    "UNIX_SECONDS",
    "Schema",
    "described",
    "listed",
    "mapped",
    "nullable",
    "one_of",
    "record",
]

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
INTEGER: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
BOOLEAN: Schema = {"type": "boolean"}
UNIX_SECONDS: Schema = {"type": "number", "minimum": 0, "description": "Unix seconds"}
NODE_ID: Schema = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"}


def record(required: dict[str, Schema], optional: dict[str, Schema] | None = None, description: str = "") -> Schema:
    """An object with these keys; `optional` ones may be absent."""
    about = {"description": description} if description else {}
    return about | {"type": "object", "properties": required | (optional or {}), "required": list(required)}


def mapped(values: Schema) -> Schema:
    """An object with any keys."""
    return {"type": "object", "additionalProperties": values}


def listed(items: Schema) -> Schema:
    """An array."""
    return {"type": "array", "items": items}


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    return schema | {"type": [schema["type"], "null"]}


def one_of(*texts: str) -> Schema:
    """One of these texts."""
    return {"type": "string", "enum": list(texts)}


def described(schema: Schema, description: str) -> Schema:
    """The same, with a word about it."""
    return schema | {"description": description}
