"""The commands as a person uses them: they start, say what is wrong, find each other and end with all they started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from mcp_telemetry._version import __version__
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.processes import LeaderProcess, free_port, killed_at_end, leader_process, patient, start_node, wait_until
from tests.reading import nodes, stored_sequences
from tests.streaming import batch, raw_stream, snapshot, welcomed

COMMANDS = {"mcp-leader": "mcp_telemetry.cli.leader", "mcp-node": "mcp_telemetry.cli.node"}


def run(command: str, *flags: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command that shall end by itself."""
    environment = {**os.environ, **variables}
    arguments = [sys.executable, "-m", COMMANDS[command], *flags]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=20, env=environment)


# -- What is said -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_version(command: str) -> None:
    said = run(command, "--version")
    assert (said.returncode, said.stdout) == (0, f"{command} {__version__}\n")


def test_help_names_each_flag_with_its_variable_and_default() -> None:
    said = run("mcp-leader", "--help")
    assert said.returncode == 0
    text = " ".join(said.stdout.split())
    for flag, variable, default in [
        ("--listen HOST:PORT", "MCP_LISTEN", "0.0.0.0:50051"),
        ("--metrics-dir DIR", "MCP_METRICS_DIR", "./metrics"),
        ("--no-dashboard", "MCP_DASHBOARD", "true"),
        ("--flush-interval SECONDS", "MCP_FLUSH_INTERVAL", "300"),
    ]:
        assert flag in text
        assert f"[{variable}, default {default}]" in text


@pytest.mark.parametrize(
    ("command", "flags", "variables", "complaint"),
    [
        ("mcp-leader", ["--listen", "50051"], {}, "--listen is '50051': want host:port, for instance localhost:50051"),
        ("mcp-leader", ["--listen", "a:99999"], {}, "--listen is 'a:99999': want host:port"),
        ("mcp-leader", ["--dashboard-port", "http"], {}, "--dashboard-port is 'http': want a port number"),
        ("mcp-leader", [], {"MCP_FLUSH_INTERVAL": "soon"}, "MCP_FLUSH_INTERVAL is 'soon': want a number of seconds"),
        ("mcp-leader", ["--ring-memory", "lots"], {}, "--ring-memory is 'lots': want a size in bytes, or like 64MiB"),
        ("mcp-leader", ["--node-id", "../x"], {}, "--node-id is '../x': want a letter or digit"),
        ("mcp-leader", ["--metrics-directory", "x"], {}, "unrecognized arguments: --metrics-directory x"),
        ("mcp-node", ["--leader", "somewhere"], {}, "--leader is 'somewhere': want host:port"),
        ("mcp-node", ["--interval", "0"], {}, "--interval is '0': want 0.05 to 86400 seconds"),
    ],
)
def test_a_bad_setting_is_named_with_its_remedy(
    command: str, flags: list[str], variables: dict[str, str], complaint: str
) -> None:
    said = run(command, *flags, **variables)
    assert said.returncode == 2
    assert f"{command}: error: {complaint}" in said.stderr
    assert "Traceback" not in said.stderr


def refused(*flags: str) -> str:
    """The one line with which a leader says that it cannot start."""
    said = run("mcp-leader", "--no-dashboard", "--no-self", "--log-level", "error", *flags)
    assert said.returncode == 1
    assert said.stdout == ""
    (line,) = said.stderr.splitlines()
    return line


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    line = refused("--listen", "127.0.0.1:0", "--metrics-dir", str(tmp_path / "file" / "metrics"))
    assert line.startswith(f"mcp-leader: cannot use the folder {tmp_path}/file/metrics/")
    assert line.endswith("Not a directory; name one this user may write")


# -- A leader alone ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LeaderProcess]:
    folder = tmp_path_factory.mktemp("plain")
    with leader_process(folder / "metrics", "--no-dashboard") as leader:
        yield leader
        leader.stop()


