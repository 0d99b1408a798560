"""The README's tables are those of the code, and its examples run as they stand, against a real leader."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, StdioServerParameters

from dashboard.api import ENDPOINTS
from tests.processes import free_port, running_leader, wait_until
from tests.reading import latest, nodes
from tests.readme_tables import all_tables
from tests.storage.folders import summed_up

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
MOST_PICTURE_BYTES = 200_000


def example(heading: str, language: str, number: int = 0) -> str:
    """A fenced block, by the heading it stands under."""
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", outside_code(README), re.M | re.S)
    assert section, f"no heading {heading!r}"
    text = README[section.start() : section.end()]
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)[number]


def outside_code(text: str) -> str:
    """The same text with its code blanked, so that a comment in it is no heading."""
    return re.sub(r"^```.*?^```", lambda code: re.sub(r"[^\n]", " ", code[0]), text, flags=re.M | re.S)


# ---------------------------------------------------------------------------------------------------------------------
# What it lists
# ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "table"), all_tables().items(), ids=all_tables())
def test_every_setting_and_every_column_is_listed_as_it_is(name: str, table: str) -> None:
    missing = [row for row in table.splitlines() if f"{row}\n" not in README]
    assert missing == [], f"the table of {name} is printed by: python -m tests.readme_tables"
    assert table in README, f"the rows of {name} stand in another order, or others between them"


def test_every_command_is_listed() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert [name for name in scripts if f"| `{name}` |" not in README] == []


def test_every_make_target_is_listed() -> None:
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.M)
    assert targets
    assert [name for name in targets[1].split() if f"`make {name}`" not in README] == []


def test_every_endpoint_is_listed_and_every_row_is_an_endpoint() -> None:
    rows = dict(re.findall(r"^\| `(/(?:api/|healthz|openapi)[^`]*)` \| (.*) \|$", README, re.M))
    assert set(rows) == {re.sub(r"\{(\w+)\}", r"<\1>", endpoint.path) for endpoint in ENDPOINTS}
    for endpoint in ENDPOINTS:
        row = rows[re.sub(r"\{(\w+)\}", r"<\1>", endpoint.path)]
        assert endpoint.method == "GET" or endpoint.method in row


def test_every_picture_and_file_it_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
    pictures = re.findall(r'src(?:set)?="([^"]+)"', README)
    assert [link for link in (*links, *pictures) if not (ROOT / link).exists()] == []
    assert sorted(pictures) == sorted(f".readme/{path.name}" for path in (ROOT / ".readme").iterdir())
    assert all((ROOT / picture).stat().st_size < MOST_PICTURE_BYTES for picture in pictures)


def test_every_link_into_itself_has_its_heading() -> None:
    headings = re.findall(r"^#+ (.+)$", outside_code(README), re.M)
    anchors = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    assert [anchor for anchor in re.findall(r"\]\(#([^)]+)\)", README) if anchor not in anchors] == []


# ---------------------------------------------------------------------------------------------------------------------
# What it shows
# ---------------------------------------------------------------------------------------------------------------------


@dataclass
class Place:
    """A folder to run examples in, with a leader that they take for the one on this machine's usual ports."""

    folder: Path
    leader: str
    dashboard: str

    def adapted(self, text: str) -> str:
        for usual in ("localhost:50051", "LEADER:50051"):
            text = text.replace(usual, self.leader)
        for usual in ("localhost:5000", "LEADER:5000"):
            text = text.replace(usual, self.dashboard)
        return text

    @property
    def environ(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "MCP_SPOOL_DIR": str(self.folder / "spool")}

    def run(self, *command: str) -> str:
        done = subprocess.run(command, cwd=self.folder, env=self.environ, text=True, capture_output=True, timeout=110)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def python(self, text: str) -> str:
        return self.run(sys.executable, "-c", self.adapted(text))

    def shell(self, text: str) -> str:
        return self.run("bash", "-euc", self.adapted(text))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder, port = tmp_path_factory.mktemp("readme"), free_port()
    (folder / "tests").symlink_to(ROOT / "tests")
    flags = ("--dashboard-host", "127.0.0.1", "--dashboard-port", str(port), "--node-id", "a")
    paces = ("--flush-interval", "0.5", "--report-interval", "0.2")
    with running_leader(folder / "metrics", *flags, *paces, self_node=True) as leader:
        here = Place(folder, leader, f"127.0.0.1:{port}")
        wait_until(lambda: has_summary(here), 30)
        yield here


def has_summary(place: Place) -> bool:
    try:
        return "a" in httpx.get(f"http://{place.dashboard}/api/nodes").json()
    except httpx.HTTPError:
        return False


def test_a_second_machine_joins(place: Place) -> None:
    *installation, start = place.adapted(example("Join a second machine", "sh")).strip().splitlines()
    place.shell("\n".join(installation))
    process = subprocess.Popen(start.split(), cwd=place.folder, env=place.environ)
    try:
        wait_until(lambda: "b" in httpx.get(f"http://{place.dashboard}/api/nodes").json(), 10)
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_the_command_line_answers(place: Place) -> None:
    table = place.shell(example("Ask from the command line", "sh"))
    assert re.search(r"^(a +memory\.percent|node|time) ", table, re.M)
    assert "highest" in place.shell(example("Ask from the command line", "sh", 1))


