"""What the doctor says of the kept dashboards."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcp_telemetry.leader.dashboards import DashboardStore
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.doctor.patients import doctor, healthy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = healthy(tmp_path / "metrics")
    store = DashboardStore(folder / "_dashboards")
    for title in ("One", "Two"):
        store.put(pb.Dashboard(title=title))
    return folder


def test_good_ones_are_counted(folder: Path) -> None:
    told = doctor(folder)
    assert (told.status, told.findings) == (0, [])


def test_a_damaged_one_is_set_aside_with_all_it_held(folder: Path) -> None:
    (folder / "_dashboards" / "two.json").write_text('{"title": ')
    told = doctor(folder)
    assert (told.status, list(told.codes)) == (1, ["dashboard-damaged"])
    assert "this is no dashboard in JSON" in told.finding("dashboard-damaged")["what"]
    repaired = doctor(folder, "--repair")
    assert (repaired.status, repaired.repaired, list(repaired.codes)) == (0, {"dashboard-damaged"}, ["set-aside"])
    (aside,) = (folder / "_dashboards").glob(".damaged-*")
    assert aside.read_text() == '{"title": '
    assert (folder / "_dashboards" / "one.json").exists()


def test_leftovers_go_and_strangers_stay(folder: Path) -> None:
    (folder / "_dashboards" / ".tmp-one").write_text("half")
    (folder / "_dashboards" / "Notes.txt").write_text("mine")
    told = doctor(folder, "--repair")
    assert (told.status, told.repaired, list(told.codes)) == (1, {"leftover"}, ["unknown-file"])
    assert not (folder / "_dashboards" / ".tmp-one").exists()
    assert (folder / "_dashboards" / "Notes.txt").read_text() == "mine"