def test_a_second_leader_on_the_same_folder_is_refused(plain: LeaderProcess) -> None:
    line = refused("--listen", "127.0.0.1:0", "--metrics-dir", str(plain.metrics_dir))
    assert line.startswith(f"mcp-leader: the folder {plain.metrics_dir}/")
    assert f" is in use by process {plain.pid}: " in line
    assert line.endswith("stop that one, or name another folder")


def test_a_second_leader_on_the_same_port_is_refused(plain: LeaderProcess, tmp_path: Path) -> None:
    line = refused("--listen", plain.address, "--metrics-dir", str(tmp_path))
    assert line == (
        f"mcp-leader: cannot listen on {plain.address} (Address already in use): "
        "is another leader running there? Take another with --listen"
    )


def test_an_address_that_is_not_of_this_host_is_refused(tmp_path: Path) -> None:
    line = refused("--listen", "no-such-host.invalid:50051", "--metrics-dir", str(tmp_path))
    assert line.startswith("mcp-leader: cannot listen on no-such-host.invalid:50051 (")


def test_a_node_is_known_within_two_seconds_of_its_start(plain: LeaderProcess, tmp_path: Path) -> None:
    with killed_at_end() as processes:
        processes.append(start_node(plain.address, "b", tmp_path))
        node = wait_until(lambda: nodes(plain.address).get("b"), 20)
        # By the leader's clock against the kernel's.
        started = psutil.Process(processes[0].pid).create_time()
        assert node.first_seen_unix_nano / 1e9 - started < patient(2)
        assert (node.state, node.host.hostname) == (pb.LIVE, socket.gethostname())
        processes[0].send_signal(signal.SIGINT)
        assert processes[0].wait(10) == 0
    assert wait_until(lambda: nodes(plain.address)["b"].state == pb.LEFT)


@pytest.mark.parametrize("service", ["", "mcp_telemetry.v1.Telemetry", "mcp_telemetry.v1.TelemetryQuery"])
def test_health_answers(plain: LeaderProcess, service: str) -> None:
    with grpc.insecure_channel(plain.address) as channel:
        request = health_pb2.HealthCheckRequest(service=service)
        answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=5)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_reflection_lists_the_services_and_their_file(plain: LeaderProcess) -> None:
    requests = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="mcp_telemetry.v1.TelemetryQuery"),
    ]
    with grpc.insecure_channel(plain.address) as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        services, files = stub.ServerReflectionInfo(iter(requests), timeout=5)
    assert {service.name for service in services.list_services_response.service} == {
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
        "mcp_telemetry.v1.Dashboards",
        "mcp_telemetry.v1.Telemetry",
        "mcp_telemetry.v1.TelemetryQuery",
    }
    assert any(b"MetricSnapshot" in each for each in files.file_descriptor_response.file_descriptor_proto)


async def test_what_was_acknowledged_is_in_files_after_an_ordered_end(tmp_path: Path) -> None:
    with leader_process(tmp_path, "--no-dashboard") as leader:
        async with raw_stream(leader.address) as stream:
            await welcomed(stream, "a")
            await stream.send(batch(1, [snapshot()] * 500))
            await stream.ack(500)
            os.kill(leader.pid, signal.SIGTERM)
            message = await stream.read()
            assert (message.draining.retry_delay_ms, message.draining.reason) == (2000, "the leader is going down")
        leader.wait()
        assert stored_sequences(tmp_path) == {"a": {"i1": list(range(1, 501))}}
        leader.start()
        assert nodes(leader.address)["a"].counts == pb.NodeCounts(stored=500)
        leader.stop()


def test_it_says_that_nothing_is_authenticated_unless_only_this_host_can_reach_it(tmp_path: Path) -> None:
    for host, is_said in (("0.0.0.0", True), ("127.0.0.1", False)):
        said = said_until_ready("--listen", f"{host}:0", "--metrics-dir", str(tmp_path), "--no-dashboard", "--no-self")
        assert ("nothing is authenticated yet" in said) is is_said
        assert ("--listen 127.0.0.1:" in said) is is_said


