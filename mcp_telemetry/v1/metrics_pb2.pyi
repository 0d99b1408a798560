from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ColumnKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COLUMN_KIND_UNSPECIFIED: _ClassVar[ColumnKind]
    GAUGE: _ClassVar[ColumnKind]
    COUNTER: _ClassVar[ColumnKind]

class NodeState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NODE_STATE_UNSPECIFIED: _ClassVar[NodeState]
    LIVE: _ClassVar[NodeState]
    STALE: _ClassVar[NodeState]
    OFFLINE: _ClassVar[NodeState]
    LEFT: _ClassVar[NodeState]

class EventKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVENT_KIND_UNSPECIFIED: _ClassVar[EventKind]
    JOINED: _ClassVar[EventKind]
    WENT_STALE: _ClassVar[EventKind]
    WENT_OFFLINE: _ClassVar[EventKind]
    CAME_BACK: _ClassVar[EventKind]
    RESTARTED: _ClassVar[EventKind]
    SAID_GOODBYE: _ClassVar[EventKind]
    GAP: _ClassVar[EventKind]
    REJECTED: _ClassVar[EventKind]
    CLOCK_STEP: _ClassVar[EventKind]
    LEADER_STARTED: _ClassVar[EventKind]
    DISK_REFUSED: _ClassVar[EventKind]
    DISK_RECOVERED: _ClassVar[EventKind]
COLUMN_KIND_UNSPECIFIED: ColumnKind
GAUGE: ColumnKind
COUNTER: ColumnKind
NODE_STATE_UNSPECIFIED: NodeState
LIVE: NodeState
STALE: NodeState
OFFLINE: NodeState
LEFT: NodeState
EVENT_KIND_UNSPECIFIED: EventKind
JOINED: EventKind
WENT_STALE: EventKind
WENT_OFFLINE: EventKind
CAME_BACK: EventKind
RESTARTED: EventKind
SAID_GOODBYE: EventKind
GAP: EventKind
REJECTED: EventKind
CLOCK_STEP: EventKind
LEADER_STARTED: EventKind
DISK_REFUSED: EventKind
DISK_RECOVERED: EventKind
COLUMN_FIELD_NUMBER: _ClassVar[int]
column: _descriptor.FieldDescriptor
KEY_FIELD_NUMBER: _ClassVar[int]
key: _descriptor.FieldDescriptor

class ColumnOptions(_message.Message):
    __slots__ = ("name", "unit", "kind")
    NAME_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    name: str
    unit: str
    kind: ColumnKind
    def __init__(self, name: _Optional[str] = ..., unit: _Optional[str] = ..., kind: _Optional[_Union[ColumnKind, str]] = ...) -> None: ...

class NodeMessage(_message.Message):
    __slots__ = ("hello", "batch", "goodbye")
    HELLO_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    GOODBYE_FIELD_NUMBER: _ClassVar[int]
    hello: Hello
    batch: Batch
    goodbye: Goodbye
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., batch: _Optional[_Union[Batch, _Mapping]] = ..., goodbye: _Optional[_Union[Goodbye, _Mapping]] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ("node_id", "instance_id", "process_start_unix_nano", "protocol_version", "first_sequence", "host", "labels", "time_unix_nano")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    PROCESS_START_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    instance_id: str
    process_start_unix_nano: int
    protocol_version: int
    first_sequence: int
    host: HostFacts
    labels: _containers.RepeatedCompositeFieldContainer[Label]
    time_unix_nano: int
    def __init__(self, node_id: _Optional[str] = ..., instance_id: _Optional[str] = ..., process_start_unix_nano: _Optional[int] = ..., protocol_version: _Optional[int] = ..., first_sequence: _Optional[int] = ..., host: _Optional[_Union[HostFacts, _Mapping]] = ..., labels: _Optional[_Iterable[_Union[Label, _Mapping]]] = ..., time_unix_nano: _Optional[int] = ...) -> None: ...

class HostFacts(_message.Message):
    __slots__ = ("hostname", "os", "architecture", "agent_version", "runtime", "boot_unix_nano")
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    OS_FIELD_NUMBER: _ClassVar[int]
    ARCHITECTURE_FIELD_NUMBER: _ClassVar[int]
    AGENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_FIELD_NUMBER: _ClassVar[int]
    BOOT_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    hostname: str
    os: str
    architecture: str
    agent_version: str
    runtime: str
    boot_unix_nano: int
    def __init__(self, hostname: _Optional[str] = ..., os: _Optional[str] = ..., architecture: _Optional[str] = ..., agent_version: _Optional[str] = ..., runtime: _Optional[str] = ..., boot_unix_nano: _Optional[int] = ...) -> None: ...

