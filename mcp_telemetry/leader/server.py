"""The leader's life: start up, serve, shut down."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import socket
import sys
import time
from collections.abc import Awaitable, Coroutine
from functools import partial
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from mcp_telemetry.child import Child
from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.journal import Journal
from mcp_telemetry.leader.backfill import Backfill, Backlog
from mcp_telemetry.leader.chronicle import Chronicle
from mcp_telemetry.leader.commit import Committer
from mcp_telemetry.leader.dashboards import DashboardsService, DashboardStore
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.leader.discover import discover
from mcp_telemetry.leader.disk_use import DiskUse
from mcp_telemetry.leader.event_files import EventFiles
from mcp_telemetry.leader.fleet import Fleet
from mcp_telemetry.leader.flush import Flusher
from mcp_telemetry.leader.health import Configured, LeaderHealth
from mcp_telemetry.leader.loop_delay import LoopDelay
from mcp_telemetry.leader.pace import Pacing
from mcp_telemetry.leader.query import TelemetryQuery
from mcp_telemetry.leader.reader import Reader
from mcp_telemetry.leader.recovery import recover
from mcp_telemetry.leader.retention import Retention
from mcp_telemetry.leader.rollup import Roller
from mcp_telemetry.leader.room import Room
from mcp_telemetry.leader.stream import Intake, Received
from mcp_telemetry.leader.telemetry import Telemetry
from mcp_telemetry.leader.upkeep import Upkeep
from mcp_telemetry.leader.warm import warm
from mcp_telemetry.settings import DASHBOARDS_FOLDER, EVENTS_FOLDER, JOURNAL_FOLDER, SPOOL_FOLDER, LeaderSettings
from mcp_telemetry.storage.engines import make_storage
from mcp_telemetry.storage.rollups import Rollups
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Leader"]

log = logging.getLogger(__name__)

# The steps of a shutdown are boxed in time: together they stay under five seconds. What is not in a file by then is in
# the journal, and is written by the next start.
_DRAIN_S = 0.5
_GRACE_S = 0.5
_FLUSH_S = 1.5
_RETRY_DELAY_MS = 2000
_GC_THRESHOLD = 100_000
_SWITCH_S = 0.0005
_EVERY_INTERFACE = ("0.0.0.0", "[::]")  # noqa: S104 - compared with, not bound

_SERVER_OPTIONS = (
    # Probing for bandwidth answers each burst with pings: a third of all CPU at one small message a second and node.
    ("grpc.http2.bdp_probe", 0),
    # Set together with the nodes' keepalive: a server that allows fewer pings than clients send cuts them off.
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.so_reuseport", 0),
)


class Leader:
    """All parts of a leader, wired. ConfigurationError or StorageError when the metrics folder cannot be used."""

    def __init__(self, settings: LeaderSettings) -> None:
        self._settings = settings
        self._room = Room.of_process()
        self._journal = Journal(settings.metrics_dir / JOURNAL_FOLDER)
        self._storage = make_storage(settings.storage, settings.metrics_dir)
        self._fleet = Fleet(settings.max_nodes, settings.ring_snapshots, settings.max_columns)
        self._layouts = Layouts(settings.max_columns)
        self._rollups = Rollups(settings.metrics_dir)
        self._roller = Roller(self._storage, self._rollups, settings.flush_interval_s)
        self._retention = Retention.of(settings, self._storage, self._rollups, self._roller.finish_day)
        self._reader = Reader(self._fleet, self._storage, self._rollups, settings.cache_memory_bytes)
        self._committer = Committer(self._journal, self._fleet)
        self._backlog = Backlog()
        write = self._roller.noting(self._storage.write)
        self._backfill = Backfill(self._journal, self._backlog, write)
        self._flusher = Flusher(self._fleet, write, self._committer, self._backfill, settings.flush_interval_s)
        self._event_files = EventFiles(settings.metrics_dir / EVENTS_FOLDER)
        self._chronicle = Chronicle(self._fleet, self._event_files)
        self._committer.on_disk = partial(self._fleet.happenings.disk, "journal")
        self._flusher.on_disk = partial(self._fleet.happenings.disk, "files of samples")
        self._pacing = Pacing(self._fleet, settings.report_interval_s, settings.live_nodes)
        self._upkeep = Upkeep(self._fleet, settings.ring_snapshots, settings.ring_memory_bytes)
        self._delay = LoopDelay()
        self._disk_use = DiskUse(settings.metrics_dir, self._storage, self._rollups)
        self._received = Received()
        self._telemetry = Telemetry(self._intake(), self._room)
        self._dashboards = DashboardStore(settings.metrics_dir / DASHBOARDS_FOLDER)
        self._dashboards_service = DashboardsService(self._dashboards)
        self._health = health.aio.HealthServicer()  # type: ignore[attr-defined]
        self._tasks: list[asyncio.Task[None]] = []
        self._behind: list[asyncio.Task[None]] = []
        self._children: list[asyncio.Task[None]] = []
        self._ended: list[str] = []
        self.port = 0

    def _intake(self) -> Intake:
        return Intake(
            self._fleet,
            self._committer,
            self._layouts,
            self._pacing,
            self._settings.window,
            self._flusher.make_room,
            self._received,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set; raises what a vital part failed with, if one does."""
        if not await self._recovered(stop):
            self._journal.close()
            return
        server = await self._start()
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({stopping, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            await self._shut_down(server)
        _raise_first(self._tasks)

    # -- Start-up -----------------------------------------------------------------------------------------------------

    async def _recovered(self, stop: asyncio.Event) -> bool:
        """Whether the fleet is known again; not if `stop` was set meanwhile."""
        began = time.monotonic()
        await asyncio.to_thread(self._storage.open)
        await asyncio.to_thread(self._rollups.open)
        if not await asyncio.to_thread(recover, self._journal, self._fleet, self._backlog, stop.is_set):
            log.info("stopped while the journal was read")
            return False
        if self._backlog.records:
            known, read, took_s = len(self._fleet), self._backlog.records, time.monotonic() - began
            log.info("%d nodes known from %d journal records, after %.1f s", known, read, took_s)
        await asyncio.to_thread(discover, self._fleet, self._storage, self._settings.max_nodes)
        await self._chronicle.begin()
        return True

    async def _start(self) -> grpc.aio.Server:
        self._begin(self._committer.run())
        server = await self._serve()
        self._begin(self._flusher.run())
        self._begin(self._upkeep.run())
        self._begin(self._chronicle.run())
        self._begin_behind("summing up of hours", self._roller.run())
        self._begin_behind("removing of what is too old", self._retention.run())
        self._begin_behind("reading of what silent nodes sent last", self._warm())
        self._begin_behind("measuring of its own delay", self._delay.run())
        self._begin_behind("looking after the disk's room", self._disk_use.run())
        self._start_children()
        _collect_rarely()
        # Ten times as often as by default: what answers questions in threads must not hold up what takes reports.
        sys.setswitchinterval(_SWITCH_S)
        return server

    async def _warm(self) -> None:
        # Not before: the newest row of a node may be one of those in the journal.
        await self._backfill.finished()
        await warm(self._fleet, self._reader)

    async def _serve(self) -> grpc.aio.Server:
        most_connections = ("grpc.max_allowed_incoming_connections", self._room.connections)
        server = grpc.aio.server(options=(*_SERVER_OPTIONS, most_connections))
        server.add_generic_rpc_handlers((self._telemetry.handler(),))
        query = TelemetryQuery(self._fleet, self._reader, self._pacing, self._own_health())
        self._dashboards_service.begin()
        server.add_generic_rpc_handlers((query.handler(), self._dashboards_service.handler()))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        names = [service.full_name for service in pb.DESCRIPTOR.services_by_name.values()]
        reflection.enable_server_reflection([*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
        self.port = _bound(server, self._settings.listen)
        await server.start()
        for service in ("", *names):
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        log.info("listening on %s, data in %s", self._address(), self._settings.metrics_dir)
        self._warn_of_openness()
        self._say_room()
        return server

    def _own_health(self) -> LeaderHealth:
        settings = self._settings
        return LeaderHealth(
            self._fleet,
            self._journal,
            self._committer,
            self._flusher,
            self._backfill,
            self._reader,
            self._received,
            files=(self._storage, self._rollups, self._dashboards, self._event_files),
            upkeep=(self._roller, self._retention),
            delay=self._delay,
            footprint=self._disk_use.footprint,
            configured=Configured(
                settings.storage,
                settings.metrics_dir.absolute(),
                settings.ring_memory_bytes,
                settings.cache_memory_bytes,
            ),
            ended=self._ended,
        )

    def _address(self) -> str:
        return f"{self._settings.listen.rpartition(':')[0]}:{self.port}"

    def _local_address(self) -> str:
        """Where the children find the leader: one that listens on a single interface does so on no other."""
        host = self._settings.listen.rpartition(":")[0]
        return f"localhost:{self.port}" if host in _EVERY_INTERFACE else self._address()

    def _warn_of_openness(self) -> None:
        host = self._settings.listen.rpartition(":")[0]
        if host not in ("localhost", "127.0.0.1", "[::1]"):
            log.warning(
                "nothing is authenticated yet: whoever reaches %s can report and read; "
                "for this machine alone use --listen 127.0.0.1:%d --dashboard-host 127.0.0.1",
                self._address(),
                self.port,
            )

    def _say_room(self) -> None:
        """No warning: most swarms are far smaller than --max-nodes. There is one when the room becomes scarce."""
        if self._room.streams < self._settings.max_nodes:
            log.info("--max-nodes is %d, but %s", self._settings.max_nodes, self._room.shortage)

    def _start_children(self) -> None:
        settings = self._settings
        common = ("--leader", self._local_address(), "--log-level", settings.log_level)
        if settings.self_node:
            spool = ("--spool-dir", str(settings.metrics_dir / SPOOL_FOLDER), "--node-id", settings.node_id)
            self._adopt("node of this host", "mcp_telemetry.cli.node", *common, *spool)
        if settings.dashboard:
            where = ("--dashboard-host", settings.dashboard_host, "--dashboard-port", str(settings.dashboard_port))
            names = ("--dashboard-hosts", ",".join(settings.dashboard_hosts)) if settings.dashboard_hosts else ()
            pace = ("--dashboard-refresh", str(settings.dashboard_refresh_s))
            debug = ("--dashboard-debug",) if settings.dashboard_debug else ()
            self._adopt("dashboard", "dashboard", *common, *where, *names, *pace, *debug)

    def _adopt(self, name: str, module: str, *arguments: str) -> None:
        work = Child(name, module, arguments).run()
        self._children.append(self._told_of(f"keeping of the {name}", work))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    def _begin_behind(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        self._behind.append(self._told_of(what, work))

    def _told_of(self, what: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task without which the leader goes on; a defect that ends it is told."""
        task = asyncio.create_task(work, name=what)
        task.add_done_callback(self._note_end)
        return task

    def _note_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._ended.append(task.get_name())
            log.error("the %s ended, and begins again only with the leader", task.get_name(), exc_info=error)

    # -- Shutdown -----------------------------------------------------------------------------------------------------

    async def _shut_down(self, server: grpc.aio.Server) -> None:
        """Step by step, from the outside in: whoever depends on something is ended before it."""
        log.info("stopping")
        await self._health.enter_graceful_shutdown()
        await self._end(self._children)
        await self._end(self._behind)
        self._retention.close()
        self._disk_use.close()
        self._roller.close()
        self._fleet.events.end()
        self._telemetry.drain("the leader is going down", _RETRY_DELAY_MS)
        await self._telemetry.emptied(_DRAIN_S)
        await server.stop(_GRACE_S)
        self._dashboards_service.close()
        await self._chronicle.close()
        await _boxed("writing the hour files", self._flusher.flush_all(), _FLUSH_S)
        committing, *others = self._tasks
        await self._end(others)
        self._flusher.close()
        await self._committer.close()
        await _boxed("the last commit", committing, _GRACE_S)
        await self._end([committing])
        self._journal.close()

    @staticmethod
    async def _end(tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _collect_rarely() -> None:
    """Next to nothing here is in cycles, and looking for them took a tenth of the CPU."""
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)


def _bound(server: grpc.aio.Server, address: str) -> int:
    try:
        _try_to_bind(address)
        return server.add_insecure_port(address)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "refused"
        is_taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        hint = "is another leader running there? Take another" if is_taken else "take an address of this host"
        raise ConfigurationError(f"cannot listen on {address} ({reason}): {hint} with --listen") from None


def _try_to_bind(address: str) -> None:
    """OSError says why not; gRPC would only say that, and print lines of its own."""
    host, _, port = address.rpartition(":")
    found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    with socket.socket(found[0][0], socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(found[0][4])


def _raise_first(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


async def _boxed(what: str, work: Awaitable[Any], limit_s: float) -> None:
    try:
        await asyncio.wait_for(work, limit_s)
    except TimeoutError:
        log.info("%s takes too long; the journal has it, and the next start goes on", what)
    except Exception as error:  # whatever it is, the steps after it must be taken
        log.error("%s failed: %s", what, error)