def said_until_ready(*flags: str) -> str:
    command = [sys.executable, "-m", COMMANDS["mcp-leader"], *flags]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        lines: list[str] = []
        while not any("listening on" in line for line in lines):
            lines.append(process.stderr.readline())
        process.send_signal(signal.SIGINT)
        # Not communicate(), which passes over what readline() took in advance.
        return "".join(lines) + process.stderr.read()
    finally:
        process.kill()


# -- A leader with its children ---------------------------------------------------------------------------------------


class Family:
    """A leader with its own node and its dashboard."""

    def __init__(self, leader: LeaderProcess, dashboard_port: int) -> None:
        self.leader = leader
        self.ports = (int(leader.address.rpartition(":")[2]), dashboard_port)
        self.url = f"http://127.0.0.1:{dashboard_port}"

    def child(self, module: str) -> psutil.Process | None:
        children = psutil.Process(self.leader.pid).children()
        return next((child for child in children if module in _command(child)), None)

    def get(self, path: str) -> Any:
        try:
            return httpx.get(self.url + path, timeout=2).raise_for_status().json()
        except httpx.HTTPError:
            return None

    def is_complete(self) -> bool:
        return self.get("/api/nodes") == ["home"]


def runs(process: psutil.Process) -> bool:
    """Not when it has ended and nobody has asked for its exit status yet."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    port = free_port()
    where = ("--dashboard-host", "127.0.0.1", "--dashboard-port", str(port), "--dashboard-hosts", "monitor.example")
    shown = (*where, "--node-id", "home")
    with leader_process(tmp_path / "metrics", *shown, "--report-interval", "0.2", self_node=True) as leader:
        family = Family(leader, port)
        wait_until(family.is_complete, 30)
        yield family


def test_ctrl_c_ends_all_of_it_in_five_seconds(family: Family, tmp_path: Path) -> None:
    children = psutil.Process(family.leader.pid).children(recursive=True)
    assert len(children) >= 2
    began = time.monotonic()
    family.leader.stop()
    assert time.monotonic() - began < patient(5)
    assert not [child for child in children if runs(child)]
    for port in family.ports:
        with socket.create_server(("127.0.0.1", port)):
            pass  # nobody else has it
    (sequences,) = stored_sequences(tmp_path / "metrics")["home"].values()
    assert sequences == list(range(1, len(sequences) + 1))


def test_children_do_not_outlive_a_killed_leader(family: Family) -> None:
    children = psutil.Process(family.leader.pid).children(recursive=True)
    family.leader.kill()
    wait_until(lambda: not [child for child in children if runs(child)], 2)


def test_a_node_is_in_the_json_within_two_seconds_of_its_start(family: Family, tmp_path: Path) -> None:
    with killed_at_end() as processes:
        processes.append(start_node(family.leader.address, "b", tmp_path / "spool"))
        started = psutil.Process(processes[0].pid).create_time()
        wait_until(lambda: family.get("/api/nodes") == ["b", "home"])
        assert time.time() - started < patient(2)
    family.leader.stop()


def test_a_dashboard_that_dies_is_started_again_with_the_settings_it_had(family: Family) -> None:
    first = family.child("dashboard")
    assert first is not None
    first.kill()
    second = wait_until(lambda: other(family, first), 10)
    wait_until(family.is_complete, 20)
    assert second.is_running()
    asked = {name: httpx.get(family.url, headers={"host": name}) for name in ("monitor.example", "evil.example")}
    assert [answer.status_code for answer in asked.values()] == [200, 421]
    family.leader.stop()


def other(family: Family, first: psutil.Process) -> psutil.Process | None:
    found = family.child("dashboard")
    return found if found is not None and found.pid != first.pid else None


def test_a_leader_on_one_interface_is_found_by_its_children(tmp_path: Path) -> None:
    leader = LeaderProcess(tmp_path, "--no-dashboard", self_node=True, host="127.0.0.2")
    try:
        leader.start()
        wait_until(lambda: nodes(leader.address))
        leader.stop()
    finally:
        leader.kill()