def test_the_json_api_answers_curl(place: Place) -> None:
    answer: list[dict[str, Any]] = httpx.Response(200, text=place.shell(example("JSON API", "sh"))).json()
    assert answer[0]["node_id"] == "a"
    assert 0 < answer[0]["memory_percent"] < 100


def test_the_json_api_answers_a_query(place: Place) -> None:
    answer: dict[str, Any] = httpx.Response(200, text=place.shell(example("JSON API", "sh", 2))).json()
    assert isinstance(answer["series"], list)


def test_the_json_api_answers_spreadsheets(place: Place) -> None:
    head, *rows = place.shell(example("JSON API", "sh", 1)).splitlines()
    assert head == "timestamp,cpu_percent,memory_percent,disk_percent,requests"
    assert rows


def test_the_json_api_answers_python(place: Place) -> None:
    assert re.fullmatch(r"CPU.* of a has \d+ points\n", place.python(example("JSON API", "python")))
    assert "plotly" in (place.folder / "cpu.html").read_text()


def test_a_dashboard_is_made_by_curl(place: Place) -> None:
    made: dict[str, Any] = httpx.Response(200, text=place.shell(example("Dashboards of your own", "sh"))).json()
    assert (made["id"], made["revision"], made["panels"][0]["group_by"]) == ("load", "1", ["role"])
    assert (place.folder / "metrics" / "_dashboards" / "load.json").exists()


def test_the_grpc_api_answers_python(place: Place) -> None:
    printed = place.python(example("gRPC API", "python"))
    assert re.search(r"^a LIVE \d+ snapshots$", printed, re.M)
    assert re.search(r"^cpu\.percent % \d+ points, last [\d.]+$", printed, re.M)


def test_a_leader_tells_how_its_nodes_are(place: Place) -> None:
    assert re.search(r"^a +live +\d+ s ago +\d+", place.shell(example("When something is wrong", "sh")), re.M)


def test_a_client_in_another_language_joins(place: Place) -> None:
    assert shutil.which("npm"), "the Node.js client needs npm: apt-get install nodejs npm"
    install, _, demo = example("gRPC API", "sh").partition(" && npm ci && ")
    printed = place.shell(f"{install} && ls node_modules > /dev/null || npm ci; {demo.replace(' 10', ' 2 50')}")
    assert '"event":"watched","sequences":[1,2]' in printed


def test_duckdb_reads_the_files(place: Place) -> None:
    wait_until(lambda: list(place.folder.glob("metrics/*/a_*.parquet")), 20)
    assert re.search(r"│ a +│", place.python(example("Files", "python")))


@pytest.mark.parametrize(("tool", "row"), [(1, r"^a +\d+\.0 "), (2, r"│ a +┆ \d+ ")], ids=["pandas", "polars"])
def test_other_tools_read_the_files(place: Place, tool: int, row: str) -> None:
    wait_until(lambda: list(place.folder.glob("metrics/*/a_*.parquet")), 20)
    assert re.search(row, place.python(example("Files", "python", tool)), re.M)


def test_duckdb_reads_what_the_hours_came_to(place: Place, tmp_path: Path) -> None:
    summed_up(tmp_path / "metrics")
    printed = dataclasses.replace(place, folder=tmp_path).python(example("Files", "python", 3))
    assert re.search(r"2026-03-01 10:00:00.* │ a +│ +30\.0 │", printed)


def test_rows_go_out_and_in_again(place: Place) -> None:
    wait_until(lambda: list(place.folder.glob("metrics/*/a_*.parquet")), 20)
    printed = place.shell(example("Import and export", "sh"))
    assert re.search(r"rows of \d+ nodes added, [1-9]\d* duplicates, 0 files and 0 rows skipped", printed)
    assert list(place.folder.glob("copy/*/a_*.parquet"))


async def test_an_mcp_server_is_monitored(place: Place) -> None:
    server = place.folder / "search_server.py"
    metric = example("Your own metrics", "python")
    text = example("Monitor an MCP server", "python").replace("if __name__", f"{metric}\n\nif __name__")
    server.write_text(place.adapted(text))
    started = StdioServerParameters(command=sys.executable, args=[str(server)], env=place.environ)
    async with Client(started) as client:
        for _ in range(3):
            assert not (await client.call_tool("search", {"query": "telemetry"})).is_error
        wait_until(lambda: latest(place.leader, "search-1").get("operation.calls{tools/call,search}") == 3, 20)
    columns = latest(place.leader, "search-1")
    assert columns["requests{tools/call}"] == 3
    assert columns["custom.queue.depth{lane=fast}"] == 17
    assert nodes(place.leader)["search-1"].counts.gaps == 0
