"""One table makes flags, variables and defaults; a bad value is answered with its name and the remedy."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from mcp_telemetry._version import __version__
from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.model.names import is_node_id
from mcp_telemetry.settings import (
    DashboardSettings,
    LeaderSettings,
    NodeSettings,
    Setting,
    default_node_id,
    load,
    resolve,
    settings_of,
)

COMMANDS = [LeaderSettings, NodeSettings, DashboardSettings]
ROWS = [pytest.param(row, id=f"{command.__name__}-{row.field}") for command in COMMANDS for row in settings_of(command)]


def leader(*argv: str, **environ: str) -> LeaderSettings:
    return load(LeaderSettings, argv, environ)


def node(*argv: str, **environ: str) -> NodeSettings:
    return load(NodeSettings, argv, environ)


def test_the_defaults_are_those_the_documentation_promises() -> None:
    settings = leader()
    assert settings.listen == "0.0.0.0:50051"
    assert settings.metrics_dir == Path("metrics")
    assert (settings.dashboard, settings.dashboard_port, settings.dashboard_refresh_s) == (True, 5000, 1.0)
    assert settings.dashboard_debug is False
    assert settings.self_node is True
    assert settings.ring_memory_bytes == 2**30


def test_a_flag_wins_over_the_variable_which_wins_over_the_default() -> None:
    assert leader("--dashboard-port", "1", MCP_DASHBOARD_PORT="2").dashboard_port == 1
    assert leader(MCP_DASHBOARD_PORT="2").dashboard_port == 2
    assert leader().dashboard_port == 5000


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("12h", 43_200), ("7d", 604_800), ("4w", 2_419_200), ("2y", 63_072_000)]
)
def test_how_long_to_keep(text: str, seconds: int) -> None:
    assert leader("--raw-retention", text).raw_retention_s == seconds


def test_an_empty_variable_is_not_set() -> None:
    assert leader(MCP_METRICS_DIR="", MCP_DASHBOARD_PORT="") == leader()


@pytest.mark.parametrize(
    ("flag", "field", "value"),
    [
        ("--no-dashboard", "dashboard", False),
        ("--no-self", "self_node", False),
        ("--dashboard-debug", "dashboard_debug", True),
    ],
)
def test_a_switch_takes_no_value(flag: str, field: str, value: bool) -> None:
    assert getattr(leader(flag), field) is value
    assert getattr(leader(), field) is not value


@pytest.mark.parametrize(("text", "value"), [("true", True), ("ON", True), ("0", False), ("False", False)])
def test_a_switch_can_be_set_by_its_variable(text: str, value: bool) -> None:
    assert leader(MCP_DASHBOARD=text).dashboard is value


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("1500", 1500), ("64MiB", 64 * 2**20), ("2 GB", 2 * 2**30), ("8K", 8192), ("1TiB", 2**40)],
)
def test_sizes_are_in_binary_units(text: str, size: int) -> None:
    assert node("--spool-limit", text).spool_limit_bytes == size


def test_several_leaders_stand_in_a_comma_list() -> None:
    assert node("--leader", "a:1, [::1]:2").leader == ("a:1", "[::1]:2")


def test_labels_are_names_and_values() -> None:
    assert node("--labels", "zone=eu,role=a=b, ").labels == {"zone": "eu", "role": "a=b"}


def test_a_folder_may_be_in_the_home() -> None:
    assert node("--spool-dir", "~/spool").spool_dir == Path.home() / "spool"


@pytest.mark.usefixtures("no_home")
def test_without_a_home_a_folder_there_is_refused_with_the_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        node()
    assert caught.value.code == 2
    assert (
        "the default of --spool-dir (MCP_SPOOL_DIR) is '~/.local/state/mcp-telemetry': "
        "the home directory is not known: name a folder that begins with /"
    ) in capsys.readouterr().err
    assert node(MCP_SPOOL_DIR="/spool").spool_dir == Path("/spool")


def test_a_node_is_named_after_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "_web 1/ä.local")
    assert node().node_id == default_node_id() == "web-1--.local"


@pytest.mark.parametrize("host", ["", "...", "ä", "x" * 300])
def test_any_host_gives_a_node_id(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: host)
    assert is_node_id(default_node_id())


BAD = [
    ("listen", "50051", "want host:port"),
    ("listen", ":50051", "want host:port"),
    ("listen", "http://leader:50051", "want host:port"),
    ("listen", "leader:65536", "want host:port"),
    ("listen", "a:b:1", "want an IPv6 host in brackets"),
    ("listen", "::1:50051", "want an IPv6 host in brackets"),
    ("listen", "[::1:50051", "want an IPv6 host in brackets"),
    ("listen", "[::1]:5:50051", "want an IPv6 host in brackets"),
    ("dashboard_port", "-1", "want a port number"),
    ("dashboard_port", "²", "want a port number"),
    ("dashboard_port", "65536", "want a port number"),
    ("flush_interval_s", "soon", "want a number of seconds"),
    ("raw_retention_s", "7", "want a number of hours, days, weeks or years"),
    ("minute_retention_s", "1m", "want a number of hours, days, weeks or years"),
    ("hour_limit_bytes", "-1", "want a size in bytes"),
    ("flush_interval_s", "nan", "want 0.05 to 86400 seconds"),
    ("flush_interval_s", "0", "want 0.05 to 86400 seconds"),
    ("dashboard_refresh_s", "soon", "want a number of seconds"),
    ("dashboard_refresh_s", "0.09", "want 0.1 to 86400 seconds"),
    ("live_nodes", "-3", "want a whole number, 0 or more"),
    ("max_nodes", "٣", "want a whole number, 1 or more"),
    ("window", "0", "want a whole number, 1 or more"),
    ("ring_snapshots", "0", "want a whole number, 1 or more"),
    ("max_nodes", "0", "want a whole number, 1 or more"),
    ("max_columns", "000", "want a whole number, 1 or more"),
    ("ring_memory_bytes", "1.5GiB", "want a size in bytes"),
    ("dashboard_debug", "maybe", "want true or false"),
    ("node_id", "../up", "want a letter or digit"),
    ("log_level", "loud", "want one of debug, info, warning, error"),
]


@pytest.mark.parametrize(("field", "text", "remedy"), BAD)
def test_a_bad_value_is_named_with_its_source_and_the_remedy(field: str, text: str, remedy: str) -> None:
    row = next(row for row in settings_of(LeaderSettings) if row.field == field)
    for given, environ, source in (({field: text}, {}, row.flag), ({}, {row.variable: text}, row.variable)):
        with pytest.raises(ConfigurationError) as caught:
            resolve(LeaderSettings, given, environ)
        assert str(caught.value).startswith(f"{source} is {text!r}: {remedy}")


def test_a_dashboard_of_its_own_has_the_same_fastest_refresh() -> None:
    assert resolve(DashboardSettings, {"dashboard_refresh_s": "0.1"}, {}).dashboard_refresh_s == 0.1
    with pytest.raises(ConfigurationError, match=r"want 0\.1 to 86400 seconds"):
        resolve(DashboardSettings, {"dashboard_refresh_s": "0.05"}, {})


def test_nobody_need_report_live() -> None:
    assert leader("--live-nodes", "0").live_nodes == 0


@pytest.mark.parametrize("text", ["zone", "=eu", "zone="])
def test_bad_labels_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="want name=value"):
        resolve(NodeSettings, {"labels": text}, {})


def test_a_bad_flag_ends_the_command_with_a_usage_message(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        leader("--listen", "nowhere")
    assert caught.value.code == 2
    assert "--listen is 'nowhere': want host:port" in capsys.readouterr().err


@pytest.mark.parametrize("row", ROWS)
def test_every_default_is_a_value_its_own_parser_takes(row: Setting) -> None:
    row.parse(row.default)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_every_flag_variable_and_default(
    command: type[LeaderSettings] | type[NodeSettings] | type[DashboardSettings], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        load(command, ["--help"], {})
    shown = " ".join(capsys.readouterr().out.split())
    assert caught.value.code == 0
    for row in settings_of(command):
        assert row.flag in shown
        assert f"[{row.variable}, default {row.shown_default}]" in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_no_two_settings_share_a_flag(
    command: type[LeaderSettings] | type[NodeSettings] | type[DashboardSettings],
) -> None:
    flags = [row.flag for row in settings_of(command)]
    assert len(set(flags)) == len(flags) == len(dataclasses.fields(command))


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        load(NodeSettings, ["--version"], {})
    assert capsys.readouterr().out == f"mcp-node {__version__}\n"