class Label(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class Batch(_message.Message):
    __slots__ = ("first_sequence", "snapshots", "dropped", "sent_unix_nano", "ack_now")
    FIRST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOTS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    SENT_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    ACK_NOW_FIELD_NUMBER: _ClassVar[int]
    first_sequence: int
    snapshots: _containers.RepeatedCompositeFieldContainer[MetricSnapshot]
    dropped: int
    sent_unix_nano: int
    ack_now: bool
    def __init__(self, first_sequence: _Optional[int] = ..., snapshots: _Optional[_Iterable[_Union[MetricSnapshot, _Mapping]]] = ..., dropped: _Optional[int] = ..., sent_unix_nano: _Optional[int] = ..., ack_now: bool = ...) -> None: ...

class Goodbye(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class LeaderMessage(_message.Message):
    __slots__ = ("welcome", "ack", "directive", "draining")
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    ACK_FIELD_NUMBER: _ClassVar[int]
    DIRECTIVE_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    welcome: Welcome
    ack: Ack
    directive: Directive
    draining: Draining
    def __init__(self, welcome: _Optional[_Union[Welcome, _Mapping]] = ..., ack: _Optional[_Union[Ack, _Mapping]] = ..., directive: _Optional[_Union[Directive, _Mapping]] = ..., draining: _Optional[_Union[Draining, _Mapping]] = ...) -> None: ...

class Welcome(_message.Message):
    __slots__ = ("resume_sequence", "pace", "window", "leader_time_unix_nano", "leader_version")
    RESUME_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PACE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    LEADER_TIME_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    LEADER_VERSION_FIELD_NUMBER: _ClassVar[int]
    resume_sequence: int
    pace: Pace
    window: int
    leader_time_unix_nano: int
    leader_version: str
    def __init__(self, resume_sequence: _Optional[int] = ..., pace: _Optional[_Union[Pace, _Mapping]] = ..., window: _Optional[int] = ..., leader_time_unix_nano: _Optional[int] = ..., leader_version: _Optional[str] = ...) -> None: ...

class Pace(_message.Message):
    __slots__ = ("sample_interval_ms", "report_interval_ms", "report_phase_ms")
    SAMPLE_INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    REPORT_INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    REPORT_PHASE_MS_FIELD_NUMBER: _ClassVar[int]
    sample_interval_ms: int
    report_interval_ms: int
    report_phase_ms: int
    def __init__(self, sample_interval_ms: _Optional[int] = ..., report_interval_ms: _Optional[int] = ..., report_phase_ms: _Optional[int] = ...) -> None: ...

class Ack(_message.Message):
    __slots__ = ("durable_sequence", "rejections")
    DURABLE_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REJECTIONS_FIELD_NUMBER: _ClassVar[int]
    durable_sequence: int
    rejections: _containers.RepeatedCompositeFieldContainer[Rejection]
    def __init__(self, durable_sequence: _Optional[int] = ..., rejections: _Optional[_Iterable[_Union[Rejection, _Mapping]]] = ...) -> None: ...

class Rejection(_message.Message):
    __slots__ = ("sequence", "reason", "detail")
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REASON_UNSPECIFIED: _ClassVar[Rejection.Reason]
        MALFORMED: _ClassVar[Rejection.Reason]
        NOT_FINITE: _ClassVar[Rejection.Reason]
        NEGATIVE_COUNTER: _ClassVar[Rejection.Reason]
        TIME_OUT_OF_RANGE: _ClassVar[Rejection.Reason]
        TOO_MANY_COLUMNS: _ClassVar[Rejection.Reason]
        BAD_NAME: _ClassVar[Rejection.Reason]
    REASON_UNSPECIFIED: Rejection.Reason
    MALFORMED: Rejection.Reason
    NOT_FINITE: Rejection.Reason
    NEGATIVE_COUNTER: Rejection.Reason
    TIME_OUT_OF_RANGE: Rejection.Reason
    TOO_MANY_COLUMNS: Rejection.Reason
    BAD_NAME: Rejection.Reason
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    reason: Rejection.Reason
    detail: str
    def __init__(self, sequence: _Optional[int] = ..., reason: _Optional[_Union[Rejection.Reason, str]] = ..., detail: _Optional[str] = ...) -> None: ...

class Directive(_message.Message):
    __slots__ = ("pace",)
    PACE_FIELD_NUMBER: _ClassVar[int]
    pace: Pace
    def __init__(self, pace: _Optional[_Union[Pace, _Mapping]] = ...) -> None: ...

class Draining(_message.Message):
    __slots__ = ("retry_delay_ms", "reason")
    RETRY_DELAY_MS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    retry_delay_ms: int
    reason: str
    def __init__(self, retry_delay_ms: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class MetricSnapshot(_message.Message):
    __slots__ = ("node_id", "instance_id", "sequence", "time_unix_nano", "system", "application", "custom", "agent")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    instance_id: str
    sequence: int
    time_unix_nano: int
    system: SystemMetrics
    application: ApplicationMetrics
    custom: _containers.RepeatedCompositeFieldContainer[CustomMetric]
    agent: AgentMetrics
    def __init__(self, node_id: _Optional[str] = ..., instance_id: _Optional[str] = ..., sequence: _Optional[int] = ..., time_unix_nano: _Optional[int] = ..., system: _Optional[_Union[SystemMetrics, _Mapping]] = ..., application: _Optional[_Union[ApplicationMetrics, _Mapping]] = ..., custom: _Optional[_Iterable[_Union[CustomMetric, _Mapping]]] = ..., agent: _Optional[_Union[AgentMetrics, _Mapping]] = ...) -> None: ...

class SystemMetrics(_message.Message):
    __slots__ = ("cpu", "memory", "swap", "disk", "network", "processes", "temperatures", "uptime_seconds", "host_uptime_seconds")
    CPU_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    SWAP_FIELD_NUMBER: _ClassVar[int]
    DISK_FIELD_NUMBER: _ClassVar[int]
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    PROCESSES_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURES_FIELD_NUMBER: _ClassVar[int]
    UPTIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    HOST_UPTIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    cpu: CpuMetrics
    memory: MemoryMetrics
    swap: SwapMetrics
    disk: DiskMetrics
    network: NetworkMetrics
    processes: ProcessMetrics
    temperatures: _containers.RepeatedCompositeFieldContainer[Temperature]
    uptime_seconds: float
    host_uptime_seconds: float
    def __init__(self, cpu: _Optional[_Union[CpuMetrics, _Mapping]] = ..., memory: _Optional[_Union[MemoryMetrics, _Mapping]] = ..., swap: _Optional[_Union[SwapMetrics, _Mapping]] = ..., disk: _Optional[_Union[DiskMetrics, _Mapping]] = ..., network: _Optional[_Union[NetworkMetrics, _Mapping]] = ..., processes: _Optional[_Union[ProcessMetrics, _Mapping]] = ..., temperatures: _Optional[_Iterable[_Union[Temperature, _Mapping]]] = ..., uptime_seconds: _Optional[float] = ..., host_uptime_seconds: _Optional[float] = ...) -> None: ...

class CpuMetrics(_message.Message):
    __slots__ = ("percent", "count", "user_percent", "system_percent", "iowait_percent", "steal_percent", "load_1m", "load_5m", "load_15m", "cores")
    class Core(_message.Message):
        __slots__ = ("core", "percent")
        CORE_FIELD_NUMBER: _ClassVar[int]
        PERCENT_FIELD_NUMBER: _ClassVar[int]
        core: int
        percent: float
        def __init__(self, core: _Optional[int] = ..., percent: _Optional[float] = ...) -> None: ...
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    USER_PERCENT_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_PERCENT_FIELD_NUMBER: _ClassVar[int]
    IOWAIT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    STEAL_PERCENT_FIELD_NUMBER: _ClassVar[int]
    LOAD_1M_FIELD_NUMBER: _ClassVar[int]
    LOAD_5M_FIELD_NUMBER: _ClassVar[int]
    LOAD_15M_FIELD_NUMBER: _ClassVar[int]
    CORES_FIELD_NUMBER: _ClassVar[int]
    percent: float
    count: int
    user_percent: float
    system_percent: float
    iowait_percent: float
    steal_percent: float
    load_1m: float
    load_5m: float
    load_15m: float
    cores: _containers.RepeatedCompositeFieldContainer[CpuMetrics.Core]
    def __init__(self, percent: _Optional[float] = ..., count: _Optional[int] = ..., user_percent: _Optional[float] = ..., system_percent: _Optional[float] = ..., iowait_percent: _Optional[float] = ..., steal_percent: _Optional[float] = ..., load_1m: _Optional[float] = ..., load_5m: _Optional[float] = ..., load_15m: _Optional[float] = ..., cores: _Optional[_Iterable[_Union[CpuMetrics.Core, _Mapping]]] = ...) -> None: ...

class MemoryMetrics(_message.Message):
    __slots__ = ("total_bytes", "available_bytes", "used_bytes", "cached_bytes", "buffers_bytes", "percent")
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_BYTES_FIELD_NUMBER: _ClassVar[int]
    USED_BYTES_FIELD_NUMBER: _ClassVar[int]
    CACHED_BYTES_FIELD_NUMBER: _ClassVar[int]
    BUFFERS_BYTES_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    total_bytes: int
    available_bytes: int
    used_bytes: int
    cached_bytes: int
    buffers_bytes: int
    percent: float
    def __init__(self, total_bytes: _Optional[int] = ..., available_bytes: _Optional[int] = ..., used_bytes: _Optional[int] = ..., cached_bytes: _Optional[int] = ..., buffers_bytes: _Optional[int] = ..., percent: _Optional[float] = ...) -> None: ...

class SwapMetrics(_message.Message):
    __slots__ = ("total_bytes", "used_bytes", "percent", "in_bytes", "out_bytes")
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    USED_BYTES_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    IN_BYTES_FIELD_NUMBER: _ClassVar[int]
    OUT_BYTES_FIELD_NUMBER: _ClassVar[int]
    total_bytes: int
    used_bytes: int
    percent: float
    in_bytes: int
    out_bytes: int
    def __init__(self, total_bytes: _Optional[int] = ..., used_bytes: _Optional[int] = ..., percent: _Optional[float] = ..., in_bytes: _Optional[int] = ..., out_bytes: _Optional[int] = ...) -> None: ...

class DiskMetrics(_message.Message):
    __slots__ = ("total_bytes", "used_bytes", "percent", "read_bytes", "write_bytes", "reads", "writes", "mounts")
    class Mount(_message.Message):
        __slots__ = ("mountpoint", "total_bytes", "used_bytes", "percent")
        MOUNTPOINT_FIELD_NUMBER: _ClassVar[int]
        TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
        USED_BYTES_FIELD_NUMBER: _ClassVar[int]
        PERCENT_FIELD_NUMBER: _ClassVar[int]
        mountpoint: str
        total_bytes: int
        used_bytes: int
        percent: float
        def __init__(self, mountpoint: _Optional[str] = ..., total_bytes: _Optional[int] = ..., used_bytes: _Optional[int] = ..., percent: _Optional[float] = ...) -> None: ...
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    USED_BYTES_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    READ_BYTES_FIELD_NUMBER: _ClassVar[int]
    WRITE_BYTES_FIELD_NUMBER: _ClassVar[int]
    READS_FIELD_NUMBER: _ClassVar[int]
    WRITES_FIELD_NUMBER: _ClassVar[int]
    MOUNTS_FIELD_NUMBER: _ClassVar[int]
    total_bytes: int
    used_bytes: int
    percent: float
    read_bytes: int
    write_bytes: int
    reads: int
    writes: int
    mounts: _containers.RepeatedCompositeFieldContainer[DiskMetrics.Mount]
    def __init__(self, total_bytes: _Optional[int] = ..., used_bytes: _Optional[int] = ..., percent: _Optional[float] = ..., read_bytes: _Optional[int] = ..., write_bytes: _Optional[int] = ..., reads: _Optional[int] = ..., writes: _Optional[int] = ..., mounts: _Optional[_Iterable[_Union[DiskMetrics.Mount, _Mapping]]] = ...) -> None: ...

class NetworkMetrics(_message.Message):
    __slots__ = ("bytes_sent", "bytes_recv", "packets_sent", "packets_recv", "errors_in", "errors_out", "drops_in", "drops_out", "sockets_used", "tcp_in_use", "tcp_time_wait", "udp_in_use", "interfaces")
    class Interface(_message.Message):
        __slots__ = ("name", "bytes_sent", "bytes_recv")
        NAME_FIELD_NUMBER: _ClassVar[int]
        BYTES_SENT_FIELD_NUMBER: _ClassVar[int]
        BYTES_RECV_FIELD_NUMBER: _ClassVar[int]
        name: str
        bytes_sent: int
        bytes_recv: int
        def __init__(self, name: _Optional[str] = ..., bytes_sent: _Optional[int] = ..., bytes_recv: _Optional[int] = ...) -> None: ...
    BYTES_SENT_FIELD_NUMBER: _ClassVar[int]
    BYTES_RECV_FIELD_NUMBER: _ClassVar[int]
    PACKETS_SENT_FIELD_NUMBER: _ClassVar[int]
    PACKETS_RECV_FIELD_NUMBER: _ClassVar[int]
    ERRORS_IN_FIELD_NUMBER: _ClassVar[int]
    ERRORS_OUT_FIELD_NUMBER: _ClassVar[int]
    DROPS_IN_FIELD_NUMBER: _ClassVar[int]
    DROPS_OUT_FIELD_NUMBER: _ClassVar[int]
    SOCKETS_USED_FIELD_NUMBER: _ClassVar[int]
    TCP_IN_USE_FIELD_NUMBER: _ClassVar[int]
    TCP_TIME_WAIT_FIELD_NUMBER: _ClassVar[int]
    UDP_IN_USE_FIELD_NUMBER: _ClassVar[int]
    INTERFACES_FIELD_NUMBER: _ClassVar[int]
    bytes_sent: int
    bytes_recv: int
    packets_sent: int
    packets_recv: int
    errors_in: int
    errors_out: int
    drops_in: int
    drops_out: int
    sockets_used: int
    tcp_in_use: int
    tcp_time_wait: int
    udp_in_use: int
    interfaces: _containers.RepeatedCompositeFieldContainer[NetworkMetrics.Interface]
    def __init__(self, bytes_sent: _Optional[int] = ..., bytes_recv: _Optional[int] = ..., packets_sent: _Optional[int] = ..., packets_recv: _Optional[int] = ..., errors_in: _Optional[int] = ..., errors_out: _Optional[int] = ..., drops_in: _Optional[int] = ..., drops_out: _Optional[int] = ..., sockets_used: _Optional[int] = ..., tcp_in_use: _Optional[int] = ..., tcp_time_wait: _Optional[int] = ..., udp_in_use: _Optional[int] = ..., interfaces: _Optional[_Iterable[_Union[NetworkMetrics.Interface, _Mapping]]] = ...) -> None: ...

class ProcessMetrics(_message.Message):
    __slots__ = ("count", "running", "blocked", "top")
    class Process(_message.Message):
        __slots__ = ("name", "cpu_percent", "rss_bytes")
        NAME_FIELD_NUMBER: _ClassVar[int]
        CPU_PERCENT_FIELD_NUMBER: _ClassVar[int]
        RSS_BYTES_FIELD_NUMBER: _ClassVar[int]
        name: str
        cpu_percent: float
        rss_bytes: int
        def __init__(self, name: _Optional[str] = ..., cpu_percent: _Optional[float] = ..., rss_bytes: _Optional[int] = ...) -> None: ...
    COUNT_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    count: int
    running: int
    blocked: int
    top: _containers.RepeatedCompositeFieldContainer[ProcessMetrics.Process]
    def __init__(self, count: _Optional[int] = ..., running: _Optional[int] = ..., blocked: _Optional[int] = ..., top: _Optional[_Iterable[_Union[ProcessMetrics.Process, _Mapping]]] = ...) -> None: ...

class Temperature(_message.Message):
    __slots__ = ("sensor", "celsius")
    SENSOR_FIELD_NUMBER: _ClassVar[int]
    CELSIUS_FIELD_NUMBER: _ClassVar[int]
    sensor: str
    celsius: float
    def __init__(self, sensor: _Optional[str] = ..., celsius: _Optional[float] = ...) -> None: ...

class ApplicationMetrics(_message.Message):
    __slots__ = ("requests", "errors", "active_connections", "operations")
    class Requests(_message.Message):
        __slots__ = ("kind", "count")
        KIND_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        kind: str
        count: int
        def __init__(self, kind: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...
    class Errors(_message.Message):
        __slots__ = ("kind", "count")
        KIND_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        kind: str
        count: int
        def __init__(self, kind: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...
    class Operation(_message.Message):
        __slots__ = ("method", "tool", "errors", "calls", "duration_seconds", "buckets")
        METHOD_FIELD_NUMBER: _ClassVar[int]
        TOOL_FIELD_NUMBER: _ClassVar[int]
        ERRORS_FIELD_NUMBER: _ClassVar[int]
        CALLS_FIELD_NUMBER: _ClassVar[int]
        DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
        BUCKETS_FIELD_NUMBER: _ClassVar[int]
        method: str
        tool: str
        errors: int
        calls: int
        duration_seconds: float
        buckets: _containers.RepeatedCompositeFieldContainer[ApplicationMetrics.Bucket]
        def __init__(self, method: _Optional[str] = ..., tool: _Optional[str] = ..., errors: _Optional[int] = ..., calls: _Optional[int] = ..., duration_seconds: _Optional[float] = ..., buckets: _Optional[_Iterable[_Union[ApplicationMetrics.Bucket, _Mapping]]] = ...) -> None: ...
    class Bucket(_message.Message):
        __slots__ = ("at_most_seconds", "count")
        AT_MOST_SECONDS_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        at_most_seconds: float
        count: int
        def __init__(self, at_most_seconds: _Optional[float] = ..., count: _Optional[int] = ...) -> None: ...
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[ApplicationMetrics.Requests]
    errors: _containers.RepeatedCompositeFieldContainer[ApplicationMetrics.Errors]
    active_connections: int
    operations: _containers.RepeatedCompositeFieldContainer[ApplicationMetrics.Operation]
    def __init__(self, requests: _Optional[_Iterable[_Union[ApplicationMetrics.Requests, _Mapping]]] = ..., errors: _Optional[_Iterable[_Union[ApplicationMetrics.Errors, _Mapping]]] = ..., active_connections: _Optional[int] = ..., operations: _Optional[_Iterable[_Union[ApplicationMetrics.Operation, _Mapping]]] = ...) -> None: ...

class CustomMetric(_message.Message):
    __slots__ = ("name", "unit", "labels", "gauge", "counter", "histogram")
    NAME_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    GAUGE_FIELD_NUMBER: _ClassVar[int]
    COUNTER_FIELD_NUMBER: _ClassVar[int]
    HISTOGRAM_FIELD_NUMBER: _ClassVar[int]
    name: str
    unit: str
    labels: _containers.RepeatedCompositeFieldContainer[Label]
    gauge: float
    counter: float
    histogram: Histogram
    def __init__(self, name: _Optional[str] = ..., unit: _Optional[str] = ..., labels: _Optional[_Iterable[_Union[Label, _Mapping]]] = ..., gauge: _Optional[float] = ..., counter: _Optional[float] = ..., histogram: _Optional[_Union[Histogram, _Mapping]] = ...) -> None: ...

class Histogram(_message.Message):
    __slots__ = ("count", "sum", "buckets")
    class Bucket(_message.Message):
        __slots__ = ("at_most", "count")
        AT_MOST_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        at_most: float
        count: int
        def __init__(self, at_most: _Optional[float] = ..., count: _Optional[int] = ...) -> None: ...
    COUNT_FIELD_NUMBER: _ClassVar[int]
    SUM_FIELD_NUMBER: _ClassVar[int]
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    count: int
    sum: float
    buckets: _containers.RepeatedCompositeFieldContainer[Histogram.Bucket]
    def __init__(self, count: _Optional[int] = ..., sum: _Optional[float] = ..., buckets: _Optional[_Iterable[_Union[Histogram.Bucket, _Mapping]]] = ...) -> None: ...

class AgentMetrics(_message.Message):
    __slots__ = ("cpu_seconds", "rss_bytes", "ticks_skipped", "outbox_snapshots", "outbox_dropped", "collector_errors")
    class CollectorErrors(_message.Message):
        __slots__ = ("collector", "count")
        COLLECTOR_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        collector: str
        count: int
        def __init__(self, collector: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...
    CPU_SECONDS_FIELD_NUMBER: _ClassVar[int]
    RSS_BYTES_FIELD_NUMBER: _ClassVar[int]
    TICKS_SKIPPED_FIELD_NUMBER: _ClassVar[int]
    OUTBOX_SNAPSHOTS_FIELD_NUMBER: _ClassVar[int]
    OUTBOX_DROPPED_FIELD_NUMBER: _ClassVar[int]
    COLLECTOR_ERRORS_FIELD_NUMBER: _ClassVar[int]
    cpu_seconds: float
    rss_bytes: int
    ticks_skipped: int
    outbox_snapshots: int
    outbox_dropped: int
    collector_errors: _containers.RepeatedCompositeFieldContainer[AgentMetrics.CollectorErrors]
    def __init__(self, cpu_seconds: _Optional[float] = ..., rss_bytes: _Optional[int] = ..., ticks_skipped: _Optional[int] = ..., outbox_snapshots: _Optional[int] = ..., outbox_dropped: _Optional[int] = ..., collector_errors: _Optional[_Iterable[_Union[AgentMetrics.CollectorErrors, _Mapping]]] = ...) -> None: ...

class Column(_message.Message):
    __slots__ = ("name", "unit", "kind")
    NAME_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    name: str
    unit: str
    kind: ColumnKind
    def __init__(self, name: _Optional[str] = ..., unit: _Optional[str] = ..., kind: _Optional[_Union[ColumnKind, str]] = ...) -> None: ...

class Node(_message.Message):
    __slots__ = ("node_id", "state", "instance_id", "host", "labels", "first_seen_unix_nano", "last_seen_unix_nano", "state_since_unix_nano", "process_start_unix_nano", "durable_sequence", "pace", "clock_offset_ms", "counts", "address")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    STATE_SINCE_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    PROCESS_START_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    DURABLE_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PACE_FIELD_NUMBER: _ClassVar[int]
    CLOCK_OFFSET_MS_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    state: NodeState
    instance_id: str
    host: HostFacts
    labels: _containers.RepeatedCompositeFieldContainer[Label]
    first_seen_unix_nano: int
    last_seen_unix_nano: int
    state_since_unix_nano: int
    process_start_unix_nano: int
    durable_sequence: int
    pace: Pace
    clock_offset_ms: int
    counts: NodeCounts
    address: str
    def __init__(self, node_id: _Optional[str] = ..., state: _Optional[_Union[NodeState, str]] = ..., instance_id: _Optional[str] = ..., host: _Optional[_Union[HostFacts, _Mapping]] = ..., labels: _Optional[_Iterable[_Union[Label, _Mapping]]] = ..., first_seen_unix_nano: _Optional[int] = ..., last_seen_unix_nano: _Optional[int] = ..., state_since_unix_nano: _Optional[int] = ..., process_start_unix_nano: _Optional[int] = ..., durable_sequence: _Optional[int] = ..., pace: _Optional[_Union[Pace, _Mapping]] = ..., clock_offset_ms: _Optional[int] = ..., counts: _Optional[_Union[NodeCounts, _Mapping]] = ..., address: _Optional[str] = ...) -> None: ...

class NodeCounts(_message.Message):
    __slots__ = ("stored", "gaps", "dropped", "rejected", "duplicates", "late")
    STORED_FIELD_NUMBER: _ClassVar[int]
    GAPS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    stored: int
    gaps: int
    dropped: int
    rejected: int
    duplicates: int
    late: int
    def __init__(self, stored: _Optional[int] = ..., gaps: _Optional[int] = ..., dropped: _Optional[int] = ..., rejected: _Optional[int] = ..., duplicates: _Optional[int] = ..., late: _Optional[int] = ...) -> None: ...

class ListNodesRequest(_message.Message):
    __slots__ = ("node_ids", "without_nodes")
    NODE_IDS_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_NODES_FIELD_NUMBER: _ClassVar[int]
    node_ids: _containers.RepeatedScalarFieldContainer[str]
    without_nodes: bool
    def __init__(self, node_ids: _Optional[_Iterable[str]] = ..., without_nodes: bool = ...) -> None: ...

class ListNodesResponse(_message.Message):
    __slots__ = ("nodes", "leader_time_unix_nano", "leader")
    NODES_FIELD_NUMBER: _ClassVar[int]
    LEADER_TIME_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    LEADER_FIELD_NUMBER: _ClassVar[int]
    nodes: _containers.RepeatedCompositeFieldContainer[Node]
    leader_time_unix_nano: int
    leader: LeaderHealth
    def __init__(self, nodes: _Optional[_Iterable[_Union[Node, _Mapping]]] = ..., leader_time_unix_nano: _Optional[int] = ..., leader: _Optional[_Union[LeaderHealth, _Mapping]] = ...) -> None: ...

class LeaderHealth(_message.Message):
    __slots__ = ("refused_commits", "refused_flushes", "damaged_files", "damaged_segments", "damaged_bytes", "forgotten_nodes", "coalesced_samples", "journal_bytes", "ring_bytes", "start_unix_nano", "version", "refused_upkeep", "refused_queries", "disk_refuses", "received_snapshots", "received_values", "received_bytes", "unflushed_snapshots", "commit_seconds", "loop_delay_seconds", "ring_limit_bytes", "cache_bytes", "cache_limit_bytes", "resident_bytes", "cpu_seconds", "sample_file_bytes", "rollup_file_bytes", "disk_free_bytes", "watchers", "running_queries", "waiting_queries", "pending_backfill_records", "storage", "metrics_dir", "refused_streams", "ended_parts")
    REFUSED_COMMITS_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FLUSHES_FIELD_NUMBER: _ClassVar[int]
    DAMAGED_FILES_FIELD_NUMBER: _ClassVar[int]
    DAMAGED_SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    DAMAGED_BYTES_FIELD_NUMBER: _ClassVar[int]
    FORGOTTEN_NODES_FIELD_NUMBER: _ClassVar[int]
    COALESCED_SAMPLES_FIELD_NUMBER: _ClassVar[int]
    JOURNAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    RING_BYTES_FIELD_NUMBER: _ClassVar[int]
    START_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REFUSED_UPKEEP_FIELD_NUMBER: _ClassVar[int]
    REFUSED_QUERIES_FIELD_NUMBER: _ClassVar[int]
    DISK_REFUSES_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_SNAPSHOTS_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_VALUES_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_BYTES_FIELD_NUMBER: _ClassVar[int]
    UNFLUSHED_SNAPSHOTS_FIELD_NUMBER: _ClassVar[int]
    COMMIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    LOOP_DELAY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    RING_LIMIT_BYTES_FIELD_NUMBER: _ClassVar[int]
    CACHE_BYTES_FIELD_NUMBER: _ClassVar[int]
    CACHE_LIMIT_BYTES_FIELD_NUMBER: _ClassVar[int]
    RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    CPU_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FILE_BYTES_FIELD_NUMBER: _ClassVar[int]
    ROLLUP_FILE_BYTES_FIELD_NUMBER: _ClassVar[int]
    DISK_FREE_BYTES_FIELD_NUMBER: _ClassVar[int]
    WATCHERS_FIELD_NUMBER: _ClassVar[int]
    RUNNING_QUERIES_FIELD_NUMBER: _ClassVar[int]
    WAITING_QUERIES_FIELD_NUMBER: _ClassVar[int]
    PENDING_BACKFILL_RECORDS_FIELD_NUMBER: _ClassVar[int]
    STORAGE_FIELD_NUMBER: _ClassVar[int]
    METRICS_DIR_FIELD_NUMBER: _ClassVar[int]
    REFUSED_STREAMS_FIELD_NUMBER: _ClassVar[int]
    ENDED_PARTS_FIELD_NUMBER: _ClassVar[int]
    refused_commits: int
    refused_flushes: int
    damaged_files: int
    damaged_segments: int
    damaged_bytes: int
    forgotten_nodes: int
    coalesced_samples: int
    journal_bytes: int
    ring_bytes: int
    start_unix_nano: int
    version: str
    refused_upkeep: int
    refused_queries: int
    disk_refuses: bool
    received_snapshots: int
    received_values: int
    received_bytes: int
    unflushed_snapshots: int
    commit_seconds: float
    loop_delay_seconds: float
    ring_limit_bytes: int
    cache_bytes: int
    cache_limit_bytes: int
    resident_bytes: int
    cpu_seconds: float
    sample_file_bytes: int
    rollup_file_bytes: int
    disk_free_bytes: int
    watchers: int
    running_queries: int
    waiting_queries: int
    pending_backfill_records: int
    storage: str
    metrics_dir: str
    refused_streams: int
    ended_parts: int
    def __init__(self, refused_commits: _Optional[int] = ..., refused_flushes: _Optional[int] = ..., damaged_files: _Optional[int] = ..., damaged_segments: _Optional[int] = ..., damaged_bytes: _Optional[int] = ..., forgotten_nodes: _Optional[int] = ..., coalesced_samples: _Optional[int] = ..., journal_bytes: _Optional[int] = ..., ring_bytes: _Optional[int] = ..., start_unix_nano: _Optional[int] = ..., version: _Optional[str] = ..., refused_upkeep: _Optional[int] = ..., refused_queries: _Optional[int] = ..., disk_refuses: bool = ..., received_snapshots: _Optional[int] = ..., received_values: _Optional[int] = ..., received_bytes: _Optional[int] = ..., unflushed_snapshots: _Optional[int] = ..., commit_seconds: _Optional[float] = ..., loop_delay_seconds: _Optional[float] = ..., ring_limit_bytes: _Optional[int] = ..., cache_bytes: _Optional[int] = ..., cache_limit_bytes: _Optional[int] = ..., resident_bytes: _Optional[int] = ..., cpu_seconds: _Optional[float] = ..., sample_file_bytes: _Optional[int] = ..., rollup_file_bytes: _Optional[int] = ..., disk_free_bytes: _Optional[int] = ..., watchers: _Optional[int] = ..., running_queries: _Optional[int] = ..., waiting_queries: _Optional[int] = ..., pending_backfill_records: _Optional[int] = ..., storage: _Optional[str] = ..., metrics_dir: _Optional[str] = ..., refused_streams: _Optional[int] = ..., ended_parts: _Optional[int] = ...) -> None: ...

class ListColumnsRequest(_message.Message):
    __slots__ = ("node_ids", "labels")
    NODE_IDS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    node_ids: _containers.RepeatedScalarFieldContainer[str]
    labels: _containers.RepeatedCompositeFieldContainer[Label]
    def __init__(self, node_ids: _Optional[_Iterable[str]] = ..., labels: _Optional[_Iterable[_Union[Label, _Mapping]]] = ...) -> None: ...

class ListColumnsResponse(_message.Message):
    __slots__ = ("columns",)
    class ColumnUse(_message.Message):
        __slots__ = ("column", "nodes")
        COLUMN_FIELD_NUMBER: _ClassVar[int]
        NODES_FIELD_NUMBER: _ClassVar[int]
        column: Column
        nodes: int
        def __init__(self, column: _Optional[_Union[Column, _Mapping]] = ..., nodes: _Optional[int] = ...) -> None: ...
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[ListColumnsResponse.ColumnUse]
    def __init__(self, columns: _Optional[_Iterable[_Union[ListColumnsResponse.ColumnUse, _Mapping]]] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("id", "time_unix_nano", "node_id", "kind", "count", "detail")
    ID_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    id: int
    time_unix_nano: int
    node_id: str
    kind: EventKind
    count: int
    detail: str
    def __init__(self, id: _Optional[int] = ..., time_unix_nano: _Optional[int] = ..., node_id: _Optional[str] = ..., kind: _Optional[_Union[EventKind, str]] = ..., count: _Optional[int] = ..., detail: _Optional[str] = ...) -> None: ...

class ListEventsRequest(_message.Message):
    __slots__ = ("node_ids", "kinds", "start_unix_nano", "end_unix_nano", "limit", "before_id", "count_kinds")
    NODE_IDS_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    START_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    END_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    BEFORE_ID_FIELD_NUMBER: _ClassVar[int]
    COUNT_KINDS_FIELD_NUMBER: _ClassVar[int]
    node_ids: _containers.RepeatedScalarFieldContainer[str]
    kinds: _containers.RepeatedScalarFieldContainer[EventKind]
    start_unix_nano: int
    end_unix_nano: int
    limit: int
    before_id: int
    count_kinds: bool
    def __init__(self, node_ids: _Optional[_Iterable[str]] = ..., kinds: _Optional[_Iterable[_Union[EventKind, str]]] = ..., start_unix_nano: _Optional[int] = ..., end_unix_nano: _Optional[int] = ..., limit: _Optional[int] = ..., before_id: _Optional[int] = ..., count_kinds: bool = ...) -> None: ...

class ListEventsResponse(_message.Message):
    __slots__ = ("events", "has_more", "kinds")
    class KindCount(_message.Message):
        __slots__ = ("kind", "events")
        KIND_FIELD_NUMBER: _ClassVar[int]
        EVENTS_FIELD_NUMBER: _ClassVar[int]
        kind: EventKind
        events: int
        def __init__(self, kind: _Optional[_Union[EventKind, str]] = ..., events: _Optional[int] = ...) -> None: ...
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    HAS_MORE_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    has_more: bool
    kinds: _containers.RepeatedCompositeFieldContainer[ListEventsResponse.KindCount]
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., has_more: bool = ..., kinds: _Optional[_Iterable[_Union[ListEventsResponse.KindCount, _Mapping]]] = ...) -> None: ...

class Dashboard(_message.Message):
    __slots__ = ("id", "title", "description", "revision", "changed_unix_nano", "is_shipped", "range", "panels")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CHANGED_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    IS_SHIPPED_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    PANELS_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    description: str
    revision: int
    changed_unix_nano: int
    is_shipped: bool
    range: str
    panels: _containers.RepeatedCompositeFieldContainer[Panel]
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., revision: _Optional[int] = ..., changed_unix_nano: _Optional[int] = ..., is_shipped: bool = ..., range: _Optional[str] = ..., panels: _Optional[_Iterable[_Union[Panel, _Mapping]]] = ...) -> None: ...

class Panel(_message.Message):
    __slots__ = ("title", "kind", "x", "y", "width", "height", "node_ids", "labels", "columns", "counters", "aggregate", "group_by", "text")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LINES: _ClassVar[Panel.Kind]
        STACK: _ClassVar[Panel.Kind]
        FIGURE: _ClassVar[Panel.Kind]
        TABLE: _ClassVar[Panel.Kind]
        TEXT: _ClassVar[Panel.Kind]
    LINES: Panel.Kind
    STACK: Panel.Kind
    FIGURE: Panel.Kind
    TABLE: Panel.Kind
    TEXT: Panel.Kind
    class Counters(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PER_SECOND: _ClassVar[Panel.Counters]
        TOTAL: _ClassVar[Panel.Counters]
        INCREASE: _ClassVar[Panel.Counters]
    PER_SECOND: Panel.Counters
    TOTAL: Panel.Counters
    INCREASE: Panel.Counters
    TITLE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    NODE_IDS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    AGGREGATE_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    title: str
    kind: Panel.Kind
    x: int
    y: int
    width: int
    height: int
    node_ids: _containers.RepeatedScalarFieldContainer[str]
    labels: _containers.RepeatedCompositeFieldContainer[Label]
    columns: _containers.RepeatedScalarFieldContainer[str]
    counters: Panel.Counters
    aggregate: QueryRangeRequest.Aggregate
    group_by: _containers.RepeatedScalarFieldContainer[str]
    text: str
    def __init__(self, title: _Optional[str] = ..., kind: _Optional[_Union[Panel.Kind, str]] = ..., x: _Optional[int] = ..., y: _Optional[int] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., node_ids: _Optional[_Iterable[str]] = ..., labels: _Optional[_Iterable[_Union[Label, _Mapping]]] = ..., columns: _Optional[_Iterable[str]] = ..., counters: _Optional[_Union[Panel.Counters, str]] = ..., aggregate: _Optional[_Union[QueryRangeRequest.Aggregate, str]] = ..., group_by: _Optional[_Iterable[str]] = ..., text: _Optional[str] = ...) -> None: ...

class ListDashboardsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListDashboardsResponse(_message.Message):
    __slots__ = ("dashboards",)
    DASHBOARDS_FIELD_NUMBER: _ClassVar[int]
    dashboards: _containers.RepeatedCompositeFieldContainer[Dashboard]
    def __init__(self, dashboards: _Optional[_Iterable[_Union[Dashboard, _Mapping]]] = ...) -> None: ...

class GetDashboardRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class DeleteDashboardRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class DeleteDashboardResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ColumnSet(_message.Message):
    __slots__ = ("id", "columns")
    ID_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    id: int
    columns: _containers.RepeatedCompositeFieldContainer[Column]
    def __init__(self, id: _Optional[int] = ..., columns: _Optional[_Iterable[_Union[Column, _Mapping]]] = ...) -> None: ...

class Samples(_message.Message):
    __slots__ = ("node_id", "column_set", "times_unix_nano", "values", "sequences")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    COLUMN_SET_FIELD_NUMBER: _ClassVar[int]
    TIMES_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    SEQUENCES_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    column_set: int
    times_unix_nano: _containers.RepeatedScalarFieldContainer[int]
    values: _containers.RepeatedScalarFieldContainer[float]
    sequences: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, node_id: _Optional[str] = ..., column_set: _Optional[int] = ..., times_unix_nano: _Optional[_Iterable[int]] = ..., values: _Optional[_Iterable[float]] = ..., sequences: _Optional[_Iterable[int]] = ...) -> None: ...

class GetLatestRequest(_message.Message):
    __slots__ = ("node_ids", "columns")
    NODE_IDS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    node_ids: _containers.RepeatedScalarFieldContainer[str]
    columns: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, node_ids: _Optional[_Iterable[str]] = ..., columns: _Optional[_Iterable[str]] = ...) -> None: ...

class GetLatestResponse(_message.Message):
    __slots__ = ("column_sets", "samples")
    COLUMN_SETS_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    column_sets: _containers.RepeatedCompositeFieldContainer[ColumnSet]
    samples: _containers.RepeatedCompositeFieldContainer[Samples]
    def __init__(self, column_sets: _Optional[_Iterable[_Union[ColumnSet, _Mapping]]] = ..., samples: _Optional[_Iterable[_Union[Samples, _Mapping]]] = ...) -> None: ...

class QueryRangeRequest(_message.Message):
    __slots__ = ("node_ids", "columns", "start_unix_nano", "end_unix_nano", "max_points", "transform", "aggregate", "group_by", "labels", "tier", "step_ms")
    class Transform(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VALUE: _ClassVar[QueryRangeRequest.Transform]
        RATE: _ClassVar[QueryRangeRequest.Transform]
        DELTA: _ClassVar[QueryRangeRequest.Transform]
    VALUE: QueryRangeRequest.Transform
    RATE: QueryRangeRequest.Transform
    DELTA: QueryRangeRequest.Transform
    class Aggregate(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        NONE: _ClassVar[QueryRangeRequest.Aggregate]
        SUM: _ClassVar[QueryRangeRequest.Aggregate]
        MEAN: _ClassVar[QueryRangeRequest.Aggregate]
        MIN: _ClassVar[QueryRangeRequest.Aggregate]
        MAX: _ClassVar[QueryRangeRequest.Aggregate]
        P50: _ClassVar[QueryRangeRequest.Aggregate]
        P95: _ClassVar[QueryRangeRequest.Aggregate]
        P99: _ClassVar[QueryRangeRequest.Aggregate]
    NONE: QueryRangeRequest.Aggregate
    SUM: QueryRangeRequest.Aggregate
    MEAN: QueryRangeRequest.Aggregate
    MIN: QueryRangeRequest.Aggregate
    MAX: QueryRangeRequest.Aggregate
    P50: QueryRangeRequest.Aggregate
    P95: QueryRangeRequest.Aggregate
    P99: QueryRangeRequest.Aggregate
    class Tier(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        AUTO: _ClassVar[QueryRangeRequest.Tier]
        RAW: _ClassVar[QueryRangeRequest.Tier]
        MINUTE: _ClassVar[QueryRangeRequest.Tier]
        HOUR: _ClassVar[QueryRangeRequest.Tier]
    AUTO: QueryRangeRequest.Tier
    RAW: QueryRangeRequest.Tier
    MINUTE: QueryRangeRequest.Tier
    HOUR: QueryRangeRequest.Tier
    NODE_IDS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    START_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    END_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    MAX_POINTS_FIELD_NUMBER: _ClassVar[int]
    TRANSFORM_FIELD_NUMBER: _ClassVar[int]
    AGGREGATE_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    STEP_MS_FIELD_NUMBER: _ClassVar[int]
    node_ids: _containers.RepeatedScalarFieldContainer[str]
    columns: _containers.RepeatedScalarFieldContainer[str]
    start_unix_nano: int
    end_unix_nano: int
    max_points: int
    transform: QueryRangeRequest.Transform
    aggregate: QueryRangeRequest.Aggregate
    group_by: _containers.RepeatedScalarFieldContainer[str]
    labels: _containers.RepeatedCompositeFieldContainer[Label]
    tier: QueryRangeRequest.Tier
    step_ms: int
    def __init__(self, node_ids: _Optional[_Iterable[str]] = ..., columns: _Optional[_Iterable[str]] = ..., start_unix_nano: _Optional[int] = ..., end_unix_nano: _Optional[int] = ..., max_points: _Optional[int] = ..., transform: _Optional[_Union[QueryRangeRequest.Transform, str]] = ..., aggregate: _Optional[_Union[QueryRangeRequest.Aggregate, str]] = ..., group_by: _Optional[_Iterable[str]] = ..., labels: _Optional[_Iterable[_Union[Label, _Mapping]]] = ..., tier: _Optional[_Union[QueryRangeRequest.Tier, str]] = ..., step_ms: _Optional[int] = ...) -> None: ...

class Series(_message.Message):
    __slots__ = ("node_id", "column", "times_unix_nano", "values", "group", "nodes", "tier", "step_ms")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    TIMES_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    STEP_MS_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    column: Column
    times_unix_nano: _containers.RepeatedScalarFieldContainer[int]
    values: _containers.RepeatedScalarFieldContainer[float]
    group: _containers.RepeatedCompositeFieldContainer[Label]
    nodes: int
    tier: QueryRangeRequest.Tier
    step_ms: int
    def __init__(self, node_id: _Optional[str] = ..., column: _Optional[_Union[Column, _Mapping]] = ..., times_unix_nano: _Optional[_Iterable[int]] = ..., values: _Optional[_Iterable[float]] = ..., group: _Optional[_Iterable[_Union[Label, _Mapping]]] = ..., nodes: _Optional[int] = ..., tier: _Optional[_Union[QueryRangeRequest.Tier, str]] = ..., step_ms: _Optional[int] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ("node_ids", "columns", "interval_ms", "live", "backfill_ms")
    NODE_IDS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    LIVE_FIELD_NUMBER: _ClassVar[int]
    BACKFILL_MS_FIELD_NUMBER: _ClassVar[int]
    node_ids: _containers.RepeatedScalarFieldContainer[str]
    columns: _containers.RepeatedScalarFieldContainer[str]
    interval_ms: int
    live: bool
    backfill_ms: int
    def __init__(self, node_ids: _Optional[_Iterable[str]] = ..., columns: _Optional[_Iterable[str]] = ..., interval_ms: _Optional[int] = ..., live: bool = ..., backfill_ms: _Optional[int] = ...) -> None: ...

class WatchUpdate(_message.Message):
    __slots__ = ("new_column_sets", "samples", "nodes", "coalesced", "leader_time_unix_nano", "events", "forgotten_node_ids")
    NEW_COLUMN_SETS_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    COALESCED_FIELD_NUMBER: _ClassVar[int]
    LEADER_TIME_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    FORGOTTEN_NODE_IDS_FIELD_NUMBER: _ClassVar[int]
    new_column_sets: _containers.RepeatedCompositeFieldContainer[ColumnSet]
    samples: _containers.RepeatedCompositeFieldContainer[Samples]
    nodes: _containers.RepeatedCompositeFieldContainer[Node]
    coalesced: int
    leader_time_unix_nano: int
    events: _containers.RepeatedCompositeFieldContainer[Event]
    forgotten_node_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, new_column_sets: _Optional[_Iterable[_Union[ColumnSet, _Mapping]]] = ..., samples: _Optional[_Iterable[_Union[Samples, _Mapping]]] = ..., nodes: _Optional[_Iterable[_Union[Node, _Mapping]]] = ..., coalesced: _Optional[int] = ..., leader_time_unix_nano: _Optional[int] = ..., events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., forgotten_node_ids: _Optional[_Iterable[str]] = ...) -> None: ...
