"""What a node says on the stream, as bytes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence

import psutil

from mcp_telemetry._varint import varint
from mcp_telemetry._version import __version__
from mcp_telemetry.protocol import PROTOCOL_VERSION
from mcp_telemetry.v1.metrics_pb2 import Batch, Goodbye, Hello, HostFacts, Label, NodeMessage

__all__ = ["batch", "goodbye", "hello"]

_LENGTH_DELIMITED = 2
_BATCH_TAG = bytes([NodeMessage.BATCH_FIELD_NUMBER << 3 | _LENGTH_DELIMITED])
_SNAPSHOTS_TAG = bytes([Batch.SNAPSHOTS_FIELD_NUMBER << 3 | _LENGTH_DELIMITED])


def hello(node_id: str, instance_id: str, first_sequence: int, labels: Mapping[str, str]) -> bytes:
    """The first message of a stream."""
    introduction = Hello(
        node_id=node_id,
        instance_id=instance_id,
        process_start_unix_nano=int(psutil.Process().create_time() * 1e9),
        protocol_version=PROTOCOL_VERSION,
        first_sequence=first_sequence,
        host=_host_facts(),
        labels=[Label(name=name, value=value) for name, value in labels.items()],
        time_unix_nano=time.time_ns(),
    )
    return NodeMessage(hello=introduction).SerializeToString()


def batch(first_sequence: int, records: Sequence[bytes], dropped: int = 0, ack_now: bool = False) -> bytes:
    """Serialized snapshots as a batch, without parsing them: they are put between the other fields as they are."""
    parts = [Batch(first_sequence=first_sequence).SerializeToString()]
    for record in records:
        parts += _SNAPSHOTS_TAG, varint(len(record)), record
    parts.append(Batch(dropped=dropped, sent_unix_nano=time.time_ns(), ack_now=ack_now).SerializeToString())
    return b"".join((_BATCH_TAG, varint(sum(map(len, parts))), *parts))


def goodbye(reason: str) -> bytes:
    """The last message of a node that leaves on purpose."""
    return NodeMessage(goodbye=Goodbye(reason=reason)).SerializeToString()


def _host_facts() -> HostFacts:
    system = os.uname()
    return HostFacts(
        hostname=system.nodename,
        os=f"{system.sysname} {system.release}",
        architecture=system.machine,
        agent_version=__version__,
        runtime=f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}",
        boot_unix_nano=int(psutil.boot_time() * 1e9),
    )
