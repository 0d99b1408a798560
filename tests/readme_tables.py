"""The README's tables as the code has them. To print all of them: python -m tests.readme_tables"""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor

from mcp_telemetry.model.columns import defined_columns
from mcp_telemetry.settings import DashboardSettings, LeaderSettings, NodeSettings, Setting, settings_of
from mcp_telemetry.v1 import metrics_pb2

Command = type[LeaderSettings] | type[NodeSettings] | type[DashboardSettings]


def settings_table(command: Command) -> str:
    rows = (
        f"| `{row.flag}` | `{row.variable}` | {_default(row)} | {row.help} |"
        for row in settings_of(command)  # type: ignore[type-var]
    )
    return "\n".join(["| Option | Variable | Default | Meaning |", "|---|---|---|---|", *rows])


def _default(row: Setting) -> str:
    return f"`{row.default}`" if row.default else row.shown_default


def columns_table() -> str:
    labels = dict(_labels(metrics_pb2.MetricSnapshot.DESCRIPTOR, ()))
    rows = (
        f"| `{column.name}{labels[column.name]}` | {column.unit} | {column.kind.name.lower()} |"
        for column in defined_columns()
    )
    return "\n".join(["| Column | Unit | Kind |", "|---|---|---|", *rows])


def _labels(message: Descriptor, outer: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """For each column, the names of its labels in braces."""
    keys = outer + tuple(field.name for field in message.fields if field.GetOptions().Extensions[metrics_pb2.key])
    for field in message.fields:
        if field.message_type is not None:
            yield from _labels(field.message_type, keys)
        else:
            yield field.GetOptions().Extensions[metrics_pb2.column].name, f"{{{','.join(keys)}}}" if keys else ""


def all_tables() -> dict[str, str]:
    return {
        "mcp-leader": settings_table(LeaderSettings),
        "mcp-node": settings_table(NodeSettings),
        "mcp-dashboard": settings_table(DashboardSettings),
        "columns": columns_table(),
    }


if __name__ == "__main__":
    print("\n\n".join(all_tables().values()))
